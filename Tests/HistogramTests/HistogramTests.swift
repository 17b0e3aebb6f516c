import Testing

@testable import Histogram

@Suite struct HistogramTests {
    let hour = HistogramLayout(highest: 3_600_000_000)!

    @Test(arguments: [
        HistogramLayout(highest: 2, digits: 1)!, HistogramLayout(highest: 100_000, digits: 2)!,
        HistogramLayout(lowest: 1_000, highest: 60_000_000, digits: 3)!,
        HistogramLayout(highest: 1_000_000, digits: 4)!,
    ])
    func `slots cover the range without gap or overlap, and none is wider than its digits allow`(
        layout: HistogramLayout
    ) {
        var edge: UInt64 = 0
        for slot in 0..<layout.slots {
            let values = layout.values(at: slot)
            #expect(values.lowerBound == edge)
            #expect(layout.slot(of: values.lowerBound) == slot)
            #expect(layout.slot(of: values.upperBound) == slot)
            let scale = (0..<layout.digits).reduce(UInt64(1)) { scale, _ in scale * 10 }
            #expect(values.count <= layout.lowest || UInt64(values.count) <= values.lowerBound / scale + 1)
            edge = values.upperBound + 1
        }
        #expect(edge > layout.highest)
    }

    @Test func `the widest layout reaches the largest value`() throws {
        let layout = try #require(HistogramLayout(highest: UInt64(Int64.max)))
        #expect(layout.values(at: layout.slots - 1).upperBound == UInt64(Int64.max))
        #expect(layout.slot(of: UInt64(Int64.max)) == layout.slots - 1)
    }

    @Test func `impossible layouts are refused`() {
        #expect(HistogramLayout(lowest: 0, highest: 10) == nil)
        #expect(HistogramLayout(lowest: 6, highest: 11) == nil)
        #expect(HistogramLayout(highest: 10, digits: 0) == nil)
        #expect(HistogramLayout(highest: 10, digits: 6) == nil)
        #expect(HistogramLayout(highest: UInt64(Int64.max) + 1) == nil)
        #expect(HistogramLayout(lowest: 1 << 60, highest: UInt64(Int64.max), digits: 3) == nil)
    }

    @Test func `an empty histogram knows nothing`() {
        let histogram = Histogram(hour)
        #expect(histogram.minimum == nil)
        #expect(histogram.maximum == nil)
        #expect(histogram.mean == nil)
        #expect(histogram.standardDeviation == nil)
        #expect(histogram.value(atPercentile: 50) == nil)
        #expect(histogram.count(in: 0...UInt64.max) == 0)
        #expect(Array(histogram.recorded).isEmpty)
        #expect(Array(histogram.percentiles()).isEmpty)
    }

    /// The figures are those of the other implementation.
    @Test func `statistics agree with the other implementation`() throws {
        let histogram = Histogram(Golden.latencies)
        #expect(histogram.total == 300)
        #expect(histogram.minimum == 117)
        #expect(histogram.maximum == 4_775_935)
        #expect(histogram.mean == 136234.26)
        let deviation = try #require(histogram.standardDeviation)
        #expect((deviation - 667_599.9548800258).magnitude < 1e-6)
        let percentiles = [25, 50, 90, 99, 99.9, 100].map { histogram.value(atPercentile: $0) }
        #expect(percentiles == [1_296, 2_641, 4_959, 4_362_239, 4_775_935, 4_775_935])
    }

    @Test func `a percentile is the value of its rank`() {
        // Sorted values as the oracle, in the range where every value has a slot of its own.
        for count in [1, 2, 3, 7, 100, 1_000] {
            var histogram = Histogram(hour)
            for value in 1...UInt64(count) { histogram.record(value) }
            for percentile in [0, 0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100] {
                // The rank by integers: percentile in hundredths of a percent, rounded up.
                let rank = max(1, (Int((percentile * 100).rounded()) * count + 9_999) / 10_000)
                #expect(histogram.value(atPercentile: percentile) == UInt64(rank), "p\(percentile) of \(count)")
            }
        }
    }

    @Test func `a value above the highest is clamped and counted`() {
        var histogram = Histogram(hour)
        histogram.record(hour.highest)
        #expect(histogram.saturated == 0)
        histogram.record(hour.highest + 1)
        histogram.record(.max, count: 5)
        #expect(histogram.saturated == 6)
        #expect(histogram.total == 7)
        #expect(histogram.count(in: hour.highest...hour.highest) == 7)
    }

    @Test func `a merge equals recording everything in one`() throws {
        var (all, one, other) = (Histogram(hour), Histogram(hour), Histogram(hour))
        for (index, entry) in Golden.latencies.values.enumerated() {
            all.record(entry.value)
            if index % 3 == 0 { one.record(entry.value) } else { other.record(entry.value) }
        }
        all.record(.max)
        other.record(.max)
        try one.merge(other)
        #expect(one == all)
    }

    @Test func `a merge of other layouts or too many values changes nothing`() {
        var histogram = Histogram(hour)
        histogram.record(5, count: UInt64(Int64.max) - 1)
        let before = histogram
        let coarse = Histogram(HistogramLayout(highest: hour.highest, digits: 2)!)
        #expect(throws: HistogramMergeError.differentLayouts(hour, coarse.layout)) { try histogram.merge(coarse) }
        var two = Histogram(hour)
        two.record(1, count: 2)
        #expect(throws: HistogramMergeError.tooManyValues(before.total, 2)) { try histogram.merge(two) }
        #expect(histogram == before)
    }

    @Test func `counts between two values include both their slots`() {
        var histogram = Histogram(hour)
        for value in [10, 20, 30, 4_096, 4_099] as [UInt64] { histogram.record(value) }
        #expect(histogram.count(in: 10...30) == 3)
        #expect(histogram.count(in: 11...29) == 1)
        #expect(histogram.count(in: 0...UInt64.max) == 5)
        #expect(histogram.count(in: 4_097...4_097) == 2, "4096 ... 4099 share a slot")
    }

    @Test func `a reset histogram is as new`() {
        var histogram = Histogram(Golden.latencies)
        histogram.record(.max)
        histogram.reset()
        #expect(histogram == Histogram(hour))
    }

    @Test func `recorded slots rise and add up`() {
        let histogram = Histogram(Golden.latencies)
        let slots = Array(histogram.recorded)
        #expect(slots.last?.cumulative == 300)
        #expect(slots.reduce(0) { $0 + $1.count } == 300)
        #expect(zip(slots, slots.dropFirst()).allSatisfy { $0.values.upperBound < $1.values.lowerBound })
    }

    @Test func `percentile steps halve their distance to 100`() {
        var histogram = Histogram(hour)
        for value in 1...16 as ClosedRange<UInt64> { histogram.record(value) }
        let steps = histogram.percentiles(ticksPerHalfDistance: 1).map { $0 }
        #expect(steps.map(\.percentile) == [0, 50, 75, 87.5, 93.75, 96.875, 100])
        #expect(steps.map(\.value) == [1, 8, 12, 14, 15, 16, 16])
        #expect(steps.map(\.cumulative) == [1, 8, 12, 14, 15, 16, 16])
        let five = histogram.percentiles(ticksPerHalfDistance: 5).prefix(13).map(\.percentile)
        #expect(five == [0, 10, 20, 30, 40, 50, 55, 60, 65, 70, 75, 77.5, 80])
    }

    @Test func `percentile steps end at any total`() {
        for count in [1, 10, UInt64(Int64.max) - 1] {
            var histogram = Histogram(hour)
            histogram.record(7, count: count)
            histogram.record(9)
            let steps = Array(histogram.percentiles(ticksPerHalfDistance: 100).prefix(10_000))
            #expect(steps.count < 10_000)
            #expect(steps.last == .init(percentile: 100, value: 9, cumulative: count + 1))
            #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.percentile < $1.percentile })
        }
    }
}

extension Histogram {
    init(_ golden: Golden) {
        self.init(HistogramLayout(lowest: golden.lowest, highest: golden.highest, digits: golden.digits)!)
        for (value, count) in golden.values { record(value, count: count) }
    }
}
