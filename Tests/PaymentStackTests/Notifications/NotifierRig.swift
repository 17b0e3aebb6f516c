import Cryptography
import EventLoop
import HTTPService
import HTTPWire
import Money
import Peers
import PlanValues
import SeededRandom
import StackVocabulary
import Timebase

@testable import PaymentStack

/// A notifier with its store, and hosts that listen, in virtual time.
final class NotifierRig {
    struct Told {
        let record: String
        let at: TimeSpan
        let fields: [String: String]
        let body: [UInt8]
    }

    static let key = HMACKey(Array("notify-key-of-tests".utf8))

    let loop: EventLoop
    let store: MemoryLedger
    let began: Instant
    private(set) var notifier: Notifier
    private let namespace: Namespace
    private let setting: StackSetting
    private let bounds: NotifierBounds
    private var ids: RecordIDs
    private var servers: [HTTPServer] = []
    private(set) var told: [Told] = []
    private(set) var underWayPeak = 0
    private var underWay = 0

    private init(
        _ loop: EventLoop, _ namespace: Namespace, _ setting: StackSetting, _ bounds: NotifierBounds
    ) {
        self.loop = loop
        self.namespace = namespace
        self.setting = setting
        self.bounds = bounds
        began = loop.now
        store = MemoryLedger(namespace, channels: ChannelNames(["icbc"]), on: loop)
        notifier = Self.notifier(namespace, setting, store, bounds, loop)
        ids = RecordIDs(namespace, shard: 0, worker: 0)
    }

    private static func notifier(
        _ namespace: Namespace, _ setting: StackSetting, _ store: MemoryLedger, _ bounds: NotifierBounds,
        _ loop: EventLoop
    ) -> Notifier {
        Notifier(
            namespace, setting, store: store, policy: PeerPolicy(planAllow: [], permitted: []), key: key,
            seed: Seed(7), bounds: bounds, on: loop)
    }

    static func run(
        _ namespace: Namespace = .live, bounds: NotifierBounds = NotifierBounds(),
        _ change: (inout StackSetting) -> Void = { _ in }, _ body: @escaping (NotifierRig) async throws -> Void
    ) throws {
        var setting = StackSetting()
        change(&setting)
        let loop = EventLoop.simulated(seed: 5)
        let chosen = setting
        try loop.run {
            let rig = NotifierRig(loop, namespace, chosen, bounds)
            try await body(rig)
            await rig.notifier.close()
            for server in rig.servers { await server.drain(until: loop.now) }
        }
    }

    /// A host that takes so long for an answer; status 0 never answers. Returns its URL's beginning.
    func host(_ answer: @escaping (Told) -> (status: UInt16, after: TimeSpan) = { _ in (204, .zero) }) throws -> String
    {
        let server = HTTPServer(on: loop) { [self] exchange in
            var fields: [String: String] = [:]
            for name in ["x-timestamp", "x-signature", "x-shadow", "baggage", "traceparent", "content-type"] {
                fields[name] = exchange.field(name)
            }
            let one = Told(
                record: exchange.target, at: loop.now - began, fields: fields, body: try await exchange.collectBody())
            told.append(one)
            underWay += 1
            underWayPeak = max(underWayPeak, underWay)
            defer { underWay -= 1 }
            let (status, wait) = answer(one)
            if status == 0 { try await loop.sleep(until: loop.now + .seconds(3_600)) }
            if wait > .zero { try await loop.sleep(until: loop.now + wait) }
            exchange.respond(status)
        }
        servers.append(server)
        return "http://\(try server.listen(on: .loopback()))"
    }

    func notification(to host: String) -> Notification {
        let record = ids.next(at: 1_767_225_600_000)
        return Notification(
            id: Notification.ID(record: record, version: 1), url: "\(host)/\(record)",
            body: Array("{\"payment\":\"\(record)\"}".utf8), dueAt: 1_767_225_600_000)
    }

    func commit(_ notification: Notification) async throws {
        var change = LedgerChange(at: notification.dueAt)
        change.notification = notification
        _ = try await store.commit(change)
    }

    /// As the spine does it.
    @discardableResult
    func tell(_ host: String, _ context: RequestContext? = nil) async throws -> Notification {
        let notification = notification(to: host)
        try await commit(notification)
        notifier.tell(notification, context ?? .recovered(namespace, until: .never))
        return notification
    }

    func sleep(_ span: TimeSpan) async { await Parking(loop).rest(until: loop.now + span) }

    /// The process ends, and another begins on the same store.
    func restart() async {
        await notifier.close()
        notifier = Self.notifier(namespace, setting, store, bounds, loop)
        await notifier.resume()
    }

    func due() async throws -> Int { try await store.dueNotifications(limit: 100_000).count }
}
