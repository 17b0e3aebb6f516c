import Evidence
import Numerals
import Timebase

/// Is what there is shared out evenly while not all can be served?
///
///     x_i   = served / offered of merchant i, over the stages in which one in fifty or more was shed
///     Jain  = (sum x)^2 / (n x sum (x^2 - x (1 - x) / (offered - 1)))      1 when all fare alike, 1/n when one gets everything
///
/// What is taken from each square is what chance adds to it: of ten arrivals with even odds, three to seven are served. Over
/// merchants that were offered ten or more; of fewer than ten merchants nothing follows.
struct FairnessJudge {
    private static let offeredMin: UInt64 = 10
    private static let membersMin = 10
    private static let shedMin = 0.02

    let sight: RunSight
    let name: String
    let by: String
    let bound: Double

    private var claim: String { "success is spread evenly over '\(by)' while load is shed" }
    private var expected: String { "Jain's index at least \(Figures.threeDigits(bound))" }

    var judgement: Judgement {
        let stages = sight.record.countedStages.filter { stage in
            let outcomes = sight.total(stage.slices).outcomes
            return outcomes[.shed] > 0 && Double(outcomes[.shed]) >= Self.shedMin * Double(outcomes.total)
        }
        guard !stages.isEmpty else {
            return .unseen(name, claim, expected: expected, "nothing to speak of was shed in any stage")
        }
        var members: [Int: (offered: UInt64, served: UInt64)] = [:]
        for group in sight.record.groups where group.by == by && stages.contains(where: { $0.place == group.stage }) {
            for member in group.members {
                members[member.place, default: (0, 0)].offered += member.offered
                members[member.place, default: (0, 0)].served += member.served
            }
        }
        let judged = members.filter { $0.value.offered >= Self.offeredMin }.sorted { $0.key < $1.key }
        guard judged.count >= Self.membersMin else {
            return .unseen(
                name, claim, expected: expected,
                "\(judged.count) of '\(by)' were offered \(Self.offeredMin) arrivals or more in these stages; it takes \(Self.membersMin)"
            )
        }
        guard let index = Self.index(judged.map(\.value)) else {
            return .unseen(name, claim, expected: expected, "nobody was served at all")
        }
        let slices = (stages.first?.slices.lowerBound ?? 0)..<(stages.last?.slices.upperBound ?? 0)
        return .performance(
            name, claim, index >= bound ? .pass : .fail, expected: expected,
            observed:
                "\(Figures.threeDigits(index)), over \(Figures.counted(UInt64(judged.count), "value")) of '\(by)'",
            window: sight.judgementWindow(slices, stages), extremes(judged))
    }

    /// Nil where nobody was served.
    private static func index(_ members: [(offered: UInt64, served: UInt64)]) -> Double? {
        var (sum, squares) = (0.0, 0.0)
        for member in members {
            let ratio = Double(member.served) / Double(member.offered)
            sum += ratio
            squares += ratio * ratio - ratio * (1 - ratio) / Double(member.offered - 1)
        }
        guard sum > 0 else { return nil }
        return squares > 0 ? min(1, sum * sum / (Double(members.count) * squares)) : 1
    }

    private func extremes(_ judged: [(key: Int, value: (offered: UInt64, served: UInt64))]) -> [String] {
        func words(_ member: (key: Int, value: (offered: UInt64, served: UInt64))) -> String {
            "\(by) \(member.key + 1): \(Figures.percent(Double(member.value.served) / Double(member.value.offered))) of "
                + "\(Figures.grouped(member.value.offered))"
        }
        let sorted = judged.sorted { $0.value.served * $1.value.offered < $1.value.served * $0.value.offered }
        return [sorted.first.map { "the least: " + words($0) }, sorted.last.map { "the most: " + words($0) }].compactMap
        { $0 }
    }
}
