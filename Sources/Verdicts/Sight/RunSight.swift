package import Evidence
import Histogram
import Timebase

/// What happened to arrivals, slice by slice, in numbers that can be added up: the view of a record that judges of
/// overload share. Histograms are opened once.
///
/// An arrival is seen by the first request of its journey: what comes behind it waits for people and webhooks, and is due in
/// other slices. A slice's percentile is within a limit when enough of its latencies are, so windows of any length need
/// sums only.
package struct RunSight {
    struct Slice {
        /// By the schedule.
        var offered: UInt64 = 0
        /// Of first requests.
        var outcomes = OutcomeCounts()
        var advised: UInt64 = 0
        /// Of admitted first requests, from the due instant: slots in ascending order, by their upper ends.
        var latencies: [(nanoseconds: UInt64, count: UInt64)] = []
        /// Of shed ones.
        var sheds: [(nanoseconds: UInt64, count: UInt64)] = []

        func admitted(within limit: UInt64) -> UInt64 {
            var sum: UInt64 = 0
            for slot in latencies where slot.nanoseconds <= limit { sum += slot.count }
            return sum
        }

        /// As `Goodput` says; without a limit all correct answers.
        func good(within limit: UInt64?) -> UInt64 {
            let correct = outcomes[.ok] + outcomes[.declined]
            guard let limit else { return correct }
            let slow = outcomes.admitted - min(admitted(within: limit), outcomes.admitted)
            // Unknown ones stand among the latencies with the time they were waited for, and were never correct.
            return correct - min(slow - min(slow, outcomes[.unknown]), correct)
        }
    }

    let record: RunRecord
    let slices: [Slice]

    package init(_ record: RunRecord) {
        self.record = record
        let firsts = Self.firstRequests(record.steps)
        slices = record.slices.map { Self.slice($0, firsts) }
    }

    /// Of each journey.
    private static func firstRequests(_ steps: [StepRecord]) -> Set<Int> {
        var seen: Set<String> = []
        var firsts: Set<Int> = []
        for (index, step) in steps.enumerated() where step.isRequest && seen.insert(step.journey).inserted {
            firsts.insert(index)
        }
        return firsts
    }

    private static func slice(_ record: SliceRecord, _ firsts: Set<Int>) -> Slice {
        var slice = Slice()
        slice.offered = record.arrivals.scheduled
        for (step, cell) in record.cells where firsts.contains(step) {
            slice.outcomes += cell.outcomes
            slice.advised += cell.advised
            slice.latencies += slots(cell.corrected)
            slice.sheds += slots(cell.shed)
        }
        slice.latencies.sort { $0.nanoseconds < $1.nanoseconds }
        slice.sheds.sort { $0.nanoseconds < $1.nanoseconds }
        return slice
    }

    private static func slots(_ packed: PackedHistogram) -> [(nanoseconds: UInt64, count: UInt64)] {
        guard let histogram = try? packed.opened() else { return [] }
        return histogram.recorded.map { ($0.values.upperBound, $0.count) }
    }

    // MARK: Windows

    /// So many slices hold at least `span`.
    func count(of span: TimeSpan) -> Int {
        let length = record.sliceLength.nanoseconds
        return max(1, Int((span.nanoseconds + length - 1) / length))
    }

    /// Every run of so many slices inside of these; all of them where they are fewer.
    func windows(of count: Int, in slices: Range<Int>) -> [Range<Int>] {
        guard slices.count > count else { return slices.isEmpty ? [] : [slices] }
        return (slices.lowerBound...(slices.upperBound - count)).map { $0..<$0 + count }
    }

    func total(_ window: Range<Int>) -> WindowTotal { WindowTotal(self, window) }

    /// Seconds.
    func length(_ window: Range<Int>) -> Double { Double(window.count) * record.sliceLength.seconds }

    func span(_ window: Range<Int>) -> Range<TimeSpan> {
        record.sliceLength * Int64(window.lowerBound)..<record.sliceLength * Int64(window.upperBound)
    }
}

/// Sums over a window of slices.
struct WindowTotal {
    let window: Range<Int>
    private let sight: RunSight
    private(set) var offered: UInt64 = 0
    private(set) var outcomes = OutcomeCounts()
    private(set) var advised: UInt64 = 0

    init(_ sight: RunSight, _ window: Range<Int>) {
        self.sight = sight
        self.window = window
        for slice in window {
            offered += sight.slices[slice].offered
            outcomes += sight.slices[slice].outcomes
            advised += sight.slices[slice].advised
        }
    }

    func good(within limit: UInt64?) -> UInt64 {
        window.reduce(0) { $0 + sight.slices[$1].good(within: limit) }
    }

    func admitted(within limit: UInt64) -> UInt64 {
        window.reduce(0) { $0 + sight.slices[$1].admitted(within: limit) }
    }

    var admitted: UInt64 { outcomes.admitted }

    /// Per second.
    func rate(_ count: UInt64) -> Double { Double(count) / sight.length(window) }

    /// Of all first requests of the window; nil for too few that were admitted.
    func latency(atPercentile percentile: Double) -> UInt64? { Self.value(of: latencies, percentile) }

    func shedLatency(atPercentile percentile: Double) -> UInt64? {
        Self.value(of: Self.merged(window.map { sight.slices[$0].sheds }), percentile)
    }

    /// The latencies as one histogram, for an interval.
    var latencyHistogram: Histogram {
        var histogram = Histogram(PackedHistogram.coarse)
        for slot in latencies { histogram.record(slot.nanoseconds, count: slot.count) }
        return histogram
    }

    private var latencies: [(nanoseconds: UInt64, count: UInt64)] {
        Self.merged(window.map { sight.slices[$0].latencies })
    }

    private static func merged(
        _ parts: [[(nanoseconds: UInt64, count: UInt64)]]
    ) -> [(nanoseconds: UInt64, count: UInt64)] {
        parts.flatMap { $0 }.sorted { $0.nanoseconds < $1.nanoseconds }
    }

    private static func value(of slots: [(nanoseconds: UInt64, count: UInt64)], _ percentile: Double) -> UInt64? {
        let total = slots.reduce(0) { $0 + $1.count }
        guard total > 0 else { return nil }
        let rank = UInt64((percentile / 100 * Double(total)).rounded(.up))
        var seen: UInt64 = 0
        for slot in slots {
            seen += slot.count
            if seen >= max(rank, 1) { return slot.nanoseconds }
        }
        return slots.last?.nanoseconds
    }
}
