/// The slots that hold values, in rising order.
public struct RecordedSlots: Sequence, IteratorProtocol {
    public struct Slot: Equatable {
        public let values: ClosedRange<UInt64>
        public let count: UInt64
        /// The count of this slot and all before.
        public let cumulative: UInt64

        /// Stands for every value of the slot in means.
        public var middle: UInt64 { values.lowerBound + (values.upperBound - values.lowerBound + 1) / 2 }
    }

    private let histogram: Histogram
    private var place = 0
    private var cumulative: UInt64 = 0

    init(_ histogram: Histogram) {
        self.histogram = histogram
    }

    public mutating func next() -> Slot? {
        while place < histogram.counts.count {
            let slot = place
            place += 1
            let count = histogram.counts[slot]
            guard count > 0 else { continue }
            cumulative += count
            return Slot(values: histogram.layout.values(at: slot), count: count, cumulative: cumulative)
        }
        return nil
    }
}

extension Histogram {
    public var recorded: RecordedSlots { RecordedSlots(self) }
}
