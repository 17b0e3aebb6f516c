import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import PlanValues
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock

@Suite struct AfterwardsTests {
    /// Where callbacks come in.
    private final class Inbox {
        private(set) var bodies: [JSONValue] = []
        private(set) var marks: [String?] = []
        private(set) var server: HTTPServer?

        func open(on loop: EventLoop) throws -> Address {
            let server = HTTPServer(on: loop) { [weak self] exchange in
                let body = try await exchange.collectBody()
                self?.bodies.append(try JSONValue(parsing: body))
                self?.marks.append(exchange.field("x-shadow"))
                exchange.respond(204)
            }
            self.server = server
            return try server.listen(on: .loopback())
        }
    }

    private func pending(_ callback: CallbackRule?, outcome: OutcomeShares, cutOff: CutOff? = nil) -> Channel {
        var channel = BankRig.channel(outcome: outcome)
        channel = Channel(
            name: channel.name, latency: .constant(.milliseconds(10)), outcome: outcome,
            settlement: .constant(.seconds(6)), callback: callback, cutOff: cutOff)
        return channel
    }

    @Test(arguments: [false, true])
    func `a pending payment is settled later, and its sender is told`(isDeclined: Bool) throws {
        let inbox = Inbox()
        let outcome =
            isDeclined
            ? OutcomeShares(approve: Ratio(0), declines: [("no_funds", Ratio(1))], pending: Ratio(1))
            : OutcomeShares(pending: Ratio(1))
        let channel = pending(CallbackRule(delay: .constant(.seconds(1))), outcome: outcome)
        try BankRig.run(channel) { rig async throws in
            let address = try inbox.open(on: rig.loop)
            let answer = try await rig.authorise("pay-1", more: #", "notify": "http://\#(address)/hooks/7""#)
            #expect(answer.status == 202)
            #expect(try await rig.get("/v1/payments/pay-1")["status"] == "pending")
            try await rig.loop.sleep(until: rig.bank.began + .milliseconds(6_500))
            let end = isDeclined ? "declined" : "authorised"
            #expect(try await rig.get("/v1/payments/pay-1")["status"] == end)
            #expect(inbox.bodies.isEmpty)
            try await rig.loop.sleep(until: rig.bank.began + .seconds(8))
            #expect(inbox.bodies.compactMap { $0["event"]?.string } == ["payment.\(end)"])
            #expect(inbox.marks == ["v1.run.9.x"])
            let kinds = rig.entries.filter { $0.operation != .query }.map(\.kind)
            #expect(kinds == [.request, .settlement, .callback])
            #expect(
                rig.entries.filter { $0.kind == .settlement }.map(\.booking) == [isDeclined ? .declined : .authorised])
            await inbox.server?.drain(until: rig.loop.now + .seconds(1))
        }
    }

    @Test func `who sends a pending payment twice without a key pays twice`() throws {
        try BankRig.run(pending(nil, outcome: OutcomeShares(pending: Ratio(1)))) { rig async throws in
            for _ in 0..<2 { _ = try await rig.authorise("pay-1") }
            try await rig.loop.sleep(until: rig.bank.began + .seconds(10))
            #expect(rig.bank.counters.bookedTwice == 1)
        }
    }

    @Test func `a callback comes before the answer`() throws {
        let inbox = Inbox()
        let rule = CallbackRule(delay: .constant(.zero), beforeAnswer: Ratio(1))
        try BankRig.run(pending(rule, outcome: OutcomeShares())) { rig async throws in
            let address = try inbox.open(on: rig.loop)
            let answer = try await rig.authorise("pay-1", more: #", "notify": "http://\#(address)/x""#)
            #expect(answer.status == 201)
            #expect(inbox.bodies.count == 1)
            #expect(rig.entries.filter { $0.kind == .callback }.map(\.disturbance) == [.earlyCallback])
            await inbox.server?.drain(until: rig.loop.now + .seconds(1))
        }
    }

    @Test func `callbacks are held, and then flood`() throws {
        let inbox = Inbox()
        let rule = CallbackRule(delay: .constant(.zero))
        let held = BankRig.fault(for: .seconds(5), .heldCallbacks)
        try BankRig.run(pending(rule, outcome: OutcomeShares()), faults: [held]) { rig async throws in
            let address = try inbox.open(on: rig.loop)
            for number in 0..<20 {
                _ = try await rig.authorise("pay-\(number)", more: #", "notify": "http://\#(address)/x""#)
            }
            try await rig.loop.sleep(until: rig.bank.began + .milliseconds(4_900))
            #expect(inbox.bodies.isEmpty)
            try await rig.loop.sleep(until: rig.bank.began + .milliseconds(5_100))
            #expect(inbox.bodies.count == 20)
            await inbox.server?.drain(until: rig.loop.now + .seconds(1))
        }
    }

    @Test func `a transfer after the cut-off is settled after the next opening`() throws {
        let cutOff = CutOff(opens: .seconds(10), closes: .seconds(20), day: .seconds(60))
        try BankRig.run(pending(nil, outcome: OutcomeShares(), cutOff: cutOff)) { rig async throws in
            func transfer(_ reference: String) async throws -> UInt16 {
                try await rig.post(
                    "/v1/transfer", #"{"reference": "\#(reference)", "amount": 5, "currency": "EUR"}"#
                ).status
            }
            #expect(try await transfer("early") == 202)
            try await rig.loop.sleep(until: rig.bank.began + .seconds(12))
            #expect(try await transfer("open") == 201)
            try await rig.loop.sleep(until: rig.bank.began + .seconds(30))
            #expect(try await transfer("late") == 202)
            #expect(try await rig.get("/v1/payments/early")["status"] == "transferred")
            try await rig.loop.sleep(until: rig.bank.began + .seconds(75))
            #expect(try await rig.get("/v1/payments/late")["status"] == "pending")
            try await rig.loop.sleep(until: rig.bank.began + .seconds(78))
            #expect(try await rig.get("/v1/payments/late")["status"] == "transferred")
        }
    }

    @Test(arguments: StatementRule.Form.allCases)
    func `the statement is what was booked, and nothing else`(form: StatementRule.Form) throws {
        let channel = BankRig.channel(
            outcome: OutcomeShares(approve: Ratio(0.5), declines: [("no_funds", Ratio(0.5))]))
        try BankRig.run(channel) { rig async throws in
            var approved: [String] = []
            for number in 0..<300 {
                if try await rig.authorise("pay-\(number)").status == 201 { approved.append("pay-\(number)") }
            }
            let answer = try await rig.get("/v1/statement?form=\(form.rawValue)")
            var reader = ChannelStatementReader(form)
            let lines = try reader.read(Array(answer.text.utf8))
            try reader.finish()
            #expect(lines.filter { $0.booking == .authorised }.map { "\($0.reference)" } == approved)
            #expect(try await rig.get("/v1/statement", tag: nil).status == 403)
            #expect(try await rig.get("/v1/statement?form=pdf").status == 400)
        }
    }

    /// From outside: a client's clock, the answers of a bank that waits as its profile says.
    @Test(arguments: [1] as [UInt64])
    func `a hundred thousand answers take as long as was declared`(seed: UInt64) throws {
        let latency = PlanValues.Distribution<TimeSpan>.lognormal(
            p50: .milliseconds(35), p99: .milliseconds(250), max: .seconds(10))
        var took: [Int64] = []
        let channel = BankRig.channel(idempotency: .none, latency: latency)
        try BankRig.run(channel, seed: seed) { rig async throws in
            var tasks: [SpawnedTask] = []
            for lane in 0..<200 {
                tasks.append(
                    rig.loop.spawn {
                        for number in 0..<500 {
                            let began = rig.loop.now
                            guard (try? await rig.authorise("pay-\(lane)-\(number)")) != nil else { return }
                            took.append((rig.loop.now - began).nanoseconds)
                        }
                    })
            }
            for task in tasks { await task.join() }
        }
        #expect(took.count == 100_000, "seed \(seed)")
        took.sort()
        let (p50, p99) = (Double(took[50_000]) / 1e6, Double(took[99_000]) / 1e6)
        #expect(abs(p50 / 35 - 1) <= 0.01, "seed \(seed): p50 \(p50) ms")
        #expect(abs(p99 / 250 - 1) <= 0.03, "seed \(seed): p99 \(p99) ms")
    }
}
