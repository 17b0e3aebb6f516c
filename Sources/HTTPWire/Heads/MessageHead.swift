@frozen public enum HTTPVersion: UInt8, Sendable {
    case http10, http11
}

@frozen public enum TargetForm: UInt8, Sendable {
    /// `/path?query`
    case origin
    /// `http://host/path`
    case absolute
    /// `host:port`, of CONNECT alone
    case authority
    /// `*`, of OPTIONS alone
    case asterisk
}

/// Where the body of a message ends.
@frozen public enum BodyFraming: Sendable, Equatable {
    case none
    case length(UInt64)
    case chunked
    /// Responses only.
    case untilClose

    // Compared by their bits wherever they are asked: `==` of another module is a call through a witness.

    @inlinable @inline(__always) public var isNone: Bool { if case .none = self { true } else { false } }
    @inlinable @inline(__always) public var isUntilClose: Bool { if case .untilClose = self { true } else { false } }
}

/// One parsed head, a request's or a response's. Keep one per connection and parse into it again and again:
/// then parsing allocates nothing.
@frozen public struct MessageHead: Sendable, Equatable {
    // A request's
    public internal(set) var method: Method = .get
    public internal(set) var methodName: Slice = .empty
    public internal(set) var target: Slice = .empty
    public internal(set) var targetForm: TargetForm = .origin
    /// Whom the request is for: of the target where that names it, else the Host field. Empty in HTTP/1.0 without Host.
    public internal(set) var authority: Slice = .empty
    public internal(set) var expectsContinue = false

    // A response's
    public internal(set) var status: UInt16 = 0
    public internal(set) var reason: Slice = .empty

    // Both
    public internal(set) var version: HTTPVersion = .http11
    public internal(set) var framing: BodyFraming = .none
    /// Whether the connection may carry another message after this one, as far as this message says.
    public internal(set) var keepsAlive = true
    /// The message carries an Upgrade field. The codec never switches: answer as if it were not there.
    public internal(set) var asksForUpgrade = false
    public internal(set) var fields = HeaderFields()
    /// The bytes of the head with its empty line; the body begins there.
    public internal(set) var byteCount = 0

    public init() {}

    /// 1xx: another response head for the same request follows.
    @inlinable @inline(__always) public var isInterim: Bool { status >= 100 && status < 200 }

    mutating func reset() {
        method = .get
        methodName = .empty
        target = .empty
        targetForm = .origin
        authority = .empty
        expectsContinue = false
        status = 0
        reason = .empty
        version = .http11
        framing = .none
        keepsAlive = true
        asksForUpgrade = false
        fields.removeAll()
        byteCount = 0
    }
}
