import Evidence
import Timebase

/// What ended in one second, whenever it was due: for guards and for those who watch.
final class LiveSecond {
    private(set) var arrivals: UInt64 = 0
    private(set) var dropped: UInt64 = 0
    private let cell = OpenCell(PackedHistogram.coarse)

    func arrivalBegan() { arrivals += 1 }

    func arrivalDropped() { dropped += 1 }

    @inline(__always)
    func stepEnded(_ outcome: Outcome, sinceDue: UInt64, sinceSent: UInt64) {
        cell.record(outcome, sinceDue: sinceDue, sinceSent: sinceSent)
    }

    func reset() {
        (arrivals, dropped) = (0, 0)
        cell.reset()
    }

    var outcomes: OutcomeCounts { cell.outcomes }

    func latency(atPercentile percentile: Double) -> TimeSpan? {
        cell.latency(atPercentile: percentile).map { TimeSpan(nanoseconds: Int64($0)) }
    }

    func ratio(of count: UInt64) -> Double? {
        outcomes.total == 0 ? nil : Double(count) / Double(outcomes.total)
    }
}
