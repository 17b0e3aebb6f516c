// Goal: what comes over HTTP is told apart, marked as live or shadow, and answered, whatever it is.
// Method: route -> mark -> namespace -> that namespace's desk. A mark counts when it is signed; anything that claims to be
// shadow traffic and cannot show it is refused: a mark that anybody can write would be a free payment.
// Not here: what is done for a request (`PaymentDesk`).

import Cryptography
import EventLoop
import HTTPService
import HTTPWire
import JSON
import ShadowTag
import StackVocabulary

final class Gateway {
    private let setting: StackSetting
    private let live: PaymentDesk
    private let shadow: PaymentDesk
    private let callbacks: CallbackDoor
    private let metrics: () -> [UInt8]
    private let reconcile: (PaymentDesk, HTTPExchange, Caller) async throws -> StackAnswer
    private var judge: MarkJudge
    private(set) var figures = GatewayFigures()
    /// What comes before it is ready is sent away; what comes while it closes is served while there is anybody to ask.
    var phase = Phase.opening

    enum Phase {
        /// What the store holds is being taken up.
        case opening
        case ready, closing
    }

    /// Fields that go on with shadow work.
    private static let passedOn = ["x-shadow", "baggage", "traceparent"]

    init(
        _ order: StackOrder, live: PaymentDesk, shadow: PaymentDesk, callbacks: CallbackDoor,
        metrics: @escaping () -> [UInt8],
        reconcile: @escaping (PaymentDesk, HTTPExchange, Caller) async throws -> StackAnswer
    ) {
        setting = order.setting
        self.live = live
        self.shadow = shadow
        self.callbacks = callbacks
        self.metrics = metrics
        self.reconcile = reconcile
        judge = MarkJudge(key: order.shadowKey)
        hasKey = order.shadowKey != nil
    }

    private let hasKey: Bool

    func handle(_ exchange: HTTPExchange) async throws {
        figures.requests += 1
        do {
            switch Self.route(of: exchange) {
            case .pay:
                let desk = try desk(of: exchange)
                try await desk.pay(exchange, try caller(exchange, desk)).send(exchange)
            case .payment(let id):
                let desk = try desk(of: exchange)
                try await desk.tellPayment(id, try caller(exchange, desk)).send(exchange)
            case .callback(let name):
                guard phase != .opening else { throw Problem.notReady }
                try await callbacks.take(exchange, channel: Self.text(exchange, name)).send(exchange)
            case let route: try await handleSeldom(route, exchange).send(exchange)
            }
        } catch let problem as Problem {
            figures.problems += 1
            StackAnswer(problem).send(exchange)
        } catch HTTPExchangeError.malformedBody(let fault) {
            figures.problems += 1
            StackAnswer(Problem(status: fault.status, kind: "malformed-body", detail: fault.reason)).send(exchange)
        }
    }

    private func handleSeldom(_ route: StackRoute, _ exchange: HTTPExchange) async throws -> StackAnswer {
        switch route {
        case .nowhere(let problem): return StackAnswer(problem)
        case .health: return StackAnswer(200, Array(#"{"status":"ok"}"#.utf8))
        case .readiness:
            return phase == .ready
                ? StackAnswer(200, Array(#"{"status":"ready"}"#.utf8)) : StackAnswer(.notReady)
        case .metrics: return StackAnswer(200, metrics(), .text)
        default: break
        }
        let desk = try desk(of: exchange)
        let caller = try caller(exchange, desk)
        switch route {
        case .capture(let id): return try await desk.capture(id, exchange, caller)
        case .cancel(let id): return try await desk.cancel(id, caller)
        case .refund: return try await desk.refund(exchange, caller)
        case .refundOf(let id): return try await desk.tellRefund(id, caller)
        case .methods: return try await desk.tellMethods(caller)
        case .reconcile: return try await reconcile(desk, exchange, caller)
        default: preconditionFailure("\(route) is handled elsewhere")
        }
    }

    /// Spans stay in plain functions: one that is made among the arguments of an awaited call breaks the task's stack
    /// (Swift 6.3).
    private static func route(of exchange: HTTPExchange) -> StackRoute {
        let head = exchange.headBytes
        return StackRoute(exchange.method, head.span.extracting(exchange.head.target.range))
    }

    private static func text(_ exchange: HTTPExchange, _ range: Range<Int>) -> String {
        let start = exchange.head.target.range.lowerBound
        return String(
            decoding: exchange.headBytes[(start + range.lowerBound)..<(start + range.upperBound)], as: UTF8.self)
    }

    // MARK: Marks

    private func desk(of exchange: HTTPExchange) throws(Problem) -> PaymentDesk {
        guard phase != .opening else { throw .notReady }
        switch mark(of: exchange) {
        case .none: return live
        case .verified: return shadow
        // Planted (trusts-any-mark).
        case .unverified where setting.has(.trustsAnyMark), .forged where setting.has(.trustsAnyMark),
            .expired where setting.has(.trustsAnyMark):
            return shadow
        case .unverified:
            figures.marksRefused += 1
            throw Problem(
                status: 403, kind: hasKey ? "unsigned-mark" : "no-shadow-key",
                detail: hasKey
                    ? "this says that it is shadow traffic, and bears no signed token"
                    : "this stack has no key to verify marks of shadow traffic with, and honours none",
                field: MarkJudge.fieldName)
        case .forged, .expired:
            figures.marksRefused += 1
            throw Problem(
                status: 403, kind: "forged-mark", detail: "the mark of shadow traffic is forged, or too old",
                field: MarkJudge.fieldName)
        }
    }

    private func mark(of exchange: HTTPExchange) -> MarkJudge.Mark {
        let bytes = exchange.headBytes
        let fields = exchange.head.fields
        if let token = fields.first(MarkJudge.fieldName, in: bytes.span) {
            // Somebody meant to mark it, and lost the token.
            guard !token.range.isEmpty else { return .unverified }
            return judge.mark(ofToken: bytes.span.extracting(token.range), now: exchange.loop.secondsSince1970)
        }
        var place = 0
        while let baggage = fields.next(MarkJudge.baggageName, in: bytes.span, from: &place) {
            if MarkJudge.isShadow(baggage: bytes[baggage.range]) { return .unverified }
        }
        return .none
    }

    private func caller(_ exchange: HTTPExchange, _ desk: PaymentDesk) throws(Problem) -> Caller {
        try Caller(
            exchange, desk.namespace, marks: desk.namespace == .shadow ? Self.marks(of: exchange) : FieldBlock(),
            setting)
    }

    static func marks(of exchange: HTTPExchange) -> FieldBlock {
        let bytes = exchange.headBytes
        var block = FieldBlock()
        for name in passedOn {
            guard let value = exchange.head.fields.first(name, in: bytes.span) else { continue }
            // What the codec has let in it lets out.
            try? block.add(name.utf8Span.span, bytes.span.extracting(value.range))
        }
        return block
    }
}

extension Problem {
    fileprivate static let notReady = Problem(
        status: 503, kind: "not-ready", detail: "the stack is not ready", retryAfter: 1)
}

struct GatewayFigures: Sendable, Equatable {
    var requests: UInt64 = 0
    var problems: UInt64 = 0
    /// That claimed to be shadow traffic and could not show it.
    var marksRefused: UInt64 = 0
}
