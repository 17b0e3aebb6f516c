import ChannelProfile
import HTTPService
import HTTPWire

/// What a request's method and path ask for.
enum Route: Equatable {
    case payment(Operation)
    case query(PaymentReference)
    case statement
    case nowhere(Problem)

    init(_ method: Method, _ target: Span<UInt8>) {
        var end = 0
        while end < target.count, target[end] != UInt8(ascii: "?") { end += 1 }
        let path = target.extracting(0..<end)
        guard path.starts(with: "/v1/") else {
            self = .nowhere(.notFound)
            return
        }
        let rest = path.extracting(4..<end)
        if let operation = Self.operation(rest) {
            self = method == .post ? .payment(operation) : .nowhere(.wrongMethod("POST"))
        } else if rest.equals("statement") {
            self = method == .get ? .statement : .nowhere(.wrongMethod("GET"))
        } else if rest.starts(with: "payments/"), let reference = PaymentReference(rest.extracting(9..<rest.count)) {
            self = method == .get ? .query(reference) : .nowhere(.wrongMethod("GET"))
        } else {
            self = .nowhere(.notFound)
        }
    }

    private static func operation(_ word: Span<UInt8>) -> Operation? {
        if word.equals("authorise") { return .authorise }
        if word.equals("capture") { return .capture }
        if word.equals("refund") { return .refund }
        if word.equals("transfer") { return .transfer }
        return word.equals("reverse") ? .reverse : nil
    }
}
