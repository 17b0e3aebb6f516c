import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Peers
import ShadowTag
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// A whole stack with mock banks, on a simulated loop, and a merchant who asks it.
final class StackRig {
    let loop: EventLoop
    private(set) var stack: PaymentStack
    let banks: [MockBank]
    let seed: UInt64
    private var client: HTTPClient
    private var operatorClient: HTTPClient
    private let sink: WebhookSink
    private(set) var places: PaymentStack.Places
    /// Stacks that have died, on their way to be gone.
    private var gone: [SpawnedTask] = []
    private var keys = 0

    static let operatorToken = "operator-of-the-rig"
    static let shadowKey = HMACKey(Array("a key of thirty-two bytes or more".utf8))

    private init(
        _ loop: EventLoop, _ stack: PaymentStack, _ places: PaymentStack.Places, _ banks: [MockBank],
        _ sink: WebhookSink, seed: UInt64
    ) {
        self.loop = loop
        self.stack = stack
        self.places = places
        self.banks = banks
        self.sink = sink
        self.seed = seed
        client = HTTPClient(on: loop, to: HTTPOrigin(places.front))
        operatorClient = HTTPClient(on: loop, to: HTTPOrigin(places.operatorDesk))
    }

    static func run(
        _ profiles: [Channel] = [ChannelRig.channel()], seed: UInt64 = 1, faults: [Fault] = [],
        _ setting: StackSetting = StackSetting(), _ body: @escaping (StackRig) async throws -> Void
    ) throws {
        let loop = EventLoop.simulated(seed: seed)
        try loop.run {
            var banks: [MockBank] = []
            var channels: [StackChannel] = []
            for profile in profiles {
                let name = profile.name.value
                let shadowBank = try bank(profile, seed, faults, on: loop)
                let liveBank = try bank(profile.takingLive, seed, faults, on: loop)
                banks += [shadowBank.0, liveBank.0]
                var channel = StackChannel(name, callbackKey: HMACKey(Array(CallbackSignature.testKey.utf8)))
                channel.shadow = HTTPOrigin(shadowBank.1, host: "\(name).shadow")
                channel.live = HTTPOrigin(liveBank.1, host: "\(name).live")
                channel.idempotencyField = profile.idempotency.headerName?.lowercased()
                channel.keepsDeclines = profile.idempotency.savesFailures
                channels.append(channel)
            }
            var order = StackOrder(
                setting, channels: channels, operatorToken: operatorToken,
                notifyPolicy: PeerPolicy(planAllow: [], permitted: []), notifyKey: HMACKey(Array("notify".utf8)),
                seed: seed)
            order.shadowKey = shadowKey
            let sink = WebhookSink(on: loop)
            try sink.open()
            let stack = PaymentStack(order, on: loop)
            let rig = StackRig(loop, stack, try await stack.open(), banks, sink, seed: seed)
            try await body(rig)
            rig.client.close()
            rig.operatorClient.close()
            for task in rig.gone { await task.join() }
            await rig.stack.close(until: loop.now + .seconds(60))
            await sink.close()
            for bank in banks { await bank.close(until: loop.now + .seconds(200)) }
        }
    }

    private static func bank(
        _ profile: Channel, _ seed: UInt64, _ faults: [Fault], on loop: EventLoop
    ) throws -> (MockBank, Address) {
        var order = BankSetting(profile, seed: seed)
        order.faults = faults.filter { $0.channel.value == profile.name.value }
        let bank = MockBank(order, on: loop, journal: ChannelJournalWriter(inMemoryFor: profile.name.value))
        return (bank, try bank.open(on: .loopback()))
    }

    // MARK: Dying

    /// The process dies now, and another one begins over what was durable, at the same address. Whoever waits for an
    /// answer hears nothing; what banks are doing they go on with.
    func crash() async throws {
        let old = stack
        guard let parts = old.parts, let live = parts.stores.live as? MemoryLedger,
            let shadow = parts.stores.shadow as? MemoryLedger
        else { preconditionFailure("a stack that is not open, or has a file") }
        // All of it in one turn: nothing more is durable, goes to a bank, or is answered.
        let stores = LedgerStores(
            live: live.crash(), shadow: shadow.crash(), channels: parts.stores.channels, repaired: 0)
        client.close()
        parts.channels.close()
        let now = loop.now
        gone.append(loop.spawn { await old.close(until: now) })
        try await sleep(.milliseconds(20))
        var order = old.order
        order.listen = places.front
        stack = PaymentStack(order, on: loop)
        places = try await stack.open(over: stores)
        client = HTTPClient(on: loop, to: HTTPOrigin(places.front))
        operatorClient.close()
        operatorClient = HTTPClient(on: loop, to: HTTPOrigin(places.operatorDesk))
    }

    /// What a bank tells of its own accord, signed as it would.
    func callback(_ status: String, of payment: String, _ amount: Int64) async throws -> Answer {
        let body =
            #"{"event":"payment.\#(status)","reference":"\#(payment)-p1","status":"\#(status)","amount":\#(amount),"currency":"CNY"}"#
        let stamp = String(loop.secondsSince1970)
        let key = HMACKey(Array(CallbackSignature.testKey.utf8))
        let signature = key.sign("\(stamp).\(body)".utf8Span.span).hexadecimal
        return try await send(
            .post, "/channel/icbc/callback", body, [("x-timestamp", stamp), ("x-signature", signature)])
    }

    // MARK: Asking

    struct Answer {
        let status: UInt16
        let json: JSONValue
        let response: HTTPResponse

        func text(_ name: String) -> String? {
            if case .text(let text)? = json[name] { text } else { nil }
        }
        func number(_ name: String) -> Int64? {
            if case .integer(let number)? = json[name] { number } else { nil }
        }
        var id: String { text("id") ?? "" }
        var state: String { text("state") ?? "" }
    }

    func newKey() -> String {
        keys += 1
        return "key-\(seed)-\(keys)"
    }

    func token(expires: Int64? = nil, key: HMACKey = shadowKey) -> String {
        ShadowTag(
            RunID(secondsSince1970: loop.secondsSince1970, entropy: [1, 2, 3, 4, 5]),
            expires: expires ?? loop.secondsSince1970 + 86_400, key: key
        ).token
    }

    func send(
        _ method: HTTPWire.Method, _ path: String, _ body: String? = nil, _ fields: [(String, String)] = [],
        shadow: Bool = true, within span: TimeSpan = .seconds(60)
    ) async throws -> Answer {
        var block = FieldBlock()
        if shadow { try block.add("x-shadow", token()) }
        for (name, value) in fields { try block.add(name, value) }
        let request = try HTTPRequest(method, path, host: "stack", fields: block, body: body.map { Array($0.utf8) })
        let response = try await client.send(request, until: loop.now + span)
        return Answer(
            status: response.status, json: (try? JSONValue(parsing: Array(response.body))) ?? .null,
            response: response)
    }

    func pay(
        _ amount: Int64 = 4_900, key: String? = nil, merchant: Int = 17, card: String = "4111111111111111",
        capture: Bool = true, notify: String? = nil, _ fields: [(String, String)] = [], shadow: Bool = true
    ) async throws -> Answer {
        var body = #"{"amount":\#(amount),"currency":"CNY","card":"\#(card)","capture":\#(capture)"#
        if let notify { body += #","notify":"\#(notify)""# }
        return try await send(
            .post, "/v1/payments", body + "}",
            [("idempotency-key", key ?? newKey()), ("x-merchant", "merchant-\(merchant)")] + fields, shadow: shadow)
    }

    func refund(
        _ payment: String, _ amount: Int64? = nil, key: String? = nil, shadow: Bool = true
    ) async throws -> Answer {
        let part = amount.map { #","amount":\#($0)"# } ?? ""
        return try await send(
            .post, "/v1/refunds", #"{"payment":"\#(payment)"\#(part)}"#, [("idempotency-key", key ?? newKey())],
            shadow: shadow)
    }

    /// Rows of a table, without the watermark.
    func export(_ table: String, shadow: Bool = true) async throws -> [JSONValue] {
        var block = FieldBlock()
        try block.add("authorization", "Bearer \(Self.operatorToken)")
        let request = try HTTPRequest(
            .get, "/admin/export/\(table)?shadow=\(shadow ? 1 : 0)", host: "desk", fields: block)
        let response = try await operatorClient.send(request, until: loop.now + .seconds(60))
        #expect(response.status == 200)
        let rows = try response.bodyText.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        return ["queues", "log"].contains(table) ? rows : Array(rows.dropLast())
    }

    func operate(
        _ method: HTTPWire.Method, _ path: String, _ body: String? = nil,
        _ fields: [(String, String)] = [("authorization", "Bearer \(operatorToken)")]
    ) async throws -> Answer {
        var block = FieldBlock()
        for (name, value) in fields { try block.add(name, value) }
        let request = try HTTPRequest(method, path, host: "desk", fields: block, body: body.map { Array($0.utf8) })
        let response = try await operatorClient.send(request, until: loop.now + .seconds(60))
        return Answer(
            status: response.status, json: (try? JSONValue(parsing: Array(response.body))) ?? .null,
            response: response)
    }

    var sinkAddress: String { sink.address }
    var webhooks: [JSONValue] { sink.heard }

    func sleep(_ span: TimeSpan) async throws { try await loop.sleep(until: loop.now + span) }
}

/// Takes webhooks, and remembers them.
final class WebhookSink {
    private let loop: EventLoop
    private var server: HTTPServer?
    private(set) var heard: [JSONValue] = []
    private(set) var address = ""
    /// Of the answers to come; 204 when there are no more.
    var statuses: [UInt16] = []

    init(on loop: EventLoop) {
        self.loop = loop
    }

    func open() throws {
        let server = HTTPServer(on: loop) { [weak self] exchange in
            let body = try await exchange.collectBody()
            guard let self else { return exchange.respond(503) }
            if let json = try? JSONValue(parsing: body) { self.heard.append(json) }
            exchange.respond(self.statuses.isEmpty ? 204 : self.statuses.removeFirst())
        }
        address = "http://\(try server.listen(on: .loopback()))/hook"
        self.server = server
    }

    func close() async { await server?.drain(until: loop.now + .seconds(1)) }
}

extension Channel {
    /// The same bank for those who bear no mark.
    fileprivate var takingLive: Channel {
        Channel(
            name: name, idempotency: idempotency, untagged: .record, capacity: capacity, latency: latency,
            latencies: latencies, timer: timer, outcome: outcome, settlement: settlement, callback: callback,
            query: query)
    }
}
