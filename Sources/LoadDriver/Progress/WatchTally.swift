import Evidence
import Histogram
import Timebase

/// What only those who watch want to know. There is none where nobody does, so that it costs nothing then; else it is
/// some ten nanoseconds a step.
final class WatchTally {
    private(set) var totals = RunTotals()
    private let steps: [StepRecord]
    private var corrected = Histogram(PackedHistogram.coarse)
    private var raw = Histogram(PackedHistogram.coarse)
    private var outcomes = OutcomeCounts()
    private var lagMax: UInt64 = 0
    private var inFlightMax = 0
    /// The totals as of the last second that was told.
    private var told = RunTotals()
    private var toldUntil = TimeSpan.zero
    private var eventsTold = 0
    /// Skipped, and not yet taken off what a second started.
    private var skippedOpen: UInt64 = 0

    init(_ steps: [StepRecord]) {
        self.steps = steps
        totals.steps = steps.map { _ in StepTotals() }
    }

    func arrivalBegan(lag: UInt64) {
        totals.due += 1
        totals.started += 1
        totals.lag.record(lag)
        lagMax = max(lagMax, lag)
    }

    func arrivalDropped() {
        totals.due += 1
        totals.dropped += 1
    }

    func arrivalSkipped() {
        totals.skipped += 1
        skippedOpen += 1
    }

    func stepEnded(_ step: Int, _ outcome: Outcome, sinceDue: UInt64, sinceSent: UInt64) {
        outcomes[outcome] += 1
        totals.steps[step].outcomes[outcome] += 1
        if steps[step].isFirst, outcome == .ok || outcome == .declined { totals.good += 1 }
        guard outcome.isAdmitted else { return }
        totals.steps[step].latency.record(sinceDue)
        guard steps[step].isRequest else { return }
        corrected.record(sinceDue)
        raw.record(sinceSent)
    }

    func sample(inFlight: Int) { inFlightMax = max(inFlightMax, inFlight) }

    /// What the time since the last call came to. The rest of the second is for the caller to fill in.
    func second(endingAt end: TimeSpan, _ progress: DriverProgress, _ events: [RunEvent]) -> DriverSecond {
        var second = DriverSecond(span: toldUntil..<max(end, toldUntil), progress: progress)
        second.due = totals.due - told.due
        second.started = takeSkipped(from: totals.started - told.started)
        second.dropped = totals.dropped - told.dropped
        second.good = totals.good - told.good
        second.outcomes = outcomes
        (second.corrected, second.raw) = (Self.latency(corrected), Self.latency(raw))
        second.lagMax = TimeSpan(nanoseconds: Int64(clamping: lagMax))
        second.inFlightMax = max(inFlightMax, progress.inFlight)
        second.events = Array(events.dropFirst(eventsTold))
        second.totals = totals
        begin(at: second.span.upperBound, events.count)
        return second
    }

    /// An arrival may turn out to want a value some seconds behind its beginning: no second has started fewer than none.
    private func takeSkipped(from begun: UInt64) -> UInt64 {
        let taken = min(skippedOpen, begun)
        skippedOpen -= taken
        return begun - taken
    }

    private func begin(at instant: TimeSpan, _ eventCount: Int) {
        (told, toldUntil, eventsTold) = (totals, instant, eventCount)
        (lagMax, inFlightMax) = (0, 0)
        outcomes = OutcomeCounts()
        corrected.reset()
        raw.reset()
    }

    private static func latency(_ histogram: Histogram) -> SecondLatency {
        func value(_ percentile: Double) -> TimeSpan? {
            histogram.value(atPercentile: percentile).map { TimeSpan(nanoseconds: Int64($0)) }
        }
        return SecondLatency(p50: value(50), p99: value(99))
    }
}
