import JSON

/// What is wrong with a request, or why it is not served: RFC 9457.
package struct Problem: Error, Equatable, Sendable {
    package let status: UInt16
    /// A word for programs, the last part of the type: `quota`.
    package let kind: String
    package let detail: String
    /// The member or header that is at fault.
    package var field: String?
    /// In seconds.
    package var retryAfter: Int?
    /// The methods that the path takes, for the field Allow.
    package var allow: String?

    package init(status: UInt16, kind: String, detail: String, field: String? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.kind = kind
        self.detail = detail
        self.field = field
        self.retryAfter = retryAfter
    }

    package var body: [UInt8] {
        JSONValue.object(
            [
                ("type", .text("/problems/\(kind)")), ("title", .text(kind.replacing("-", with: " "))),
                ("status", .integer(Int64(status))), ("detail", .text(detail)),
            ] + (field.map { [("field", .text($0))] } ?? [])
        ).bytes(.compact)
    }

    package static func missing(_ field: String, _ what: String) -> Problem {
        Problem(status: 400, kind: "missing-field", detail: "'\(field)' is missing: \(what)", field: field)
    }

    package static func wrong(_ field: String, _ what: String) -> Problem {
        Problem(status: 400, kind: "wrong-field", detail: "'\(field)' is to be \(what)", field: field)
    }

    package static let notAnObject = Problem(
        status: 400, kind: "malformed-body", detail: "the body is to be one JSON object")

    package static func wrongMethod(_ allowed: String) -> Problem {
        var problem = Problem(status: 405, kind: "wrong-method", detail: "this path takes \(allowed)")
        problem.allow = allowed.replacing(" or ", with: ", ")
        return problem
    }
}
