import ChannelProfile
import Diagnostics
package import Drill
import EventLoop
package import Evidence
import JSON
import Peers
import PlanLanguage
package import PlanModel
import Reporting
package import Timebase

/// One rehearsal of a drawn drill, and the laws that it broke.
///
/// **Method.** The texts are read by the language's own reader, the drill runs on a simulated loop whose seed is the drill's, and
/// what it left is asked by `DrillLaws`. It leaves no files.
///
/// **Not here.** What ends the process is nobody's to catch in it: whoever runs trials writes the texts down before.
package struct DrillTrial {
    /// What a rehearsal came to.
    package struct Run: Sendable {
        package let plan: Plan
        package let outcome: Drill.Outcome
        /// What the driver sent, with and without the drill's marks.
        package let rows: [EvidenceRecord]
        package let gaps: [String]
        package let took: TimeSpan
    }

    package let drill: DrawnDrill
    /// Whether it is run twice, and held against itself.
    package var isRepeated = false

    package init(_ drill: DrawnDrill) {
        self.drill = drill
    }

    /// On any thread: it has a loop of its own. Also how much virtual time went by.
    package func breaches() -> (breaches: [Breach], virtual: TimeSpan) {
        let read = plan
        guard read.plan != nil else {
            return ([Breach("readable", DiagnosticRenderer().render(read.diagnostics))], .zero)
        }
        do {
            let run = try run()
            var breaches = DrillLaws(drill, run).breaches
            if isRepeated { breaches += try repetition(of: run) }
            return (breaches, run.took)
        } catch {
            return ([Breach("orderly", "the drill threw \(error)")], .zero)
        }
    }

    private var plan: Plan.Outcome {
        Plan.parse(SourceText(name: DrawnDrill.planName, text: drill.plan), readsChannels: true) { path in
            SourceText(name: path, text: drill.banks)
        }
    }

    private func repetition(of run: Run) throws -> [Breach] {
        guard case .done(let first, _) = run.outcome, case .done(let second, _) = try self.run().outcome else {
            return []
        }
        return first.json.bytes() == second.json.bytes()
            ? [] : [Breach("repeatable", "the same texts and seed gave another report.json")]
    }

    private struct Unreadable: Error {
        let words: String
    }

    // MARK: One rehearsal

    package func run() throws -> Run {
        let read = plan
        guard let plan = read.plan else {
            throw Unreadable(words: DiagnosticRenderer().render(read.diagnostics))
        }
        var order = order(of: plan)
        order.profile = read.profile
        let loop = EventLoop.simulated(seed: drill.seed)
        let left = Left()
        let conduct = conduct(into: left)
        let began = loop.now
        let outcome = try loop.run { [order] () async throws(DrillFault) in
            try await Drill(order, conduct, on: loop).run()
        }
        return Run(plan: plan, outcome: outcome, rows: left.rows, gaps: left.gaps, took: loop.now - began)
    }

    private final class Left {
        var rows: [EvidenceRecord] = []
        var gaps: [String] = []
    }

    private func conduct(into left: Left) -> DrillConduct {
        var conduct = DrillConduct()
        conduct.onCollected = { collected in
            left.gaps = collected.gaps
            do {
                left.rows = try EvidenceReader.all(collected.requests)
            } catch {
                left.gaps.append("\(error)")
            }
        }
        return conduct
    }

    private func order(of plan: Plan) -> DrillOrder {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: drill.seed >> (8 * $0)) }
        var order = DrillOrder(
            plan: plan, planDigest: "drawn", seed: drill.seed, planFolder: "", outFolder: "",
            policy: PeerPolicy(of: plan, permitted: []), permitted: [], environment: [:],
            entropy: bytes + bytes + bytes + bytes, runEntropy: Array(bytes.prefix(5)), version: "simulated")
        order.planText = drill.plan
        order.bankToken = String(repeating: "ba", count: 16)
        order.stackToken = String(repeating: "5a", count: 16)
        order.leavesFiles = false
        return order
    }
}
