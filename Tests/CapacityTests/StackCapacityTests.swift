import ChannelProfile
import Diagnostics
import Drill
import EventLoop
import Peers
import PlanLanguage
import PlanModel
import PlanValues
import Reporting
import SampleRuns
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import Capacity

/// What lies beyond the knee of the embedded stack, in simulation: sound, and with what is planted in it.
@Suite struct StackCapacityTests {
    private struct Refused: Error {
        let outcome: String
    }

    /// Two cores and 20 ms a payment make 100 a second; the levels around this one are not just there.
    private static let knee = 95.0

    private static func report(_ defect: String) throws -> CapacityReport {
        let text = SamplePlan.declared(timeout: "2s", age: "400ms", defects: defect)
        let parsed = Plan.parse(SourceText(name: "beyond.yaml", text: text), readsChannels: true) { path in
            SourceText(name: path, text: SamplePlan.banks)
        }
        let plan = try #require(parsed.plan, "\(DiagnosticRenderer().render(parsed.diagnostics))")
        let objective = CapacityObjective(
            limits: [PercentileLimit(percentile: 90, limit: .milliseconds(500))], failures: Ratio(0.02),
            source: .option)
        var setting = CapacitySetting(plan, objective: objective, seed: 1, isRehearsed: true)
        setting.hold = .seconds(5)
        setting.channels = ["direct"]
        var course = CapacityCourse(plan, setting, beyond: Knee(perSecond: knee, low: knee, high: 100))
        while let step = course.next() {
            // More than twice the knee shows no more of these defects, and costs most.
            if step.probe.purpose == .goodput, step.probe.perSecond > 2 * knee {
                course.leaveOut()
                continue
            }
            try drive(step, parsed.profile, &course)
        }
        return course.report(version: "test")
    }

    private static func drive(
        _ step: CapacityCourse.Step, _ profile: ChannelProfile?, _ course: inout CapacityCourse
    ) throws {
        let folder = try TestFolder()
        var order = DrillOrder(
            plan: step.plan, planDigest: "00", seed: step.seed, planFolder: "", outFolder: "\(folder.path)/out",
            policy: PeerPolicy(of: step.plan, permitted: []), permitted: [], environment: [:],
            entropy: Array(repeating: 1, count: 32), runEntropy: Array(repeating: 2, count: 5), version: "test")
        order.profile = profile
        order.bankToken = "0123456789abcdef0123456789abcdef"
        order.stackToken = "fedcba9876543210fedcba9876543210"
        let loop = EventLoop.simulated(seed: step.seed)
        let outcome = try loop.run { [order] () async throws in
            try await Drill(order, DrillConduct(), on: loop).run()
        }
        guard case .done(let report, _) = outcome else { throw Refused(outcome: "\(outcome)") }
        course.take(report.record, report.audit, report.judgements)
    }

    private static func words(_ report: CapacityReport) -> String {
        report.sentences.joined(separator: "\n")
            + report.probes.map { "\n\($0.number) \($0.probe.perSecond) \($0.goodput) \($0.standing)" }.joined()
    }

    @Test func `a sound stack keeps its goodput, comes back, and names its processor`() throws {
        let report = try Self.report("")
        #expect(report.collapse == nil && report.violations.isEmpty, "\(Self.words(report))")
        #expect(report.hysteresis?.status == .pass, "\(Self.words(report))")
        #expect(report.hop?.part == .processor, "\(Self.words(report))")
    }

    @Test func `without its limiter it collapses, and does not come back`() throws {
        let report = try Self.report("no-limiter")
        #expect(report.collapse?.perSecond == 190, "\(Self.words(report))")
        #expect(report.hysteresis?.status == .fail, "\(Self.words(report))")
        #expect(report.hop?.part == .processor, "\(Self.words(report))")
    }

    @Test func `callers that try again without end keep it down when the load has gone`() throws {
        let report = try Self.report("metastable-retries")
        #expect(report.hysteresis?.status == .fail, "\(Self.words(report))")
    }
}
