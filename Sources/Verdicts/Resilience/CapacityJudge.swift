import Evidence
import Numerals
import PlanModel
import PlanValues
import Timebase

/// Did goodput reach the figure, and hold it for ten seconds under the objective?
///
///     goodput(W)  = good answers in W / length(W)           W: ten seconds in a row inside one stage
///     W is within = for every percentile p of the objective, at least p of the admitted answered within its limit,
///                   and (errors + shed) / all <= the objective's errors
///     observed    = max goodput(W) over the W that are within
///
/// A run that was never offered as much cannot show it, and is inconclusive unless what it was offered failed.
struct CapacityJudge {
    static let sustained = TimeSpan.seconds(10)

    let sight: RunSight
    let name: String
    let bound: Rate
    let objective: Objective

    private struct Window {
        let slices: Range<Int>
        let stage: CountedStage
        let offered: Double
        let good: UInt64
        let goodput: Double
        let breach: String?
    }

    private var claim: String {
        "goodput of \(Figures.rate(bound.perSecond)) holds for \(Self.sustained) under the objective"
    }

    private var expected: String {
        let limits = objective.limits.map { "p\(Figures.percentile($0.percentile)) at most \($0.limit)" }
        let errors = objective.errors.map { ["errors and shed at most \($0)"] } ?? []
        return "at least \(Figures.rate(bound.perSecond)) with " + (limits + errors).joined(separator: ", ")
    }

    var judgement: Judgement {
        let count = sight.count(of: Self.sustained)
        let windows = sight.record.countedStages.filter { $0.slices.count >= count }.flatMap { stage in
            sight.windows(of: count, in: stage.slices).map { window($0, stage) }
        }
        guard let most = windows.max(by: { $0.offered < $1.offered }) else {
            return .unseen(name, claim, expected: expected, "no stage that counts lasts for \(Self.sustained)")
        }
        guard let best = windows.filter({ $0.breach == nil }).max(by: { $0.goodput < $1.goodput }) else {
            let why = most.breach.map { ": \($0)" } ?? ""
            return .performance(
                name, claim, .fail, expected: expected, observed: "no \(Self.sustained) kept the objective",
                window: sight.judgementWindow(sight.counted, sight.record.countedStages),
                ["even the most that was offered, \(Figures.rate(most.offered)), did not\(why)"])
        }
        return judgement(best, most, windows)
    }

    private func judgement(_ best: Window, _ most: Window, _ windows: [Window]) -> Judgement {
        // Of a Poisson count: two deviations above.
        let highest = best.goodput + 1.96 * Double(best.good).squareRoot() / sight.length(best.slices)
        let broken = windows.filter { $0.breach != nil }.min { $0.offered < $1.offered }
        let status: Judgement.Status
        var reasons: [String] = []
        if best.goodput >= bound.perSecond {
            status = .pass
        } else if broken == nil, most.offered < bound.perSecond {
            status = .inconclusive
            reasons.append(
                "it was never offered more than \(Figures.rate(most.offered)), and kept the objective all along: raise the rate"
            )
        } else {
            status = highest < bound.perSecond ? .fail : .inconclusive
        }
        if let broken, let breach = broken.breach {
            reasons.append("at \(sight.words(broken.slices)), offered \(Figures.rate(broken.offered)): \(breach)")
        }
        return .performance(
            name, claim, status, expected: expected,
            observed: "\(Figures.rate(best.goodput)) at \(sight.words(best.slices)), "
                + "offered \(Figures.rate(best.offered))",
            window: sight.judgementWindow(best.slices, [best.stage]), reasons)
    }

    private func window(_ slices: Range<Int>, _ stage: CountedStage) -> Window {
        let total = sight.total(slices)
        let good = total.good(within: objective.goodLimit)
        return Window(
            slices: slices, stage: stage, offered: total.rate(total.offered), good: good, goodput: total.rate(good),
            breach: objective.breach(in: total))
    }
}

extension Objective {
    var goodLimit: UInt64? { limits.widest.map { UInt64($0.nanoseconds) } }

    /// What a window breaks, in words; nil when it keeps everything, and has anything to keep.
    func breach(in total: WindowTotal) -> String? {
        guard total.outcomes.total > 0 else { return "nothing came to an end" }
        for limit in limits {
            let within = total.admitted(within: UInt64(limit.limit.nanoseconds))
            if Double(within) < limit.percentile / 100 * Double(total.admitted) {
                let seen = total.latency(atPercentile: limit.percentile).map { Figures.span(nanoseconds: $0) } ?? "-"
                return "p\(Figures.percentile(limit.percentile)) \(seen), above \(limit.limit)"
            }
        }
        if let errors {
            let bad = total.outcomes.errors + total.outcomes[.shed]
            let share = Double(bad) / Double(total.outcomes.total)
            if share > errors.value { return "\(Figures.percent(share)) errors and shed, above \(errors)" }
        }
        return nil
    }
}

extension Figures {
    /// `99`, `99.9`
    static func percentile(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }
}
