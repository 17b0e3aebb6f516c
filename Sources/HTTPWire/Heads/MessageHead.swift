@frozen package enum HTTPVersion: UInt8, Sendable {
    case http10, http11
}

@frozen package enum TargetForm: UInt8, Sendable {
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
@frozen package enum BodyFraming: Sendable, Equatable {
    case none
    case length(UInt64)
    case chunked
    /// Responses only.
    case untilClose

    // Compared by their bits wherever they are asked: `==` of another module is a call through a witness.

    @inlinable package var isNone: Bool { if case .none = self { true } else { false } }
    @inlinable package var isUntilClose: Bool { if case .untilClose = self { true } else { false } }
}

/// One parsed head, a request's or a response's. Keep one per connection and parse into it again and again:
/// then parsing allocates nothing.
@frozen package struct MessageHead: Sendable, Equatable {
    // A request's
    package internal(set) var method: Method = .get
    package internal(set) var methodName: Slice = .empty
    package internal(set) var target: Slice = .empty
    package internal(set) var targetForm: TargetForm = .origin
    /// Whom the request is for: of the target where that names it, else the Host field. Empty in HTTP/1.0 without Host.
    package internal(set) var authority: Slice = .empty
    package internal(set) var expectsContinue = false

    // A response's
    package internal(set) var status: UInt16 = 0
    package internal(set) var reason: Slice = .empty

    // Both
    package internal(set) var version: HTTPVersion = .http11
    package internal(set) var framing: BodyFraming = .none
    /// Whether the connection may carry another message after this one, as far as this message says.
    package internal(set) var keepsAlive = true
    /// The message carries an Upgrade field. The codec never switches: answer as if it were not there.
    package internal(set) var asksForUpgrade = false
    package internal(set) var fields = HeaderFields()
    /// The bytes of the head with its empty line; the body begins there.
    package internal(set) var byteCount = 0

    package init() {}

    /// 1xx: another response head for the same request follows.
    @inlinable package var isInterim: Bool { status >= 100 && status < 200 }

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
