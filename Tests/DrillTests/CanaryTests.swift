import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Peers
import PlanLanguage
import PlanModel
import ShadowTag
import TestFolders
import Testing
import Timebase
import Traffic

@testable import Drill

/// The probes of the preflight against stacks and banks that lie: each of them must say what is wrong.
@Suite struct CanaryTests {
    /// A stack of which a test says what it does.
    private final class LyingStack: StackHost {
        let front: Address
        let operatorDesk: Address
        let talk: [String] = []
        let loss: String? = nil
        private let servers: [HTTPServer]
        private let loop: EventLoop

        init(
            on loop: EventLoop, rows: @escaping (_ table: String, _ isLive: Bool) -> Int64,
            answer: @escaping (HTTPExchange) async throws -> Void
        ) throws {
            self.loop = loop
            let own = HTTPServer(on: loop) { try await answer($0) }
            let desk = HTTPServer(on: loop) { exchange in
                func store(_ isLive: Bool) -> JSONValue {
                    .object([
                        ("rows", .object([("payments", .integer(rows("payments", isLive)))])),
                        ("watermark", .integer(1)),
                    ])
                }
                let counts = JSONValue.object([("live", store(true)), ("shadow", store(false))])
                exchange.respond(200, body: counts.bytes(.compact))
            }
            servers = [own, desk]
            front = try own.listen(on: .loopback())
            operatorDesk = try desk.listen(on: .loopback())
        }

        func waitForLoss() async { _ = await Parking(loop).wait() }
        func stop() async -> String? {
            for server in servers { await server.drain(until: loop.now + .seconds(1)) }
            return nil
        }
    }

    /// Banks whose operator is told the same, whatever they see.
    private final class LyingBanks: BankHost {
        let admin: Address
        let channels: [(name: String, address: Address)]
        let talk: [String] = []
        let loss: String? = nil
        private let servers: [HTTPServer]
        private let loop: EventLoop

        init(on loop: EventLoop, verified: @escaping () -> Int64, untagged: Int64, status: UInt16 = 404) throws {
            self.loop = loop
            let bank = HTTPServer(on: loop) { exchange in
                exchange.respond(exchange.field("x-shadow") == nil && status == 403 ? 403 : 404)
            }
            let desk = HTTPServer(on: loop) { exchange in
                let counts = JSONValue.object([
                    ("requests", .integer(1)), ("verified", .integer(verified())), ("untagged", .integer(untagged)),
                ])
                exchange.respond(
                    200, body: JSONValue.object([("channels", .object([("icbc", counts)]))]).bytes(.compact))
            }
            servers = [bank, desk]
            channels = [("icbc", try bank.listen(on: .loopback()))]
            admin = try desk.listen(on: .loopback())
        }

        func waitForLoss() async { _ = await Parking(loop).wait() }
        func stop() async -> String? {
            for server in servers { await server.drain(until: loop.now + .seconds(1)) }
            return nil
        }
    }

    private struct World {
        let loop: EventLoop
        let preflight: Preflight
        let key: ShadowKey
        let launch: StackLaunch
        let order: (shadow: BankOrder, live: BankOrder)
    }

    private func world(
        untagged: String = "refuse", _ body: @escaping (World) async throws -> [PreflightCheck]
    ) throws -> [PreflightCheck] {
        let folder = try TestFolder()
        let profile = ChannelProfile.parse(
            SourceText(
                name: "m.yaml",
                text: "profile: p\nchannels: {icbc: {latency: 5ms, shadow: {untagged: \(untagged)}}}\n")
        ).profile
        let draft = Draft(target: "stack: embedded", rest: "channels: m.yaml\n")
        var order = try draft.order(in: folder)
        order.profile = profile
        let loop = EventLoop.simulated(seed: 3)
        let plan = order.plan
        let run = RunID(secondsSince1970: loop.secondsSince1970, entropy: [1, 2, 3, 4, 5])
        let expires = loop.secondsSince1970 + 3_600
        var preflight = Preflight(
            plan, traffic: try PlannedTraffic(plan), policy: order.policy,
            surroundings: Preflight.Surroundings(
                planFolder: "", outFolder: "\(folder.path)/out", environment: [:], entropy: []), on: loop)
        preflight.patience = .seconds(2)
        let world = World(
            loop: loop, preflight: preflight,
            key: try ShadowKey.find(in: [:], entropy: Array(repeating: 3, count: 32)),
            launch: try #require(StackLaunch(order, runID: run)),
            order: (
                try #require(BankOrder(order, runID: run, expires: expires)),
                try #require(BankOrder(order, runID: run, expires: expires, isLive: true))
            ))
        return try loop.run { try await body(world) }
    }

    /// What the probes say of a stack between honest banks.
    private func found(
        rows: @escaping (_ table: String, _ isLive: Bool) -> Int64 = { _, _ in 1 },
        _ answer: @escaping (HTTPExchange, _ shadow: HTTPClient, _ live: HTTPClient) async throws -> Void
    ) throws -> [String: String] {
        let checks = try world { world in
            let loop = world.loop
            let banks = try await RunBanks.start(world.order.shadow, world.key, on: loop)
            let live = try await RunBanks.start(world.order.live, world.key, on: loop)
            func client(_ banks: RunBanks) throws -> HTTPClient {
                try world.preflight.policy.permit(local: banks.host.channels[0].address).makeClient(on: loop)
            }
            let clients = (try client(banks), try client(live))
            let host = try LyingStack(on: loop, rows: rows) { try await answer($0, clients.0, clients.1) }
            let stack = try await RunStack(world.launch, host, on: loop)
            let checks = await StackCanaries(world.preflight, stack, banks, live: live, world.key).checks()
            _ = await stack.stop()
            clients.0.close()
            clients.1.close()
            for side in [banks, live] { _ = await side.stop() }
            return checks
        }
        #expect(checks.count == 4 && checks.allSatisfy { $0.outcome == .passed || $0.fix != nil })
        return Dictionary(uniqueKeysWithValues: checks.filter { $0.outcome == .failed }.map { ($0.name, $0.words) })
    }

    /// Whether the request bears a mark that is not forged, as the stack would know.
    private static func kind(_ exchange: HTTPExchange) -> CanaryKeys.Probe? {
        guard let key = exchange.field("idempotency-key") else { return nil }
        return CanaryKeys.Probe.allCases.first { key.hasPrefix($0.rawValue) }
    }

    private static func ask(_ bank: HTTPClient, _ mark: String?) async throws {
        var fields = FieldBlock()
        if let mark { try fields.add("x-shadow", mark) }
        let request = try HTTPRequest(.get, "/v1/payments/x", host: bank.origin.host, fields: fields)
        _ = try await bank.send(request, until: bank.loop.now + .seconds(1))
    }

    private static func pay(_ exchange: HTTPExchange, _ status: UInt16 = 201) {
        exchange.respond(status, body: Array(#"{"id":"0cm9k2t4h0g21"}"#.utf8))
    }

    /// What an honest one does, but for what a test takes from it.
    private static func honest(
        _ exchange: HTTPExchange, _ shadow: HTTPClient, _ live: HTTPClient, paid: inout Int64
    ) async throws {
        if exchange.method == .get { return exchange.respond(404) }
        guard exchange.target == "/v1/payments" else {
            return exchange.respond(exchange.field("x-signature") == nil ? 401 : 403)
        }
        switch kind(exchange) {
        case .marked: try await ask(shadow, exchange.field("x-shadow"))
        case .untagged:
            try await ask(live, nil)
            paid += 1
        default: return exchange.respond(403)
        }
        pay(exchange)
    }

    @Test func `an honest stack comes through`() throws {
        var paid: Int64 = 0
        let found = try found(rows: { _, isLive in isLive ? paid : 7 }) {
            try await Self.honest($0, $1, $2, paid: &paid)
        }
        #expect(found == [:])
    }

    @Test func `one that takes everything and asks nobody is found by every probe`() throws {
        let found = try found { exchange, _, _ in Self.pay(exchange) }
        #expect(
            found == [
                "canary through the stack":
                    "a payment with the run's mark was answered with 201, and no bank has seen it",
                "canary with a forged mark": "a payment with a forged mark was let in, and answered with 201",
                "canary without a mark": "a payment without a mark was answered with 201, and no live twin has seen it",
                "canary at the callbacks": "a callback without a signature and a mark was taken, and answered with 201",
            ])
    }

    struct Lie: CustomTestStringConvertible, Sendable {
        let check: String
        let words: String
        /// Nil: the honest answer.
        let lie: @Sendable (HTTPExchange, HTTPClient, HTTPClient) async throws -> Bool

        var testDescription: String { words }
    }

    static let lies: [Lie] = [
        Lie(check: "canary through the stack", words: "the mark was lost between the stack and a bank") {
            exchange, shadow, _ in
            guard kind(exchange) == .marked else { return false }
            try await ask(shadow, nil)
            pay(exchange)
            return true
        },
        Lie(
            check: "canary through the stack", words: "a payment with the run's mark came to a bank of live traffic"
        ) { exchange, shadow, live in
            guard kind(exchange) == .marked else { return false }
            try await ask(shadow, exchange.field("x-shadow"))
            try await ask(live, nil)
            pay(exchange)
            return true
        },
        Lie(check: "canary without a mark", words: "a payment without a mark came to a bank of shadow traffic") {
            exchange, shadow, _ in
            guard kind(exchange) == .untagged else { return false }
            try await ask(shadow, nil)
            pay(exchange)
            return true
        },
        Lie(check: "canary without a mark", words: "a payment without a mark was given one by the stack") {
            exchange, _, live in
            guard kind(exchange) == .untagged else { return false }
            try await ask(live, "v1.forged")
            pay(exchange)
            return true
        },
        Lie(check: "canary without a mark", words: "a payment without a mark was written to the shadow store") {
            exchange, _, live in
            guard kind(exchange) == .untagged else { return false }
            try await ask(live, nil)
            pay(exchange)
            return true
        },
        Lie(
            check: "canary without a mark",
            words: "who asks without a mark for a marked payment is answered with 200"
        ) { exchange, _, _ in
            guard exchange.method == .get, exchange.field("x-shadow") == nil else { return false }
            exchange.respond(200)
            return true
        },
        Lie(
            check: "canary without a mark",
            words: "who asks with a mark for an untagged payment is answered with 200"
        ) { exchange, _, _ in
            guard exchange.method == .get, exchange.field("x-shadow") != nil else { return false }
            exchange.respond(200)
            return true
        },
        Lie(
            check: "canary at the callbacks",
            words: "a marked callback about a live payment was answered with 204, and was to be refused"
        ) { exchange, _, _ in
            guard exchange.field("x-signature") != nil else { return false }
            exchange.respond(204)
            return true
        },
    ]

    @Test(arguments: lies) func `each lie is found by its probe, and by no other`(lie: Lie) throws {
        var paid: Int64 = 0
        let found = try found(rows: { _, isLive in isLive ? paid : 7 }) { exchange, shadow, live in
            if try await lie.lie(exchange, shadow, live) { return }
            try await Self.honest(exchange, shadow, live, paid: &paid)
        }
        #expect(found == [lie.check: lie.words])
    }

    // MARK: Banks

    private func bankChecks(
        untagged: String = "refuse", shadow: @escaping (EventLoop) throws -> LyingBanks,
        live: @escaping (EventLoop) throws -> LyingBanks
    ) throws -> [String: String] {
        let checks = try world(untagged: untagged) { world in
            let banks = try RunBanks(world.order.shadow, try shadow(world.loop), on: world.loop)
            let live = try RunBanks(world.order.live, try live(world.loop), on: world.loop)
            let checks = await world.preflight.canaries(banks, live: live, nil, world.key)
            for side in [banks, live] { _ = await side.stop() }
            return checks
        }
        return Dictionary(uniqueKeysWithValues: checks.filter { $0.outcome == .failed }.map { ($0.name, $0.words) })
    }

    private static func rising() -> () -> Int64 {
        var count: Int64 = 0
        return {
            count += 1
            return count
        }
    }

    @Test func `a live twin that would not notice a marked request is no witness`() throws {
        let found = try bankChecks(
            shadow: { try LyingBanks(on: $0, verified: Self.rising(), untagged: 0) },
            live: { try LyingBanks(on: $0, verified: { 0 }, untagged: 0) })
        #expect(
            found["canary at the live twin of icbc"]
                == "a marked request came to the live twin of 'icbc', and it did not notice")
    }

    @Test func `a shadow bank that does not notice a lost mark is found, whatever its rule`() throws {
        func words(_ rule: String, status: UInt16) throws -> String? {
            try bankChecks(
                untagged: rule,
                shadow: { try LyingBanks(on: $0, verified: Self.rising(), untagged: 0, status: status) },
                live: { try LyingBanks(on: $0, verified: Self.rising(), untagged: 0) })["canary icbc"]
        }
        #expect(try words("refuse", status: 404) == "the bank answers an untagged probe with 404, and was to refuse it")
        let uncounted = "an untagged probe came to the bank, and it did not count it as such"
        #expect(try words("refuse", status: 403) == uncounted)
        #expect(try words("record", status: 404) == uncounted)
        // One that would raise an alarm is left in peace.
        #expect(try words("alarm", status: 404) == nil)
    }
}
