/// The percentile levels of an .hgrm file, ever denser towards 100 %:
///
///     0 %        50 %      75 %  87.5 %  100 %
///     |----------|---------|----|---|...|        every halved distance gets `ticks` steps
///
/// A step is taken for as long as a slot reaches its level; the last one is 100 %.
public struct PercentileSteps: Sequence, IteratorProtocol {
    public struct Step: Equatable {
        public let percentile: Double
        public let value: UInt64
        public let cumulative: UInt64
    }

    private let ticks: Double
    private let total: UInt64
    private var slots: RecordedSlots
    private var slot: RecordedSlots.Slot?
    private var level = 0.0
    private var lastReached = false

    init(_ histogram: Histogram, ticksPerHalfDistance ticks: Int) {
        precondition(ticks > 0, "\(ticks) steps per halved distance")
        self.ticks = Double(ticks)
        total = histogram.total
        slots = histogram.recorded
        slot = slots.next()
    }

    /// The last slot answers the level that is open there, and then 100 %.
    public mutating func next() -> Step? {
        while let current = slot {
            let last = current.cumulative == total
            if lastReached || last && level >= 100 {
                slot = nil
                return Step(percentile: 100, value: current.values.upperBound, cumulative: total)
            }
            if level < 100, 100 * Double(current.cumulative) / Double(total) >= level {
                lastReached = last
                // Close to 100 % a step may vanish in rounding.
                defer { level = Swift.max(level + advance, level.nextUp) }
                return Step(percentile: level, value: current.values.upperBound, cumulative: current.cumulative)
            }
            slot = slots.next()
        }
        return nil
    }

    /// The binary exponent of 100 / distance is the number of halvings behind.
    private var advance: Double {
        let halvings = Int((100 / (100 - level)).exponent)
        return 100 / (ticks * Double(sign: .plus, exponent: halvings + 1, significand: 1))
    }
}

extension Histogram {
    public func percentiles(ticksPerHalfDistance ticks: Int = 5) -> PercentileSteps {
        PercentileSteps(self, ticksPerHalfDistance: ticks)
    }
}
