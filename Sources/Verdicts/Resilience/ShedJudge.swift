import Evidence
import Numerals
import PlanModel
import Timebase

/// Is what cannot be done refused early, aloud, and the least precious first?
///
///     quick     p99 of rejections, since they were due, within the limit, in every stage that has thirty
///     advised   every rejection says when to come back, or the share that the plan says, where it requires that
///     explicit  shed / (shed + errors) >= 99 %, or what the plan says, over the slices in which one in a hundred or more was turned away or failed
///     in order  in no slice is a lower tier let in at a surely higher share than a tier above it
///     precious  over the slices in which the lower tiers let in could have made room: critical let in >= 99.4 %,
///               or what the plan says
///
/// That a shed request left no trace is the audit's (R).
struct ShedJudge {
    static let p99Max = TimeSpan.milliseconds(50)
    /// Below that share of refusals and errors a slice is no overload.
    private static let overloadMin = 0.01
    private static let samplesMin: UInt64 = 30

    let sight: RunSight
    let name: String
    let p99: TimeSpan?
    /// Nil where the plan asks for no advice.
    let advisedMin: Double?
    /// What is shed first comes first.
    let order: [String]
    let explicitMin: Double
    let criticalMin: Double

    private var limit: TimeSpan { p99 ?? Self.p99Max }
    private var claim: String { "overload is refused early, aloud, and the least precious first" }
    private var expected: String {
        "rejections p99 at most \(limit)" + advisedWords
            + ", at least \(Figures.percent(explicitMin)) of refusals and errors explicit, in the order "
            + order.joined(separator: ", ")
    }
    private var advisedWords: String {
        guard let advisedMin else { return "" }
        return advisedMin >= 1 ? ", each with Retry-After" : ", \(Figures.percent(advisedMin)) of them with Retry-After"
    }

    var judgement: Judgement {
        let overloaded = sight.record.countedStages.flatMap { $0.slices.filter(isOverloaded) }
        guard !overloaded.isEmpty else {
            return .unseen(
                name, claim, expected: expected, "nothing was turned away: the run has no overload to look at")
        }
        let findings = speed + advice + explicitness(overloaded) + inversions(overloaded) + precious(overloaded)
        let status = findings.status
        let totals = overloaded.map { sight.total($0..<$0 + 1) }
        let shed = totals.reduce(0) { $0 + $1.outcomes[.shed] }
        let all = totals.reduce(0) { $0 + $1.outcomes.total }
        let first = (overloaded.first ?? 0)..<(overloaded.last ?? 0) + 1
        return .performance(
            name, claim, status, expected: expected,
            observed:
                "\(Figures.counted(shed, "rejection")), \(Figures.percent(Double(shed) / Double(max(all, 1)))) of what came in "
                + "\(Figures.counted(UInt64(overloaded.count), "overloaded slice"))",
            window: Judgement.Window(
                stages: sight.record.countedStages.filter { $0.slices.overlaps(first) }.map(\.stage.name),
                span: sight.span(first)),
            findings.reasons)
    }

    private func isOverloaded(_ slice: Int) -> Bool {
        let outcomes = sight.slices[slice].outcomes
        let turned = outcomes[.shed] + outcomes.errors
        return turned >= 3 && Double(turned) >= Self.overloadMin * Double(outcomes.total)
    }

    // MARK: Quick, and with advice

    private var speed: [Finding] {
        sight.record.countedStages.compactMap { stage in
            let total = sight.total(stage.slices)
            guard total.outcomes[.shed] >= Self.samplesMin, let p99 = total.shedLatency(atPercentile: 99) else {
                return nil
            }
            let slow = UInt64(limit.nanoseconds)
            let words = "rejections p99 \(Figures.span(nanoseconds: p99)) in stage '\(stage.stage.name)'"
            return Finding(status: p99 <= slow ? .pass : .fail, text: words)
        }
    }

    private var advice: [Finding] {
        guard let advisedMin else { return [] }
        let totals = sight.record.countedStages.map { sight.total($0.slices) }
        let (shed, advised) = totals.reduce((0, 0)) { ($0.0 + $1.outcomes[.shed], $0.1 + $1.advised) }
        guard shed > 0 else { return [] }
        let missing = shed - min(advised, shed)
        return [
            Finding(
                status: Double(shed - missing) >= advisedMin * Double(shed) ? .pass : .fail,
                text: missing == 0
                    ? "all of them said when to come back"
                    : "\(Figures.grouped(missing)) of \(Figures.counted(shed, "rejection")) did not say when to come back"
            )
        ]
    }

    private func explicitness(_ overloaded: [Int]) -> [Finding] {
        let outcomes = overloaded.reduce(into: OutcomeCounts()) { $0 += sight.slices[$1].outcomes }
        let turned = outcomes[.shed] + outcomes.errors
        guard let ratio = CountRatio(outcomes[.shed], over: turned) else { return [] }
        let kinds = Outcome.allCases.filter { $0.isError && outcomes[$0] > 0 }
            .map { "\($0.name) \(Figures.grouped(outcomes[$0]))" }
        let words = "\(Figures.percent(ratio.value)) of refusals and errors were explicit"
        return [
            Finding(
                status: ratio.value >= explicitMin ? .pass : .fail,
                text: words + (kinds.isEmpty ? "" : ": " + kinds.joined(separator: ", ")))
        ]
    }

    // MARK: In order

    /// The most precious last, as the plan orders them; what it does not name is not compared.
    private func tiers(_ slice: Int) -> [(priority: String, outcomes: OutcomeCounts)] {
        let record = sight.record
        return order.map { priority in
            let cells = record.slices[slice].cells.filter {
                record.steps[$0.step].priority == priority && record.steps[$0.step].isRequest
            }
            return (priority, cells.reduce(into: OutcomeCounts()) { $0 += $1.cell.outcomes })
        }
    }

    private func inversions(_ overloaded: [Int]) -> [Finding] {
        let found = overloaded.compactMap(inversion)
        guard let first = found.first else {
            return [Finding(status: .pass, text: "no tier was shed while a lower one was let in")]
        }
        return [
            Finding(
                status: .fail,
                text: "priority inversion in \(Figures.counted(UInt64(found.count), "slice")): \(first)")
        ]
    }

    /// A pair of tiers whose shares are surely the wrong way round in this slice.
    private func inversion(_ slice: Int) -> String? {
        let tiers = tiers(slice)
        for (place, lower) in tiers.enumerated() where lower.outcomes.total >= Self.tierMin {
            for higher in tiers[(place + 1)...]
            where higher.outcomes.total >= Self.tierMin && higher.outcomes[.shed] > 0 {
                guard let low = share(lower.outcomes), let high = share(higher.outcomes), low.low > high.high else {
                    continue
                }
                return
                    "at \(sight.words(slice..<slice + 1)) \(Figures.percent(high.value)) of '\(higher.priority)' were let in, "
                    + "and \(Figures.percent(low.value)) of '\(lower.priority)'"
            }
        }
        return nil
    }

    private static let tierMin: UInt64 = 20

    private func share(_ outcomes: OutcomeCounts) -> Estimate? {
        Estimate(outcomes.total - outcomes[.shed], of: outcomes.total, against: 0.5)
    }

    private func precious(_ overloaded: [Int]) -> [Finding] {
        guard let highest = order.last, order.count > 1 else { return [] }
        var (critical, admitted): (UInt64, UInt64) = (0, 0)
        for slice in overloaded {
            let tiers = tiers(slice)
            guard let top = tiers.last?.outcomes else { continue }
            let below = tiers.dropLast().reduce(0) { $0 + $1.outcomes.admitted }
            // Room that the lower tiers took, and that the highest needed.
            guard top.total >= Self.tierMin, below >= max(top[.shed], 1) else { continue }
            critical += top.total
            admitted += top.total - top[.shed]
        }
        guard critical >= 1_000, let ratio = Estimate(critical - admitted, of: critical, against: 1 - criticalMin)
        else { return [] }
        let words = "\(Figures.percent(1 - ratio.value)) of '\(highest)' were let in while lower tiers could make room"
        return [Finding(status: ratio.low > 1 - criticalMin ? .fail : .pass, text: words)]
    }
}
