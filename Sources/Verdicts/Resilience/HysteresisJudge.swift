import Evidence
import Numerals
import PlanValues
import Timebase

/// Does the service give as much on the way down as on the way up, at equal offered rates?
///
///     part       = a stage that holds its rate, or five seconds of one that does not
///     up, down   = the parts before and behind the one with the highest offered rate
///     share      = good / offered, of a part
///     passes     when for every part on the way down that has its like on the way up (offered rates that differ by a tenth at
///                most, five seconds a side): share(down) >= ratio x share(up)
///
/// Rates of less than a twentieth of the highest tell nothing about overload, and are left out.
struct HysteresisJudge {
    private static let likeness = 1.1
    private static let partLength = TimeSpan.seconds(5)
    private static let rateMin = 0.05

    let sight: RunSight
    let name: String
    let ratio: Ratio
    let limit: UInt64?

    private struct Part {
        let slices: Range<Int>
        /// Arrivals a second.
        let rate: Double
    }

    private var claim: String { "the service gives as much on the way down as on the way up" }
    private var expected: String {
        "on the way down at least \(ratio) of the goodput on the way up, at equal offered rates"
    }

    var judgement: Judgement {
        let parts = sight.record.countedStages.flatMap(parts)
        guard let top = parts.max(by: { $0.rate < $1.rate }), top.rate > 0 else {
            return .unseen(name, claim, expected: expected, "nothing was offered in a stage that counts")
        }
        let known = parts.filter { $0.rate >= Self.rateMin * top.rate && $0.rate * Self.likeness < top.rate }
        let up = known.filter { $0.slices.upperBound <= top.slices.lowerBound }
        let down = known.filter { $0.slices.lowerBound >= top.slices.upperBound }
        let pairs = down.compactMap { part -> (down: Part, up: [Part])? in
            let alike = up.filter { $0.rate <= part.rate * Self.likeness && part.rate <= $0.rate * Self.likeness }
            return alike.isEmpty ? nil : (part, alike)
        }
        guard !pairs.isEmpty else {
            return .unseen(
                name, claim, expected: expected,
                "no rate was offered for \(Self.partLength) both before and behind the highest one: go down again as you came up"
            )
        }
        let found = pairs.compactMap(comparison)
        guard let worst = found.min(by: { $0.ratio < $1.ratio }) else {
            return .unseen(name, claim, expected: expected, "there is no goodput on the way up")
        }
        return .performance(
            name, claim, .together(found.map(\.status)), expected: expected, observed: worst.words,
            window: sight.judgementWindow(sight.counted, sight.record.countedStages),
            found.count > 1 ? ["the worst of \(found.count) parts of the way down is shown"] : [])
    }

    private func parts(of stage: CountedStage) -> [Part] {
        let count = sight.count(of: Self.partLength)
        guard stage.slices.count >= count else { return [] }
        if ["hold", "spike"].contains(stage.stage.kind) { return [part(stage.slices)] }
        return (0..<stage.slices.count / count).map { place in
            let first = stage.slices.lowerBound + place * count
            return part(first..<first + count)
        }
    }

    private func part(_ slices: Range<Int>) -> Part {
        let total = sight.total(slices)
        return Part(slices: slices, rate: total.rate(total.offered))
    }

    private func comparison(
        _ down: Part, _ up: [Part]
    ) -> (ratio: Double, status: Judgement.Status, words: String)? {
        guard let before = served(up), let behind = served([down]), before.value > 0 else { return nil }
        return (
            behind.value / before.value, behind.status(atLeast: ratio.value * before.value),
            "\(Figures.percent(behind.value)) of what was offered at \(sight.words(down.slices)), on the way down, "
                + "\(Figures.percent(before.value)) on the way up, at about \(Figures.rate(down.rate))"
        )
    }

    private func served(_ parts: [Part]) -> Estimate? {
        let totals = parts.map { sight.total($0.slices) }
        let good = totals.reduce(0) { $0 + $1.good(within: limit) }
        let offered = totals.reduce(0) { $0 + $1.offered }
        return Estimate(min(good, offered), of: offered, against: ratio.value)
    }
}
