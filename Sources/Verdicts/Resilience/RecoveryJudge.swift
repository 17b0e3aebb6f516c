import Evidence
import Numerals
import PlanModel
import PlanValues
import StackVocabulary
import Timebase

/// Does the service come back by itself when what troubled it has ended?
///
///     trigger ends = the later of the stage's end, and the end of faults that began in it
///     well(t)      = over the five seconds from t on: good / offered >= share x baseline's,
///                    and p99 of the admitted <= 1.2 x baseline's, or what the plan says (never held to less than 5 ms more)
///     recovered    = the first t behind the trigger with well(t); in time when t + 5 s <= trigger ends + within + 5 s,
///                    and the stack's queue is no deeper than it ever was in the baseline, or than a hundredth of its cap
///
/// A service that stays degraded behind its trigger is *metastable*, and named so.
struct RecoveryJudge {
    static let sustained = TimeSpan.seconds(5)
    private static let latencyFloor = TimeSpan.milliseconds(5)

    let sight: RunSight
    let name: String
    let after: String
    let share: Share
    let within: TimeSpan
    let latencyFactor: Double
    let limit: UInt64?

    private struct Baseline {
        let served: Double
        let latency: UInt64
        let words: String
    }

    private var claim: String { "goodput comes back within \(within) of stage '\(after)'" }
    private var expected: String {
        "\(share.ratio) of \(share.reference) within \(within), and p99 with it, for \(Self.sustained)"
    }

    var judgement: Judgement {
        guard let stage = sight.stage(after), stage.stage.span.upperBound > .zero else {
            return .unseen(name, claim, expected: expected, "the run did not come to stage '\(after)'")
        }
        guard let baseline else {
            return .unseen(name, claim, expected: expected, "there is no goodput in \(share.reference) to compare with")
        }
        let end = triggerEnd(stage)
        let first = sight.slices(within: end..<(.seconds(1 << 30))).lowerBound
        let last = sight.counted.upperBound
        let count = sight.count(of: Self.sustained)
        guard first + count <= last else {
            return .unseen(
                name, claim, expected: expected,
                "less than \(Self.sustained) of the run that count come behind \(Figures.span(end)), where the trouble ended"
            )
        }
        let starts = first...(last - count)
        let well = starts.first { isWell($0..<$0 + count, baseline) }
        return judgement(well, from: first, upTo: last, end: end, stage, baseline)
    }

    private func judgement(
        _ well: Int?, from first: Int, upTo last: Int, end: TimeSpan, _ stage: CountedStage, _ baseline: Baseline
    ) -> Judgement {
        let count = sight.count(of: Self.sustained)
        let window = sight.judgementWindow(first..<last, [stage])
        let took = well.map { max(.zero, sight.span($0..<$0 + 1).lowerBound - end) }
        let reached = baseline.words
        if let took, took <= within {
            return .performance(
                name, claim, .pass, expected: expected,
                observed: "back after \(Figures.span(took)), and for \(Self.sustained) from then on", window: window,
                [reached])
        }
        let seen = sight.total(last - count..<last)
        let state =
            "at the end \(Figures.percent(seen.offered == 0 ? 0 : Double(seen.good(within: limit)) / Double(seen.offered))) of what was offered, p99 "
            + (seen.latency(atPercentile: 99).map { Figures.span(nanoseconds: $0) } ?? "-")
        if let took {
            return .performance(
                name, claim, .fail, expected: expected, observed: "back after \(Figures.span(took))", window: window,
                [reached, worst(first..<last, baseline)])
        }
        let isLong = sight.span(first..<last).upperBound - end >= within + Self.sustained
        return .performance(
            name, claim, isLong ? .fail : .inconclusive, expected: expected,
            observed: (isLong ? "metastable: still degraded " : "not back ")
                + "\(Figures.span(sight.span(first..<last).upperBound - end)) behind the trouble; \(state)",
            window: window, [reached] + (isLong ? [] : ["the run ends before its time to recover does"]))
    }

    private func worst(_ slices: Range<Int>, _ baseline: Baseline) -> String {
        let worst = slices.min { good($0..<$0 + 1) < good($1..<$1 + 1) } ?? slices.lowerBound
        return
            "the worst second behind it is \(sight.words(worst..<worst + 1)): \(Figures.percent(good(worst..<worst + 1))) of what was offered"
    }

    private func good(_ window: Range<Int>) -> Double {
        let total = sight.total(window)
        return total.offered == 0 ? 1 : Double(total.good(within: limit)) / Double(total.offered)
    }

    private func triggerEnd(_ stage: CountedStage) -> TimeSpan {
        let span = stage.stage.span
        let faults = sight.record.faults.map(\.span).filter { span.contains($0.lowerBound) }
        return max(span.upperBound, faults.map(\.upperBound).max() ?? .zero)
    }

    // MARK: The baseline

    private var baseline: Baseline? {
        guard share.reference != "peak" else {
            let calm = sight.calm?.slices ?? sight.counted
            return baseline(calm, "the calm stage")
        }
        return sight.stage(share.reference).flatMap { baseline($0.slices, "'\($0.stage.name)'") }
    }

    private func baseline(_ slices: Range<Int>, _ words: String) -> Baseline? {
        let total = sight.total(slices)
        guard total.offered > 0, let p99 = total.latency(atPercentile: 99) else { return nil }
        let served = Double(total.good(within: limit)) / Double(total.offered)
        guard served > 0 else { return nil }
        return Baseline(
            served: served, latency: p99,
            words: "\(words) has \(Figures.percent(served)) of what was offered, p99 \(Figures.span(nanoseconds: p99))")
    }

    private func isWell(_ window: Range<Int>, _ baseline: Baseline) -> Bool {
        let total = sight.total(window)
        guard total.offered > 0,
            Double(total.good(within: limit)) >= share.ratio.value * baseline.served * Double(total.offered)
        else { return false }
        let bound = max(
            Double(baseline.latency) * latencyFactor,
            Double(baseline.latency) + Double(Self.latencyFloor.nanoseconds))
        // What chance explains of a percentile is not held against it.
        guard let estimate = Estimate(percentile: 99, of: total.latencyHistogram) else { return false }
        return estimate.low <= bound && isDrained(window)
    }

    /// The stack's queue at the window's end, where it is known.
    private func isDrained(_ window: Range<Int>) -> Bool {
        guard let queue = sight.vital(.queueDepth), let calm = sight.calm else { return true }
        let before = queue.values(in: sight.span(calm.slices)).max() ?? 0
        let cap = Double(sight.record.stack?.setting.queueMax ?? 0) / 100
        guard let now = queue.values(in: sight.span(window)).last else { return true }
        return now <= max(before, cap, 2)
    }
}
