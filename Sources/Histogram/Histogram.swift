/// Goal: the latencies of a run of any length in memory that never grows, precise to a chosen number of digits, and
/// readable by every other HdrHistogram implementation.
///
/// Method: Gil Tene's HdrHistogram. Values fall into buckets of doubling range, each cut into equally wide slots:
///
///     digits 3:   0 ... 2047 by 1 | 2048 ... 4095 by 2 | 4096 ... 8191 by 4 | ...
///
/// so a slot is never wider than a thousandth of its value. Recording is a shift, an addition and no allocation.
/// Everything else (extremes, mean, percentiles) is read from the slots, so that a histogram that was encoded, sent
/// and decoded answers exactly as the one that recorded.
///
/// Values above the highest are recorded as the highest and counted in `saturated`. It does not correct for
/// coordinated omission: latencies here are counted from the intended send time already.
@frozen public struct Histogram: Sendable, Equatable {
    public let layout: HistogramLayout
    @usableFromInline package internal(set) var counts: [UInt64]
    /// How many values were recorded; at most `Int64.max`, for the sake of the encoding.
    @usableFromInline package internal(set) var total: UInt64 = 0
    /// How many of them were above the highest. Not part of the encoding: hand it to the decoder beside the bytes.
    @usableFromInline package internal(set) var saturated: UInt64 = 0

    public init(_ layout: HistogramLayout) {
        self.layout = layout
        counts = [UInt64](repeating: 0, count: layout.slots)
    }

    @inlinable public mutating func record(_ value: UInt64) {
        if value > layout.highest { saturated &+= 1 }
        counts[layout.slot(of: min(value, layout.highest))] &+= 1
        total &+= 1
    }

    public mutating func record(_ value: UInt64, count: UInt64) {
        precondition(count <= UInt64(Int64.max) - total, "\(count) more values than a histogram of \(total) can hold")
        if value > layout.highest { saturated += count }
        counts[layout.slot(of: min(value, layout.highest))] += count
        total += count
    }

    /// Adds what another histogram recorded. Another layout is an error rather than a silent loss of digits: the
    /// workers of a run share one plan and so one layout.
    public mutating func merge(_ other: Histogram) throws(HistogramMergeError) {
        guard layout == other.layout else { throw .differentLayouts(layout, other.layout) }
        guard other.total <= UInt64(Int64.max) - total else { throw .tooManyValues(total, other.total) }
        for slot in counts.indices { counts[slot] &+= other.counts[slot] }
        total += other.total
        saturated += other.saturated
    }

    public mutating func reset() {
        for slot in counts.indices { counts[slot] = 0 }
        (total, saturated) = (0, 0)
    }
}

public enum HistogramMergeError: Error, Equatable {
    case differentLayouts(HistogramLayout, HistogramLayout)
    case tooManyValues(UInt64, UInt64)
}

extension Histogram {
    /// The lower edge of the lowest slot with a value; nil while there is none.
    public var minimum: UInt64? {
        counts.firstIndex { $0 > 0 }.map { layout.values(at: $0).lowerBound }
    }

    /// The upper edge of the highest slot with a value.
    public var maximum: UInt64? {
        counts.lastIndex { $0 > 0 }.map { layout.values(at: $0).upperBound }
    }

    public var mean: Double? {
        guard total > 0 else { return nil }
        return recorded.reduce(0) { $0 + Double($1.middle) * Double($1.count) } / Double(total)
    }

    public var standardDeviation: Double? {
        guard let mean else { return nil }
        let squares = recorded.reduce(0) { sum, slot in
            let distance = Double(slot.middle) - mean
            return sum + distance * distance * Double(slot.count)
        }
        return (squares / Double(total)).squareRoot()
    }

    /// The upper edge of the slot that holds the value of this rank: a share of `percentile` % is at or below it.
    public func value(atPercentile percentile: Double) -> UInt64? {
        precondition(percentile >= 0 && percentile <= 100, "percentile \(percentile)")
        guard total > 0 else { return nil }
        // One ulp less, lest 99.9 % of 1000 become rank 1000 because 99.9 has no exact binary form.
        let rank = max(1, UInt64((percentile.nextDown / 100 * Double(total)).rounded(.up)))
        return recorded.first { $0.cumulative >= min(rank, total) }?.values.upperBound
    }

    /// How many values were recorded in the slots that this range touches.
    public func count(in range: ClosedRange<UInt64>) -> UInt64 {
        let slots =
            layout.slot(
                of: min(range.lowerBound, layout.highest))...layout.slot(
                of: min(range.upperBound, layout.highest))
        return counts[slots].reduce(0, +)
    }
}
