import HTTPService
import HTTPWire
import JSON
import StackVocabulary

/// What a request's method and path ask for. Ids and names are places in the target.
enum StackRoute: Equatable {
    case pay
    case capture(RecordID)
    case cancel(RecordID)
    case payment(RecordID)
    case refund
    case refundOf(RecordID)
    case callback(Range<Int>)
    case methods
    case reconcile
    case metrics
    case health
    case readiness
    case nowhere(Problem)

    init(_ method: Method, _ target: Span<UInt8>) {
        var end = 0
        while end < target.count, target[end] != UInt8(ascii: "?") { end += 1 }
        let path = target.extracting(0..<end)
        if path.starts(with: "/v1/") {
            self = Self.versioned(method, path.extracting(4..<end))
        } else if path.starts(with: "/channel/") {
            self = Self.callback(method, path)
        } else if path.equals("/healthz") {
            self = method == .get ? .health : .nowhere(.wrongMethod("GET"))
        } else if path.equals("/readyz") {
            self = method == .get ? .readiness : .nowhere(.wrongMethod("GET"))
        } else if path.equals("/metrics") {
            self = method == .get ? .metrics : .nowhere(.wrongMethod("GET"))
        } else {
            self = .nowhere(.noSuchPath)
        }
    }

    private static func versioned(_ method: Method, _ path: Span<UInt8>) -> StackRoute {
        if path.equals("payments") { return method == .post ? .pay : .nowhere(.wrongMethod("POST")) }
        if path.starts(with: "payments/") { return ofPayment(method, path.extracting(9..<path.count)) }
        if path.equals("refunds") { return method == .post ? .refund : .nowhere(.wrongMethod("POST")) }
        if path.starts(with: "refunds/") {
            guard let id = RecordID(path.extracting(8..<path.count)) else { return .nowhere(.noSuchRefund) }
            return method == .get ? .refundOf(id) : .nowhere(.wrongMethod("GET"))
        }
        if path.equals("cashier/methods") { return method == .get ? .methods : .nowhere(.wrongMethod("GET")) }
        if path.equals("reconcile") { return method == .post ? .reconcile : .nowhere(.wrongMethod("POST")) }
        return .nowhere(.noSuchPath)
    }

    /// `ID`, `ID/capture`, `ID/cancel`.
    private static func ofPayment(_ method: Method, _ path: Span<UInt8>) -> StackRoute {
        let count = RecordID.letterCount
        guard path.count >= count, let id = RecordID(path.extracting(0..<count)) else {
            return .nowhere(.noSuchPayment)
        }
        let rest = path.extracting(count..<path.count)
        if rest.isEmpty { return method == .get ? .payment(id) : .nowhere(.wrongMethod("GET")) }
        if rest.equals("/capture") { return method == .post ? .capture(id) : .nowhere(.wrongMethod("POST")) }
        if rest.equals("/cancel") { return method == .post ? .cancel(id) : .nowhere(.wrongMethod("POST")) }
        return .nowhere(.noSuchPath)
    }

    /// `/channel/NAME/callback`
    private static func callback(_ method: Method, _ path: Span<UInt8>) -> StackRoute {
        var end = 9
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        guard end > 9, path.extracting(end..<path.count).equals("/callback") else { return .nowhere(.noSuchPath) }
        return method == .post ? .callback(9..<end) : .nowhere(.wrongMethod("POST"))
    }
}

extension Problem {
    static let noSuchPath = Problem(
        status: 404, kind: "no-such-path",
        detail: "there are /v1/payments, /v1/refunds, /v1/cashier/methods, /v1/reconcile, /channel/NAME/callback, "
            + "/metrics, /healthz and /readyz")
    static let noSuchPayment = Problem(
        status: 404, kind: "no-such-payment", detail: "no payment of this id is known here")
    static let noSuchRefund = Problem(status: 404, kind: "no-such-refund", detail: "no refund of this id is known here")
}
