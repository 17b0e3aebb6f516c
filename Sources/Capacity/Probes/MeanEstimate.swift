/// A mean over slices, and the interval that holds the true one with 95 % certainty: slices, not requests, are the samples,
/// since what happens to one request happens to its neighbours as well.
package struct MeanEstimate: Sendable, Equatable {
    package let value: Double
    package let low: Double
    package let high: Double
    package let slices: Int

    /// Nil without values.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        value = mean
        slices = values.count
        guard values.count > 1 else {
            (low, high) = (-.infinity, .infinity)
            return
        }
        let half = Self.factor(values.count - 1) * (squares / (count - 1) / count).squareRoot()
        (low, high) = (mean - half, mean + half)
    }

    /// Student's t at 97.5 %, by degrees of freedom.
    static func factor(_ degrees: Int) -> Double {
        let table = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
            2.120, 2.110, 2.101, 2.093, 2.086,
        ]
        return degrees <= table.count ? table[max(0, degrees - 1)] : degrees <= 60 ? 2.04 : 1.98
    }
}
