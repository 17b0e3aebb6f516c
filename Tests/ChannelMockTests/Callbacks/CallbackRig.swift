import ChannelProfile
import Cryptography
import EventLoop
import HTTPService
import HTTPWire
import JSON
import Lease
import Peers
import PlanValues
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock

/// What a receiver was told, once.
struct Told: Equatable {
    /// Since the receiver was made.
    let at: TimeSpan
    let target: String
    let fields: [String: String]
    let body: [UInt8]

    var json: JSONValue? { try? JSONValue(parsing: body) }
    var reference: String { json?["reference"]?.string ?? "" }
    var attempt: Int { json?["attempt"]?.int ?? 0 }
}

/// A stack's end of the callbacks, on a simulated loop.
final class Receiver {
    private let loop: EventLoop
    private let began: Instant
    private(set) var told: [Told] = []
    /// How long it takes for an answer, and which; 0 never answers.
    var answer: (Told) -> (UInt16, after: TimeSpan) = { _ in (204, .zero) }
    private(set) var underWay = 0
    private(set) var underWayPeak = 0
    private var server: HTTPServer?

    static let fields = ["x-timestamp", "x-signature", "traceparent", "baggage", "x-shadow", "content-type", "host"]

    init(on loop: EventLoop) {
        self.loop = loop
        began = loop.now
    }

    func listen(on address: Address = .loopback()) throws -> Address {
        let server = HTTPServer(on: loop) { [self] exchange in try await take(exchange) }
        self.server = server
        return try server.listen(on: address)
    }

    var connectionCount: Int { server?.connectionCount ?? 0 }

    func close() async {
        await server?.drain(until: loop.now)
        server = nil
    }

    private func take(_ exchange: HTTPExchange) async throws {
        var fields: [String: String] = [:]
        for name in Self.fields { fields[name] = exchange.field(name) }
        let one = Told(
            at: loop.now - began, target: exchange.target, fields: fields,
            body: try await exchange.collectBody())
        told.append(one)
        underWay += 1
        defer { underWay -= 1 }
        underWayPeak = max(underWayPeak, underWay)
        let (status, wait) = answer(one)
        if status == 0 { try await loop.sleep(until: loop.now + .seconds(3600)) }
        if wait > .zero { try await loop.sleep(until: loop.now + wait) }
        exchange.respond(status)
    }
}

/// A desk and a receiver, in one simulated world.
struct CallbackRig {
    let loop: EventLoop
    let receiver: Receiver
    let desk: CallbackDesk
    let url: String
    let outcomes: Outcomes
    let began: Instant

    final class Outcomes {
        var all: [CallbackOutcome] = []
    }

    func order(
        _ reference: String, to destination: String? = nil, marks: FieldBlock = FieldBlock()
    ) throws -> CallbackOrder {
        CallbackOrder(
            reference: try #require(PaymentReference(reference)), event: "payment.captured", status: "captured",
            amount: 1250, currency: "CNY", destination: destination ?? "\(url)/webhooks/\(reference)", marks: marks)
    }

    func take(_ references: [String]) throws { for reference in references { desk.take(try order(reference)) } }

    /// Since the scene began.
    var elapsed: TimeSpan { loop.now - began }

    func sleep(_ span: TimeSpan) async throws { try await loop.sleep(until: loop.now + span) }

    /// Results of the outcomes, without their numbers.
    var results: [CallbackOutcome.Result] { outcomes.all.map(\.result) }

    static let key = HMACKey(Array(CallbackSignature.testKey.utf8))

    /// Plays a scene; a desk and its receiver are closed behind it.
    static func play(
        _ rule: CallbackRule, seed: UInt64 = 7, allow: [String] = [], permitted: [String] = [],
        lease: Lease? = nil, bounds: CallbackBounds = CallbackBounds(), conditions: NetworkConditions = .init(),
        _ scene: @escaping (CallbackRig) async throws -> Void
    ) throws {
        let policy = PeerPolicy(
            planAllow: try allow.map { try #require(NetworkBlock($0)) },
            permitted: try permitted.map { try #require(NetworkBlock($0)) })
        let loop = EventLoop.simulated(seed: seed, conditions: conditions)
        try loop.run { () async throws in
            let receiver = Receiver(on: loop)
            let address = try receiver.listen()
            let outcomes = Outcomes()
            let desk = CallbackDesk(
                on: loop, channel: "icbc", rule: rule, seed: Seed(seed).split("icbc"), key: key, policy: policy,
                lease: lease, bounds: bounds, onOutcome: { outcomes.all.append($0) })
            let rig = CallbackRig(
                loop: loop, receiver: receiver, desk: desk, url: "http://\(address)", outcomes: outcomes,
                began: loop.now)
            do {
                try await scene(rig)
            } catch {
                Issue.record("\(error), seed \(seed)")
            }
            await desk.close()
            await receiver.close()
        }
    }
}

extension CallbackRule {
    /// Everything in order, after one second.
    static func plain(
        delay: TimeSpan = .seconds(1), lost: Double = 0, duplicate: Double = 0, reorder: Double = 0,
        beforeAnswer: Double = 0, retries: CallbackRetries = .none
    ) -> CallbackRule {
        CallbackRule(
            delay: .constant(delay), lost: Ratio(lost), duplicate: Ratio(duplicate), reorder: Ratio(reorder),
            beforeAnswer: Ratio(beforeAnswer), retries: retries)
    }
}

func references(_ count: Int) -> [String] { (1...count).map { "o-\($0)" } }
