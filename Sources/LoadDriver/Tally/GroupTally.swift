import Evidence
import Journeys
import PlanModel
import PlanValues

/// How arrivals fare by what they drew: each stage has a row of counters for each name that a target compares.
///
/// An arrival counts once, by its first request. A pool has a counter for each of its values, up to a bound; it is made
/// with the first arrival of its stage.
final class GroupTally {
    private struct Counts {
        var offered: UInt64 = 0
        var served: UInt64 = 0
        var shed: UInt64 = 0
    }

    private let names: [(text: String, label: [UInt8])]
    /// By stage, then by name, then by place.
    private var counts: [[[Counts]]]

    /// Nil where nothing is compared.
    init?(_ targets: [Verdict], stages: Int) {
        var names: [String] = []
        for target in targets {
            if case .fairness(let by, _) = target.claim, !names.contains(by) { names.append(by) }
        }
        if names.isEmpty { return nil }
        self.names = names.map { ($0, Array($0.utf8)) }
        counts = Array(repeating: Array(repeating: [], count: names.count), count: stages)
    }

    func firstStepEnded(_ outcome: Outcome, of context: JourneyContext, stage: Int) {
        for (index, name) in names.enumerated() {
            guard let drawn = context.place(ofName: name.label) else { continue }
            let place = drawn % GroupRecord.placesMax
            if counts[stage][index].count <= place {
                let missing = place + 1 - counts[stage][index].count
                counts[stage][index].append(contentsOf: repeatElement(Counts(), count: missing))
            }
            counts[stage][index][place].offered += 1
            switch outcome {
            case .ok, .declined: counts[stage][index][place].served += 1
            case .shed: counts[stage][index][place].shed += 1
            default: break
            }
        }
    }

    var records: [GroupRecord] {
        counts.enumerated().flatMap { stage, rows in
            zip(names, rows).compactMap { name, row in
                let members = row.enumerated().filter { $0.element.offered > 0 }.map { place, counts in
                    GroupRecord.Member(
                        place: place, offered: counts.offered, served: counts.served, shed: counts.shed)
                }
                return members.isEmpty ? nil : GroupRecord(by: name.text, stage: stage, members: members)
            }
        }
    }
}
