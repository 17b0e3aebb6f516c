import Evidence
import Numerals
import Timebase

/// How much does the stack make of one payment at its banks?
///
///     writes / admitted   <= limit      requests to banks that ask to move money, for each such request that was let in
///     queries / admitted  <= 3          questions about what became of one
///
/// Over all that counts, and over every thirty seconds of it in which three hundred were let in.
struct AmplificationJudge {
    static let queriesMax = 3.0
    private static let admittedMin: UInt64 = 300

    let sight: RunSight
    let name: String
    let bound: Double

    private var claim: String { "a payment costs the banks little more than one write" }
    private var expected: String {
        "at most \(Figures.threeDigits(bound)) writes and \(Figures.threeDigits(Self.queriesMax)) queries for each that was let in"
    }

    var judgement: Judgement {
        guard let sums = ChannelSums(sight) else {
            return .unseen(
                name, claim, expected: expected,
                "the run has no banks of its own, so nobody counted what they were asked")
        }
        let whole = sums.whole
        guard whole.admitted >= Self.admittedMin else {
            return .unseen(
                name, claim, expected: expected,
                "\(Figures.counted(whole.admitted, "payment")) were let in, and fewer than \(Self.admittedMin) decide nothing"
            )
        }
        let windows = sums.windows.filter { $0.admitted >= Self.admittedMin }
        let parts = [
            part("writes", \.writes, bound, whole, windows),
            part("queries", \.queries, Self.queriesMax, whole, windows),
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
        let ratio = CountRatio(count(worst), over: worst.admitted)
        return (
            ratio?.status(atMost: bound) ?? .inconclusive,
            "\(Figures.threeDigits(share(count(whole), whole))) \(noun)",
            "the most: \(Figures.threeDigits(share(count(worst), worst))) \(noun), at \(sight.words(worst.slices))"
        )
    }

    private func share(_ count: UInt64, _ sum: ChannelSums.Sum) -> Double {
        Double(count) / Double(max(sum.admitted, 1))
    }
}
