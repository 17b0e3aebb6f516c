import Drill
import EventLoop
import Evidence
import HTTPService
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

/// The drill against a service of its own, whole, in a simulated world.
@Suite struct DemoDrillTests {
    private static func order(_ run: PlannedRun, into folder: String) -> DrillOrder {
        DrillOrder(
            plan: run.plan, planDigest: run.digest, seed: run.seed, planFolder: run.folder, outFolder: folder,
            policy: PeerPolicy(of: run.plan, permitted: []), permitted: [], environment: [:],
            entropy: Array(repeating: 7, count: 32), runEntropy: Array(repeating: 7, count: RunID.entropyCount),
            version: SpillwayCLI.version)
    }

    private static func report(into folder: String) throws -> Report {
        let loop = EventLoop.simulated(seed: 11)
        var settings = DemoPayments.Settings()
        settings.stalls.instants = [.seconds(7)]
        return try loop.run {
            let server = DemoPayments(on: loop, settings).server()
            let address = try server.listen(on: .loopback())
            let talk = Lines()
            let console = Console(result: { _ in }, talk: { talk.add($0) })
            let run = try #require(
                PlannedRun(
                    "\(Saying.root)/plans/demo.yaml", overrides: ["target.url=http://\(address)"], seed: nil,
                    console), "\(talk.all)")
            let outcome = try await Drill(order(run, into: folder), DrillConduct(), on: loop).run()
            await server.drain(until: loop.now + .seconds(5))
            guard case .done(let report, _) = outcome else { throw Refused(outcome: "\(outcome)") }
            return report
        }
    }

    private struct Refused: Error {
        let outcome: String
    }

    @Test func `the demo meets its targets, and shows the stall, the shedding and the recovery`() throws {
        let folder = try TestFolder()
        let report = try Self.report(into: folder.path)
        #expect(report.verdict == .met, "\(report.judgements)")
        let stages = Dictionary(uniqueKeysWithValues: report.stageSummaries.map { ($0.name, $0) })
        let (baseline, stall) = (try #require(stages["baseline"]), try #require(stages["stall"]))
        let (crowd, after) = (try #require(stages["crowd"]), try #require(stages["after"]))
        #expect(try #require(baseline.p99) < .milliseconds(50))
        // 210 payments are due in a stall of 700 ms, evenly spread; the stage has 1,200.
        #expect(try #require(stall.p99) > .milliseconds(600))
        #expect(try #require(stall.p50) < .milliseconds(50))
        for calm in [baseline, stall, after] { #expect(calm.outcomes[.shed] == 0, "\(calm.name)") }
        // Of 1,440 payments a second 800 are taken.
        let shed = Double(crowd.outcomes[.shed]) / Double(crowd.outcomes.total)
        #expect(shed > 0.3 && shed < 0.5, "\(shed)")
        #expect(try #require(after.p50) < .milliseconds(50))
        for stage in report.stageSummaries { #expect(stage.outcomes.errors == 0, "\(stage.name)") }
    }
}
