import HTTPWire
import JSON

/// What is wrong with a request, or why it is not served: RFC 9457.
struct Problem: Error, Equatable {
    let status: UInt16
    /// A word for programs, the last part of the type: `quota`.
    let kind: String
    let detail: String
    /// The member or header that is at fault.
    var field: String?
    /// In seconds.
    var retryAfter: Int?

    var body: [UInt8] {
        JSONValue.object(
            [
                ("type", .text("/problems/\(kind)")), ("title", .text(kind.replacing("-", with: " "))),
                ("status", .integer(Int64(status))), ("detail", .text(detail)),
            ] + (field.map { [("field", .text($0))] } ?? [])
        ).bytes(.compact)
    }

    static func missing(_ field: String, _ what: String) -> Problem {
        Problem(status: 400, kind: "missing-field", detail: "'\(field)' is missing: \(what)", field: field)
    }

    static func wrong(_ field: String, _ what: String) -> Problem {
        Problem(status: 400, kind: "wrong-field", detail: "'\(field)' is to be \(what)", field: field)
    }

    static let noSuchPayment = Problem(
        status: 404, kind: "no-such-payment", detail: "no payment of this reference is known here")
    static let notAnObject = Problem(status: 400, kind: "malformed-body", detail: "the body is to be one JSON object")
    static let notFound = Problem(
        status: 404, kind: "no-such-path",
        detail: "this bank knows POST /v1/{authorise,capture,reverse,refund,transfer}, GET /v1/payments/{reference} "
            + "and GET /v1/statement")
    static func wrongMethod(_ allowed: String) -> Problem {
        Problem(status: 405, kind: "wrong-method", detail: "this path takes \(allowed)")
    }
}
