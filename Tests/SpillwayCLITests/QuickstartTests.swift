import Diagnostics
import Drill
import EventLoop
import Evidence
import Peers
import PlanLanguage
import PlanModel
import Reporting
import ShadowTag
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import SpillwayCLI

/// The drill that newcomers see, whole, in a simulated world.
@Suite struct QuickstartTests {
    private struct Refused: Error {
        let outcome: String
    }

    private static func report(into folder: String) throws -> Report {
        let talk = Lines()
        let console = Console(result: { _ in }, talk: { talk.add($0) })
        let run = try #require(
            PlannedRun("\(Saying.root)/plans/quickstart.yaml", overrides: [], seed: nil, console), "\(talk.all)")
        var order = DrillOrder(
            plan: run.plan, planDigest: run.digest, seed: run.seed, planFolder: run.folder, outFolder: folder,
            policy: PeerPolicy(of: run.plan, permitted: []), permitted: [], environment: [:],
            entropy: Array(repeating: 7, count: 32), runEntropy: Array(repeating: 7, count: RunID.entropyCount),
            version: SpillwayCLI.version)
        order.profile = run.profile
        order.bankToken = String(repeating: "7", count: 32)
        order.stackToken = String(repeating: "8", count: 32)
        let loop = EventLoop.simulated(seed: 11)
        let outcome = try loop.run { [order] () async throws in
            try await Drill(order, DrillConduct(), on: loop).run()
        }
        guard case .done(let report, _) = outcome else { throw Refused(outcome: "\(outcome)") }
        return report
    }

    @Test func `the quickstart meets its targets, sheds the crowd, and comes back`() throws {
        let folder = try TestFolder()
        let report = try Self.report(into: folder.path)
        #expect(report.verdict == .met, "\(report.judgements)")
        let stages = Dictionary(uniqueKeysWithValues: report.stageSummaries.map { ($0.name, $0) })
        let (baseline, crowd) = (try #require(stages["baseline"]), try #require(stages["crowd"]))
        let recovered = try #require(stages["recovered"])
        #expect(baseline.outcomes[.shed] == 0 && recovered.outcomes[.shed] == 0)
        // 1,500 a second, of which 500 can be taken.
        #expect(crowd.outcomes[.shed] > crowd.outcomes[.ok] / 2, "\(crowd.outcomes)")
        #expect(baseline.outcomes[.declined] > 0)
        #expect(ReportCheck.faults(in: folder.path) == "")
        // A screen has 24 lines, one of them for what is typed next.
        for columns in [60, 80, 200] {
            let terminal = Terminal(isInteractive: true, columns: columns, isUnicode: true, isColoured: false)
            let lines = RunSummary(report: report, folder: "reports/quickstart").lines(for: terminal)
            #expect(lines.count < 24, "\(lines)")
            #expect(lines.allSatisfy { $0.columnCount <= columns }, "\(lines)")
        }
    }
}
