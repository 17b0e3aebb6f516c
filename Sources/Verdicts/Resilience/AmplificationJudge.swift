import Evidence
import Numerals
import Timebase

/// How much does the stack make of one payment at its banks?
///
///     writes / firsts    <= limit                     requests to banks that ask to move money, for each thing that was asked
///                                                     of any bank for the first time: a payment, a capture, a refund
///     queries / firsts   <= 3, or as the plan says    questions about what became of one
///
/// Over all that counts, and over every thirty seconds of it with three hundred firsts. Both are counted at the banks, so that
/// nothing is lost between what was let in and what was asked.
struct AmplificationJudge {
    private static let firstsMin: UInt64 = 300

    let sight: RunSight
    let name: String
    let writesMax: Double
    let queriesMax: Double

    private var claim: String { "a payment costs the banks little more than one write" }
    private var expected: String {
        "at most \(Figures.threeDigits(writesMax)) writes and \(Figures.threeDigits(queriesMax)) queries for each that came to a bank"
    }

    var judgement: Judgement {
        guard let sums = ChannelSums(sight) else {
            return .unseen(
                name, claim, expected: expected,
                "the run has no banks of its own, so nobody counted what they were asked")
        }
        let whole = sums.whole
        guard whole.firsts >= Self.firstsMin else {
            return .unseen(
                name, claim, expected: expected,
                "\(Figures.counted(whole.firsts, "payment")) came to the banks, and fewer than \(Self.firstsMin) decide nothing"
            )
        }
        let windows = sums.windows.filter { $0.firsts >= Self.firstsMin }
        let parts = [
            part("writes", \.writes, writesMax, whole, windows), part("queries", \.queries, queriesMax, whole, windows),
        ]
        return .performance(
            name, claim, .together(parts.map(\.status)), expected: expected,
            observed: parts.map(\.observed).joined(separator: ", "),
            window: sight.judgementWindow(sight.counted, sight.record.countedStages), parts.map(\.worst))
    }

    private func part(
        _ noun: String, _ count: (ChannelSums.Sum) -> UInt64, _ bound: Double, _ whole: ChannelSums.Sum,
        _ windows: [ChannelSums.Sum]
    ) -> (status: Judgement.Status, observed: String, worst: String) {
        let all = windows + [whole]
        let worst = all.max { share(count($0), $0) < share(count($1), $1) } ?? whole
        let ratio = CountRatio(count(worst), over: worst.firsts)
        return (
            ratio?.status(atMost: bound) ?? .inconclusive,
            "\(Figures.threeDigits(share(count(whole), whole))) \(noun)",
            "the most: \(Figures.threeDigits(share(count(worst), worst))) \(noun), at \(sight.words(worst.slices))"
        )
    }

    private func share(_ count: UInt64, _ sum: ChannelSums.Sum) -> Double { Double(count) / Double(max(sum.firsts, 1)) }
}
