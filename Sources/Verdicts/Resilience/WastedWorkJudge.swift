import Evidence
import Numerals
import PlanValues
import Timebase

/// How much of what the banks are asked is for senders that have given up?
///
///     late / writes <= limit     late: a call that began when the payment's sender had given up all of its attempts, and had
///                                been told nothing
///
/// Over all that counts, and over every thirty seconds of it with three hundred writes.
struct WastedWorkJudge {
    private static let writesMin: UInt64 = 300

    let sight: RunSight
    let name: String
    let bound: Ratio

    private var claim: String { "banks are not asked for senders that have given up" }
    private var expected: String { "at most \(bound) of calls" }

    var judgement: Judgement {
        guard let sums = ChannelSums(sight), sight.record.stack != nil else {
            return .unseen(
                name, claim, expected: expected,
                "nobody knows which call belongs to which payment: the run has no stack and banks of its own")
        }
        let whole = sums.whole
        guard whole.writes >= Self.writesMin else {
            return .unseen(
                name, claim, expected: expected,
                "the banks saw \(Figures.counted(whole.writes, "call")), too few to tell")
        }
        let all = sums.windows.filter { $0.writes >= Self.writesMin } + [whole]
        let worst = all.max { share($0) < share($1) } ?? whole
        let estimate = Estimate(min(worst.late, worst.writes), of: worst.writes, against: bound.value)
        return .performance(
            name, claim, estimate?.status(atMost: bound.value) ?? .inconclusive, expected: expected,
            observed:
                "\(Figures.percent(share(whole))) (\(Figures.grouped(whole.late)) of \(Figures.counted(whole.writes, "call")))",
            window: sight.judgementWindow(sight.counted, sight.record.countedStages),
            whole.late == 0 ? [] : ["the most: \(Figures.percent(share(worst))) at \(sight.words(worst.slices))"])
    }

    private func share(_ sum: ChannelSums.Sum) -> Double {
        Double(min(sum.late, sum.writes)) / Double(max(sum.writes, 1))
    }
}
