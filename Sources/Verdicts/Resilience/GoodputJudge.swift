import Evidence
import Numerals
import PlanModel
import PlanValues
import Timebase

/// Does a stage keep its share of the best goodput that the run has shown, or of another stage's?
///
///     of the peak:  goodput(W) >= share x peak     for the stage as a whole, and for no five seconds W of it surely less
///                   peak = the highest goodput of any five seconds in a row, less two deviations: what was surely reached
///     of a stage:   good / offered >= share x (good / offered of the other)
struct GoodputJudge {
    static let window = TimeSpan.seconds(5)

    let sight: RunSight
    let name: String
    let stage: String
    let share: Share
    /// Beyond which an answer is no good one; nil where no objective says.
    let limit: UInt64?

    private var claim: String { "stage '\(stage)' keeps \(share.ratio) of the goodput of \(share.reference)" }
    private var expected: String { "at least \(share.ratio) of \(share.reference)" }

    var judgement: Judgement {
        guard let stage = sight.stage(stage), !stage.slices.isEmpty else {
            return .unseen(name, claim, expected: expected, "the run did not come to stage '\(self.stage)'")
        }
        return share.reference == "peak" ? ofPeak(stage) : ofStage(stage)
    }

    // MARK: Of the peak

    private func ofPeak(_ stage: CountedStage) -> Judgement {
        let count = sight.count(of: Self.window)
        let all = sight.record.countedStages.flatMap { sight.windows(of: count, in: $0.slices) }
        guard let best = all.max(by: { goodput($0).surely < goodput($1).surely }), goodput(best).surely > 0 else {
            return .unseen(name, claim, expected: expected, "the run has no goodput at all")
        }
        let peak = goodput(best).surely
        let whole = goodput(stage.slices)
        let worst =
            sight.windows(of: count, in: stage.slices).min { goodput($0).rate < goodput($1).rate } ?? stage.slices
        let low = goodput(worst)
        let bound = share.ratio.value * peak
        // The worst of many windows is low by chance: only what four deviations do not explain counts against it.
        let isWorstSure = low.rate + 4 * low.deviation < bound
        let status: Judgement.Status =
            whole.rate + 1.96 * whole.deviation < bound || isWorstSure
            ? .fail : whole.rate >= bound ? .pass : .inconclusive
        var reasons = ["the peak is \(Figures.rate(peak)), at \(sight.words(best))"]
        reasons.append("the worst \(Self.window): \(Figures.rate(low.rate)), at \(sight.words(worst))")
        return .performance(
            name, claim, status, expected: "\(expected): \(Figures.rate(bound))",
            observed: "\(Figures.rate(whole.rate)), \(Figures.percent(whole.rate / peak)) of the peak",
            window: sight.judgementWindow(stage.slices, [stage]), reasons)
    }

    private func goodput(_ window: Range<Int>) -> (rate: Double, deviation: Double, surely: Double) {
        let total = sight.total(window)
        let good = Double(total.good(within: limit))
        let seconds = sight.length(window)
        return (good / seconds, good.squareRoot() / seconds, (good - 2 * good.squareRoot()) / seconds)
    }

    // MARK: Of a stage

    private func ofStage(_ stage: CountedStage) -> Judgement {
        guard let other = sight.stage(share.reference), let base = served(other.slices), base.value > 0 else {
            return .unseen(name, claim, expected: expected, "stage '\(share.reference)' has no goodput")
        }
        guard let seen = served(stage.slices) else {
            return .unseen(name, claim, expected: expected, "nothing was offered in stage '\(stage.stage.name)'")
        }
        let bound = share.ratio.value * base.value
        return .performance(
            name, claim, seen.status(atLeast: bound),
            expected: "\(expected): \(Figures.percent(bound)) of what is offered",
            observed: "\(Figures.percent(seen.value)) of what was offered",
            window: sight.judgementWindow(stage.slices, [stage]),
            ["'\(share.reference)' has \(Figures.percent(base.value)) of what was offered"])
    }

    private func served(_ slices: Range<Int>) -> Estimate? {
        let total = sight.total(slices)
        return Estimate(total.good(within: limit), of: total.offered, against: share.ratio.value)
    }
}
