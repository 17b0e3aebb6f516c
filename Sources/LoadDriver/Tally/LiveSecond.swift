import Evidence
import Histogram
import Timebase

/// What ended in one second, whenever it was due: for guards and for those who watch.
final class LiveSecond {
    private(set) var arrivals: UInt64 = 0
    private(set) var dropped: UInt64 = 0
    private(set) var outcomes = OutcomeCounts()
    private var admitted = Histogram(PackedHistogram.coarse)

    func arrivalBegan() { arrivals += 1 }

    func arrivalDropped() { dropped += 1 }

    @inline(__always)
    func stepEnded(_ outcome: Outcome, sinceDue: UInt64) {
        outcomes[outcome] += 1
        if outcome.isAdmitted { admitted.record(sinceDue) }
    }

    func reset() {
        (arrivals, dropped) = (0, 0)
        outcomes = OutcomeCounts()
        admitted.reset()
    }

    func latency(atPercentile percentile: Double) -> TimeSpan? {
        admitted.value(atPercentile: percentile).map { TimeSpan(nanoseconds: Int64($0)) }
    }

    func ratio(of count: UInt64) -> Double? {
        outcomes.total == 0 ? nil : Double(count) / Double(outcomes.total)
    }
}
