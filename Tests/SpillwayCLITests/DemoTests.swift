import EventLoop
import HTTPService
import HTTPWire
import Testing
import Timebase

@testable import SpillwayCLI

@Suite struct DemoTests {
    /// Somebody who pays, in a simulated world with the demo in it.
    private struct Caller {
        let loop: EventLoop
        let client: HTTPClient

        func pay(key: String? = nil) async throws -> HTTPResponse {
            var fields = FieldBlock()
            if let key { try fields.add("idempotency-key", key) }
            let request = try HTTPRequest(
                .post, "/v1/payments", host: client.origin.host, fields: fields, body: Array("{}".utf8))
            return try await client.send(request, until: loop.now + .seconds(60))
        }

        func get(_ target: String) async throws -> HTTPResponse {
            try await client.send(
                try HTTPRequest(.get, target, host: client.origin.host), until: loop.now + .seconds(60))
        }

        /// Each at once; statuses and how long they took.
        func payTogether(_ count: Int) async -> [(status: UInt16, took: TimeSpan)] {
            let began = loop.now
            let answers = Answers()
            let tasks = (0..<count).map { _ in
                loop.spawn {
                    guard let response = try? await pay() else { return }
                    answers.all.append((response.status, loop.now - began))
                }
            }
            for task in tasks { await task.join() }
            return answers.all
        }
    }

    private final class Answers {
        var all: [(status: UInt16, took: TimeSpan)] = []
    }

    private func meet(
        _ settings: DemoPayments.Settings, _ body: @escaping (Caller) async throws -> Void
    ) throws {
        let loop = EventLoop.simulated(seed: 5)
        try loop.run {
            let server = DemoPayments(on: loop, settings).server()
            let address = try server.listen(on: .loopback())
            var configuration = ClientConfiguration()
            configuration.connectionsMax = 1_000
            let client = HTTPClient(on: loop, to: HTTPOrigin(address), configuration: configuration)
            var failure: (any Error)?
            do { try await body(Caller(loop: loop, client: client)) } catch { failure = error }
            client.close()
            await server.drain(until: loop.now + .seconds(5))
            if let failure { throw failure }
        }
    }

    @Test func `a payment takes its time, and can be asked for`() throws {
        try meet(.init()) { caller in
            let began = caller.loop.now
            let response = try await caller.pay()
            #expect(response.status == 201)
            #expect(response.bodyText == #"{"id":"pay_000000000","state":"captured"}"#)
            #expect(.milliseconds(8) ... .milliseconds(13) ~= caller.loop.now - began)
            #expect(try await caller.get("/v1/payments/pay_000000000").status == 200)
            for unknown in ["/v1/payments/pay_000000001", "/v1/payments/pay_0", "/v1/payments/x", "/"] {
                #expect(try await caller.get(unknown).status == 404)
            }
            #expect(try await caller.get("/v1/payments").status == 405)
        }
    }

    @Test func `the same key is the same payment`() throws {
        try meet(.init()) { caller in
            let (first, again) = (try await caller.pay(key: "a"), try await caller.pay(key: "a"))
            let other = try await caller.pay(key: "b")
            #expect([first.status, again.status, other.status] == [201, 200, 201])
            #expect(first.bodyText == again.bodyText)
            #expect(first.bodyText != other.bodyText)
        }
    }

    @Test func `what finds neither place nor queue is shed at once, and served when the crowd has gone`() throws {
        var settings = DemoPayments.Settings()
        (settings.concurrency, settings.queueMax) = (4, 16)
        try meet(settings) { caller in
            let answers = await caller.payTogether(100)
            let (served, shed) = (answers.filter { $0.status == 201 }, answers.filter { $0.status == 503 })
            #expect(served.count == 20)
            #expect(shed.count == 80)
            #expect(shed.allSatisfy { $0.took < .milliseconds(5) })
            // Five rounds of some 10 ms.
            let longest = served.map(\.took).max() ?? .zero
            #expect(.milliseconds(42) ... .milliseconds(62) ~= longest, "\(longest)")
            let later = try await caller.pay()
            #expect(later.status == 201)
        }
    }

    @Test func `a shed payment is told when to come again`() throws {
        var settings = DemoPayments.Settings()
        (settings.concurrency, settings.queueMax) = (1, 0)
        try meet(settings) { caller in
            let busy = caller.loop.spawn { _ = try? await caller.pay() }
            try await caller.loop.sleep(until: caller.loop.now + .milliseconds(2))
            let response = try await caller.pay()
            #expect(response.status == 503)
            #expect(response.field("retry-after") == "1")
            await busy.join()
        }
    }

    @Test func `a stall holds everything, and what it held is answered after it`() throws {
        var settings = DemoPayments.Settings()
        settings.stalls = DemoStalls(instants: [.seconds(1)], length: .milliseconds(700))
        try meet(settings) { caller in
            let began = caller.loop.now
            #expect(try await caller.pay().status == 201)
            try await caller.loop.sleep(until: began + .milliseconds(1_200))
            let answers = await caller.payTogether(3)
            #expect(answers.map(\.status) == [201, 201, 201])
            #expect(answers.allSatisfy { .milliseconds(505) ... .milliseconds(515) ~= $0.took }, "\(answers)")
        }
    }

    @Test func `what is in service when a stall begins is held as well`() throws {
        var settings = DemoPayments.Settings()
        settings.stalls = DemoStalls(instants: [.milliseconds(5)], length: .milliseconds(700))
        try meet(settings) { caller in
            let began = caller.loop.now
            _ = try await caller.pay()
            #expect(.milliseconds(705) ... .milliseconds(707) ~= caller.loop.now - began)
        }
    }

    @Test func `the next run meets the same stalls`() throws {
        var settings = DemoPayments.Settings()
        settings.stalls = DemoStalls(instants: [.seconds(1)], length: .milliseconds(700))
        try meet(settings) { caller in
            try await caller.loop.sleep(until: caller.loop.now + .seconds(100))
            for _ in 0..<2 {
                _ = try await caller.pay()
                try await caller.loop.sleep(until: caller.loop.now + .milliseconds(1_000))
                let began = caller.loop.now
                _ = try await caller.pay()
                #expect(caller.loop.now - began > .milliseconds(600))
                try await caller.loop.sleep(until: caller.loop.now + .seconds(6))
            }
        }
    }

    @Test(
        arguments: [
            (999, nil), (1_000, 1_500), (1_499, 1_500), (1_500, nil), (4_100, 4_500), (8_400, 8_500), (8_500, nil),
        ] as [(Int64, Int64?)])
    func `stalls stand where they were put, once or again and again`(milliseconds: Int64, end: Int64?) {
        let stalls = DemoStalls(instants: [.seconds(1)], every: .seconds(4), length: .milliseconds(500))
        #expect(stalls.end(at: .milliseconds(milliseconds)) == end.map { .milliseconds($0) })
    }

    @Test func `old keys are forgotten, so that memory has a bound`() {
        var ledger = DemoLedger()
        let first = ledger.payment(forKey: "0").id
        for key in 1..<DemoLedger.keysMax { _ = ledger.payment(forKey: "\(key)") }
        #expect(ledger.payment(forKey: "0").id == first)
        #expect(ledger.payment(forKey: "one more").isNew)
        #expect(ledger.payment(forKey: "0").isNew)
        #expect(!ledger.payment(forKey: "2").isNew)
    }

    @Test func `it lives on a thread of its own until it is stopped, and says why it cannot`() throws {
        let server = try DemoServer(.init(), on: .loopback())
        #expect(server.address.port != 0)
        // An address that no machine has; several servers may share a port.
        let elsewhere = Address.ipv4(0xc000_0201, port: 80)
        #expect(throws: StreamError.self) { try DemoServer(.init(), on: elsewhere) }
        let loop = try EventLoop.live()
        let address = server.address
        let status = try loop.run {
            let client = HTTPClient(on: loop, to: HTTPOrigin(address))
            defer { client.close() }
            return try await Caller(loop: loop, client: client).pay().status
        }
        #expect(status == 201)
        server.stop()
    }
}
