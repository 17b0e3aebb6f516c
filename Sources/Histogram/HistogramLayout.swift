/// Which values a histogram tells apart; two histograms merge when their layouts are equal.
@frozen public struct HistogramLayout: Hashable, Sendable, CustomStringConvertible {
    /// Values below this share one slot.
    public let lowest: UInt64
    public let highest: UInt64
    public let digits: Int

    /// The slots' width in the first bucket, as a power of two: `lowest` rounded down.
    @usableFromInline let unitMagnitude: Int
    /// Half the number of slots in a bucket, as a power of two. Only the first bucket uses its lower half: that of
    /// every other is covered, more finely, by the buckets before.
    @usableFromInline let halfMagnitude: Int

    /// Nil unless lowest >= 1, highest >= 2 * lowest, 1 <= digits <= 5 and all of it fits into 63 bits.
    public init?(lowest: UInt64 = 1, highest: UInt64, digits: Int = 3) {
        guard lowest >= 1, highest <= UInt64(Int64.max), highest / 2 >= lowest, 1...5 ~= digits else { return nil }
        self.lowest = lowest
        self.highest = highest
        self.digits = digits
        unitMagnitude = 63 - lowest.leadingZeroBitCount
        // 2 * 10^digits slots, rounded up to a power of two: in a bucket's upper half, 10^digits or more.
        halfMagnitude = [4, 7, 10, 14, 17][digits - 1]
        guard unitMagnitude + halfMagnitude <= 61 else { return nil }
    }

    public var description: String { "\(lowest)...\(highest) to \(digits) digits" }

    /// The first bucket counts twice, since it uses both halves.
    public var slots: Int { (bucket(of: highest) + 2) << halfMagnitude }

    @inlinable @inline(__always) func bucket(of value: UInt64) -> Int {
        let first: UInt64 = ((2 &<< UInt64(halfMagnitude)) &- 1) &<< UInt64(unitMagnitude)
        return 63 &- halfMagnitude &- unitMagnitude &- (value | first).leadingZeroBitCount
    }

    /// Always inlined: a call would copy the layout for every recorded value.
    @inlinable @inline(__always) func slot(of value: UInt64) -> Int {
        let bucket = bucket(of: value)
        return (bucket &<< halfMagnitude) &+ Int(truncatingIfNeeded: value &>> UInt64(bucket &+ unitMagnitude))
    }

    /// The values that share a slot.
    func values(at slot: Int) -> ClosedRange<UInt64> {
        let bucket = max((slot >> halfMagnitude) - 1, 0)
        let magnitude = bucket + unitMagnitude
        let lower = UInt64(slot - bucket << halfMagnitude) << UInt64(magnitude)
        return lower...lower + ((1 << UInt64(magnitude)) - 1)
    }
}
