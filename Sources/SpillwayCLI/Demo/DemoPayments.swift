import EventLoop
import HTTPService
import HTTPWire
import SeededRandom
import Timebase

/// A small payment service to drive when nothing else is at hand.
///
/// **Goal.** Something that behaves under load as real services do: it has a capacity, latency rises with the load, work
/// beyond its queue is shed with Retry-After, it stands still now and then, and it recovers.
///
/// **Method.** A payment holds one of `concurrency` places for a service time; others wait in a bounded queue. Its
/// capacity is thus concurrency / service time, and the longest wait queue / capacity, on any machine that keeps up.
/// A stall stops everything: nothing is read, answered or shed until it is over.
///
///     POST /v1/payments        201 {"id": ..., "state": "captured"}; the same Idempotency-Key gives the same payment, 200
///     GET /v1/payments/{id}    200, or 404
///
/// **Not here.** Money, banks, a store: the reference payment stack is another thing.
final class DemoPayments {
    struct Settings: Sendable {
        var concurrency = 8
        /// The mean; each service takes between 0.8 and 1.2 of it.
        var service = TimeSpan.milliseconds(10)
        var queueMax = 256
        var retryAfter = 1
        var stalls = DemoStalls()
        var seed: UInt64 = 1

        /// Payments a second.
        var capacity: Double { Double(concurrency) / service.seconds }
    }

    struct Counts: Equatable {
        var captured = 0
        var repeated = 0
        var shed = 0
    }

    private let loop: EventLoop
    private let settings: Settings
    private let queue: DemoQueue
    private var random: SeededRandom
    private var clock = TrafficClock()
    private var payments = DemoLedger()
    private(set) var counts = Counts()
    private let retryLater: FieldBlock

    init(on loop: EventLoop, _ settings: Settings) {
        self.loop = loop
        self.settings = settings
        queue = DemoQueue(on: loop, concurrency: settings.concurrency, waitingMax: settings.queueMax)
        random = Seed(settings.seed).split("demo").stream()
        retryLater = Self.fields([("content-type", "application/json"), ("retry-after", "\(settings.retryAfter)")])
    }

    func server() -> HTTPServer {
        var configuration = ServerConfiguration()
        configuration.fields = Self.fields([("server", "spillway-demo")])
        return HTTPServer(on: loop, configuration: configuration) { exchange in try await self.serve(exchange) }
    }

    private func serve(_ exchange: HTTPExchange) async throws {
        clock.tick(loop.now)
        try await stalled()
        let target = exchange.target
        switch (exchange.method, target) {
        case (.post, Self.path): try await pay(exchange)
        case (.get, _) where target.hasPrefix(Self.path + "/"):
            let id = String(target.dropFirst(Self.path.count + 1))
            payments.holds(id) ? answer(exchange, 200, id) : refuse(exchange, 404, "not_found")
        case (_, Self.path): refuse(exchange, 405, "method_not_allowed")
        default: refuse(exchange, 404, "not_found")
        }
    }

    private static let path = "/v1/payments"

    private func pay(_ exchange: HTTPExchange) async throws {
        let key = exchange.field("idempotency-key")
        _ = try await exchange.collectBody()
        guard try await queue.enter() else {
            counts.shed += 1
            exchange.respond(503, retryLater, body: Array(#"{"error":"overloaded"}"#.utf8))
            return
        }
        defer { queue.leave() }
        let factor = 0.8 + 0.4 * random.unit()
        try await loop.sleep(until: loop.now + TimeSpan(nanoseconds: Int64(settings.service.seconds * factor * 1e9)))
        try await stalled()
        let (id, isNew) = payments.payment(forKey: key)
        if isNew { counts.captured += 1 } else { counts.repeated += 1 }
        answer(exchange, isNew ? 201 : 200, id)
    }

    private func stalled() async throws {
        // Waking takes a moment, in which another stall may have begun.
        while let end = settings.stalls.end(at: loop.now - clock.origin) {
            try await loop.sleep(until: clock.origin + end)
        }
    }

    private func answer(_ exchange: HTTPExchange, _ status: UInt16, _ id: String) {
        exchange.respond(status, Self.json, body: Array(#"{"id":"\#(id)","state":"captured"}"#.utf8))
    }

    private func refuse(_ exchange: HTTPExchange, _ status: UInt16, _ reason: String) {
        exchange.respond(status, Self.json, body: Array(#"{"error":"\#(reason)"}"#.utf8))
    }

    private static let json = fields([("content-type", "application/json")])

    private static func fields(_ fields: [(String, String)]) -> FieldBlock {
        var block = FieldBlock()
        for (name, value) in fields {
            do throws(WireError) {
                try block.add(name, value)
            } catch {
                preconditionFailure("the field '\(name): \(value)' is one")
            }
        }
        return block
    }
}

/// Counts from the first request, and anew when the traffic had stopped: each run meets the same stalls.
private struct TrafficClock {
    private(set) var origin = Instant(nanoseconds: 0)
    private var latest: Instant?

    private static let pause = TimeSpan.seconds(5)

    mutating func tick(_ now: Instant) {
        if latest.map({ now - $0 > Self.pause }) ?? true { origin = now }
        latest = now
    }
}
