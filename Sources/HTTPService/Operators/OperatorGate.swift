import Cryptography

/// Lets in who knows the operator's token: `Authorization: Bearer …`.
package struct OperatorGate: Sendable {
    private let wanted: [UInt8]

    package static let tokenBytesMin = 16

    /// - Parameter token: of visible ASCII; it is never told again.
    package init(token: String) {
        precondition(token.utf8.count >= Self.tokenBytesMin, "an operator's token has at least 16 bytes")
        wanted = Array("Bearer \(token)".utf8)
    }

    package func check(_ exchange: HTTPExchange) throws(Problem) {
        let given = Array((exchange.field("authorization") ?? "").utf8)
        guard given.count == wanted.count, ConstantTime.areEqual(given.span, wanted.span) else {
            throw Problem(
                status: 401, kind: "no-token",
                detail: "the operator's token is missing or wrong: Authorization: Bearer …",
                field: "authorization")
        }
    }
}

/// Path and query of a request to an operator's listener.
package struct OperatorTarget {
    package let path: String
    private let query: [Substring]

    package init(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? parts[1].split(separator: "&") : []
    }

    package subscript(name: String) -> String? {
        query.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
