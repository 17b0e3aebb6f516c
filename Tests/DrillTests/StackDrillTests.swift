import Diagnostics
import EventLoop
import Evidence
import JSON
import Reporting
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import Drill

/// Whole drills on the embedded stack, with its banks, on one loop in simulation.
@Suite struct StackDrillTests {
    private struct Stacked {
        var profile = """
            profile: pair
            channels:
              direct: {latency: 5ms, outcome: {decline: {do_not_honour: 5%}}}
              patient: {latency: 5ms, outcome: {pending: 50%}, settlement: 50ms, callback: {delay: 20ms}}

            """
        var stack = "{cores: 2, service: 1ms}"
        var rest = ""
        var seed: UInt64 = 5

        private var plan: String {
            """
            plan: stacked
            target: {stack: embedded, timeout: 5s}
            stack: \(stack)
            channels: pair.yaml
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            data: {merchant: {pool: 100}}
            journeys:
              pay:
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: 700, currency: EUR, notify: "${webhook}"}
                      expect: {status: [201, 202]}
                      keep: {payment: $.id}
                  - await webhook payment.captured: {within: 5s}
            traffic: [hold: {for: 5s, rate: 100/s}]
            \(rest)

            """
        }

        func run(in folder: TestFolder) throws -> Drill.Outcome {
            try SimulatedDrill(plan: plan, profile: profile, seed: seed).outcome(in: folder)
        }

        func report(in folder: TestFolder) throws -> (report: Report, warnings: [Diagnostic]) {
            try run(in: folder).done()
        }
    }

    @Test func `every payment ends as its bank says, and its merchant is told of it`() throws {
        let (report, warnings) = try Stacked().report(in: TestFolder())
        #expect(warnings.map(\.message) == [])
        #expect(report.record.ending == .completed)
        let outcomes = report.stageSummaries.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        #expect(outcomes[.declined] > 5 && outcomes[.ok] > 800)
        #expect(outcomes[.ok] + outcomes[.declined] == outcomes.total, "\(outcomes)")
        let notes = report.record.events.filter { $0.kind == .note }.map(\.text)
        #expect(notes.count { $0.contains(" 0 untagged, 0 mistagged") } == 2, "\(notes)")
        let stack = try #require(report.record.stack)
        #expect(stack.setting.service == ServiceCosts(pay: .milliseconds(1)) && stack.store == .memory)
    }

    @Test func `the same seed gives the same run`() throws {
        func text() throws -> String { try Stacked().report(in: TestFolder()).report.record.json.written(.compact) }
        #expect(try text() == text())
    }

    @Test func `what is planted is told with the run, and a run begins all the same`() throws {
        let (report, warnings) = try Stacked(stack: "{defects: [slow-shed]}").report(in: TestFolder())
        #expect(warnings.map(\.message).contains { $0.hasPrefix("PLANTED IN THE STACK ON PURPOSE: slow-shed") })
        #expect(report.record.stack?.defects == [.slowShed])
    }

    @Test func `a stack that trusts any mark does not come through the preflight`() throws {
        let found = try Stacked(stack: "{defects: [trusts-any-mark]}").run(in: TestFolder()).refusals
        #expect(
            found.map(\.message).contains { $0.hasPrefix("a payment with a forged mark was let in") },
            "\(found.map(\.message))")
    }
}
