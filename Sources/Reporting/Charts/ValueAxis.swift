import SeededRandom
import Timebase

/// From values to heights, 0 at the bottom and 1 at the top, with the ticks in between.
struct ValueAxis {
    struct Tick {
        let height: Double
        let label: String
    }

    let ticks: [Tick]
    private let place: @Sendable (Double) -> Double

    func height(of value: Double) -> Double { min(1, max(0, place(value))) }

    /// Beyond, nothing is measured, and steps would be no numbers any more.
    private static let valueMax = 1e200

    /// From 0, or a round number at or below a least value that is less, to one at or above the greatest.
    static func linear(
        from least: Double = 0, upTo greatest: Double, label: (Double) -> String
    ) -> ValueAxis {
        let (low, high) = (min(0, max(least, -valueMax)), max(0, min(greatest, valueMax)))
        let step = roundStep((high > low ? max(high - low, 1e-9) : 1) / 4)
        let bottom = (low / step).rounded(.down)
        let top = max((high / step).rounded(.up), bottom + 1)
        let ticks = (Int(bottom)...Int(top)).map {
            Tick(height: (Double($0) - bottom) / (top - bottom), label: label(Double($0) * step))
        }
        return ValueAxis(ticks: ticks) { ($0 / step - bottom) / (top - bottom) }
    }

    /// Of nanoseconds, from the power of ten below the least to the round number above the greatest.
    static func latency(_ values: [UInt64]) -> ValueAxis {
        let low = decade(below: max(1_000, values.min() ?? 1_000_000))
        let high = roundNumber(above: max(values.max() ?? 0, low + 1), from: low)
        let span = logarithm(high) - logarithm(low)
        let multiples: [UInt64] = span <= 2.01 ? [1, 2, 5] : [1]
        let decades = sequence(first: low) { $0 < high ? $0 * 10 : nil }
        let marks = decades.flatMap { decade in multiples.map { decade * $0 } }.filter { $0 <= high }
        let ticks = marks.map { mark in
            Tick(
                height: (logarithm(mark) - logarithm(low)) / span,
                label: TimeSpan(nanoseconds: Int64(mark)).description)
        }
        return ValueAxis(ticks: ticks) { value in
            (DeterministicMath.log(max(value, 1)) / DeterministicMath.log(10) - logarithm(low)) / span
        }
    }

    private static func logarithm(_ value: UInt64) -> Double {
        DeterministicMath.log(Double(value)) / DeterministicMath.log(10)
    }

    private static func decade(below value: UInt64) -> UInt64 {
        var decade: UInt64 = 1
        while decade <= value / 10 { decade *= 10 }
        return decade
    }

    /// 1, 2 or 5 times a power of ten.
    private static func roundNumber(above value: UInt64, from low: UInt64) -> UInt64 {
        var decade = low
        while true {
            for multiple: UInt64 in [1, 2, 5] where decade * multiple >= value && decade * multiple > low {
                return decade * multiple
            }
            decade *= 10
        }
    }

    /// 1, 2 or 5 times a power of ten, at or above the value.
    static func roundStep(_ value: Double) -> Double {
        var decade = 1e-9
        while decade * 10 <= value { decade *= 10 }
        let multiple = [1.0, 2, 5, 10].first { $0 * decade >= value * (1 - 1e-9) } ?? 10
        return (multiple * decade * 1e9).rounded() / 1e9
    }
}
