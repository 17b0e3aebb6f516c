// Goal: whoever meets a request of a drill can tell, without asking anyone, that it is shadow traffic, of which run, and
// that nobody else made the mark.
// Method: a token that every request carries in a header:
//
//     v1.<run>.<expiry>.<signature>     HMAC-SHA-256 over what stands before the last dot, in base64url
//
// The expiry is in whole seconds since 1970. The token is made once for a run, and compared as text: there is exactly
// one that a verifier takes for given run and expiry.
// Not here: secrecy. Whoever sees a request can copy its token until it expires; it says "do not book this", so what a
// copier gains is a request of their own that is not booked.

public import Cryptography

public struct ShadowTag: Sendable {
    public let runID: RunID
    /// The first second, counted since 1970, in which the tag is good no more.
    public let expires: Int64
    /// Safe in URLs and headers.
    public let token: String

    public init(_ runID: RunID, expires: Int64, key: HMACKey) {
        precondition(expires >= 0, "a tag that expires \(expires) seconds after 1970")
        self.runID = runID
        self.expires = expires
        token = Self.signed("\(Self.version).\(runID).\(expires)", by: key)
    }

    /// The value of the W3C field `baggage`.
    public var baggage: String { "shadow=1,run=\(runID)" }

    private static let version = "v1"
    /// The longest has 2 + 15 + 19 + 43 bytes and three dots.
    public static let tokenBytesMax = 96

    /// The tag that a token stands for, if it was signed with this key and has not expired. How long it takes tells
    /// nothing about the signature that would be right.
    public static func verify(
        _ token: String, key: HMACKey, now: Int64
    ) throws(ShadowTagError) -> ShadowTag {
        guard token.utf8.count <= tokenBytesMax else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw .malformed }
        guard parts[0] == version else { throw .unknownVersion }
        guard let runID = RunID(parts[1]), let expires = Int64(parts[2]), String(expires) == parts[2], expires >= 0
        else { throw .malformed }
        let own = ShadowTag(runID, expires: expires, key: key)
        guard ConstantTime.areEqual(own.token.utf8Span.span, token.utf8Span.span) else { throw .forged }
        guard now < expires else { throw .expired(at: expires) }
        return own
    }

    private static func signed(_ text: String, by key: HMACKey) -> String {
        "\(text).\(Base64URL.text(key.sign(text.utf8Span.span).bytes.span))"
    }
}

/// Why a token is no mark of a run.
public enum ShadowTagError: Error, Sendable, Hashable, CustomStringConvertible {
    case malformed
    case unknownVersion
    /// Made with another key, or changed on its way.
    case forged
    case expired(at: Int64)

    public var description: String {
        switch self {
        case .malformed: "the shadow token is malformed"
        case .unknownVersion: "the shadow token is of a version that is not known here"
        case .forged: "the shadow token was signed with another key, or changed"
        case .expired(let second): "the shadow token expired at \(CertificateInstant(secondsSinceEpoch: second))"
        }
    }
}
