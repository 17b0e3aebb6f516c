package import Timebase

/// What a plan asks for, before anything is sent: counts per stage, the peak, and points to draw the curve from.
package struct TrafficPreview: Sendable {
    package struct Stage: Sendable {
        package let name: String
        package let interval: Range<TimeSpan>
        package let isWarmUp: Bool
        /// The integral of the rate.
        package let expected: Double
        /// The arrivals that the schedule really has there, for this seed.
        package let scheduled: Int
        package let peakRate: Double
    }

    package struct Sample: Sendable {
        package let instant: TimeSpan
        /// The mean rate over the sample's cell: a pulse narrower than the cell still shows.
        package let rate: Double
    }

    package let stages: [Stage]
    package let samples: [Sample]
    package let peakRate: Double
    package let expected: Double
    package let scheduled: Int

    package init(_ schedule: ArrivalSchedule, samples count: Int = 120) {
        let curve = schedule.curve
        stages = curve.stages.indices.map { index in
            let interval = curve.interval(ofStage: index)
            return Stage(
                name: curve.stages[index].name, interval: interval, isWarmUp: curve.stages[index].isWarmUp,
                expected: curve.expected(in: interval), scheduled: schedule.count(in: interval),
                peakRate: curve.peakRate(ofStage: index))
        }
        samples = Self.samples(of: curve, count)
        peakRate = curve.peakRate
        expected = curve.total
        scheduled = schedule.count
    }

    /// Means over `count` equal cells, each at its cell's middle.
    private static func samples(of curve: RateCurve, _ count: Int) -> [Sample] {
        let length = curve.length.nanoseconds
        let cells = min(Int64(max(count, 1)), length)
        return (0..<cells).map { cell in
            let bounds = [cell, cell + 1].map { length.multipliedFullWidth(by: $0) }.map {
                cells.dividingFullWidth($0).quotient
            }
            let cell = TimeSpan(nanoseconds: bounds[0])..<TimeSpan(nanoseconds: bounds[1])
            let width = bounds[1] - bounds[0]
            return Sample(
                instant: TimeSpan(nanoseconds: bounds[0] + width / 2),
                rate: curve.expected(in: cell) / (Double(width) / 1e9))
        }
    }
}
