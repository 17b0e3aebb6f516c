import Diagnostics
import EventLoop
import Evidence
import HTTPService
import Peers
import PlanLanguage
import PlanModel
import Reporting
import TestFolders
import Testing
import Timebase

@testable import Drill

/// Untagged twins are real payments to any stack that the run has not started itself.
@Suite struct ControlPreflightTests {
    private func drill(
        realPayments: @escaping (Address) -> [String], _ see: @escaping (HTTPExchange) -> Void = { _ in }
    ) throws -> Drill.Outcome {
        let loop = EventLoop.simulated(seed: 3)
        let folder = try TestFolder()
        return try loop.run {
            let server = HTTPServer(on: loop) { exchange in
                see(exchange)
                exchange.respond(201)
            }
            let address = try server.listen(on: .loopback())
            let draft = Draft(
                target: "url: \"http://\(address)\"", rest: "shadow: {control: 5/s, canary: off}\n",
                traffic: "[hold: {for: 4s, rate: 10/s}]")
            var order = try draft.order(in: folder)
            order.realPayments = realPayments(address)
            let outcome = try await Drill(order, DrillConduct(), on: loop).run()
            await server.drain(until: loop.now + .seconds(5))
            return outcome
        }
    }

    @Test func `a target that nobody has named is sent none, and nothing else either`() throws {
        for named in [{ _ in [] }, { (address: Address) in ["http://127.0.0.2:\(address.port)"] }]
            as [(Address) -> [String]]
        {
            var seen = 0
            guard case .refused(let found) = try drill(realPayments: named, { _ in seen += 1 }) else {
                Issue.record("it was run")
                return
            }
            let diagnostic = try #require(found.first)
            #expect(diagnostic.message.hasPrefix("untagged twins are real payments to http://127.0.0.1"))
            #expect(diagnostic.fix?.contains("--control-is-real-payments http://127.0.0.1") == true)
            #expect(diagnostic.span != nil && seen == 0)
        }
    }

    @Test func `the target that was named is sent them, and the report is warned of it`() throws {
        var unmarked = 0
        let outcome = try drill(realPayments: { ["http://\($0)"] }) { exchange in
            if exchange.field("x-shadow") == nil { unmarked += 1 }
        }
        guard case .done(let report, let warnings) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(unmarked == 20 && report.record.generator.control?.sent == 20)
        #expect(warnings.map(\.message).contains { $0.hasPrefix("5/s untagged twins go out as real payments") })
    }
}
