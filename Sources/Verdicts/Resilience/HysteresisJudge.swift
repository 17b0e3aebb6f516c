import Evidence
import Numerals
import PlanValues
import Timebase

/// Does the service give as much on the way down as on the way up, at equal offered rates?
///
///     up, down   = the slices before and behind the run's highest offered rate (the middle of its seconds)
///     level      = offered rates that differ by a tenth at most
///     share      = good / offered, over the slices of a level
///     passes     when in every level with five seconds a side: share(down) >= ratio x share(up)
///
/// Levels of less than a twentieth of the highest rate tell nothing about overload, and are left out.
struct HysteresisJudge {
    private static let levelWidth = 1.1
    private static let secondsMin = TimeSpan.seconds(5)
    private static let levelMin = 0.05

    let sight: RunSight
    let name: String
    let ratio: Ratio
    let limit: UInt64?

    private struct Level {
        var up: [Int] = []
        var down: [Int] = []
    }

    private var claim: String { "the service gives as much on the way down as on the way up" }
    private var expected: String {
        "on the way down at least \(ratio) of the goodput on the way up, at equal offered rates"
    }

    var judgement: Judgement {
        let slices = sight.record.countedStages.flatMap { Array($0.slices) }
        guard let top = slices.map({ sight.slices[$0].offered }).max(), top > 0 else {
            return .unseen(name, claim, expected: expected, "nothing was offered in a stage that counts")
        }
        let levels = levels(slices, top: top)
        let count = sight.count(of: Self.secondsMin)
        let pairs = levels.sorted { $0.key < $1.key }.map(\.value).filter {
            $0.up.count >= count && $0.down.count >= count
        }
        guard !pairs.isEmpty else {
            return .unseen(
                name, claim, expected: expected,
                "no rate was offered for \(Self.secondsMin) both before and behind the highest one: go down again as you came up"
            )
        }
        let parts = pairs.compactMap(part)
        guard let worst = parts.min(by: { $0.ratio < $1.ratio }) else {
            return .unseen(name, claim, expected: expected, "there is no goodput on the way up")
        }
        return .performance(
            name, claim, .together(parts.map(\.status)), expected: expected, observed: worst.words,
            window: sight.judgementWindow(sight.counted, sight.record.countedStages),
            parts.count > 1 ? ["the worst of \(parts.count) rates is shown"] : [])
    }

    private func levels(_ slices: [Int], top: UInt64) -> [Int: Level] {
        let peaks = slices.filter { Double(sight.slices[$0].offered) * Self.levelWidth >= Double(top) }
        let middle = peaks[peaks.count / 2]
        var levels: [Int: Level] = [:]
        for slice in slices {
            let share = Double(sight.slices[slice].offered) / Double(top)
            guard share >= Self.levelMin, share * Self.levelWidth < 1 else { continue }
            // Steps of a tenth, counted down from the top.
            var level = 0
            var edge = 1.0
            while edge / Self.levelWidth > share {
                edge /= Self.levelWidth
                level -= 1
            }
            if slice < middle { levels[level, default: Level()].up.append(slice) }
            if slice > middle { levels[level, default: Level()].down.append(slice) }
        }
        return levels
    }

    private func part(_ level: Level) -> (ratio: Double, status: Judgement.Status, words: String)? {
        guard let up = served(level.up), let down = served(level.down), up.value > 0 else { return nil }
        let bound = ratio.value * up.value
        let offered = level.up.reduce(0) { $0 + sight.slices[$1].offered }
        let rate = Double(offered) / (Double(level.up.count) * sight.record.sliceLength.seconds)
        return (
            down.value / up.value, down.status(atLeast: bound),
            "\(Figures.percent(down.value)) of what was offered on the way down, \(Figures.percent(up.value)) on the way up, "
                + "at about \(Figures.rate(rate))"
        )
    }

    private func served(_ slices: [Int]) -> Estimate? {
        let good = slices.reduce(0) { $0 + sight.slices[$1].good(within: limit) }
        let offered = slices.reduce(0) { $0 + sight.slices[$1].offered }
        return Estimate(min(good, offered), of: offered, against: ratio.value)
    }
}
