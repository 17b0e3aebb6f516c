@frozen public enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, delete, connect, options, trace, patch
    /// A token in capitals that is none of these; `MessageHead.methodName` holds it.
    case other

    @inlinable public var isHead: Bool { if case .head = self { true } else { false } }

    public var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .other: "?"
        }
    }
}
