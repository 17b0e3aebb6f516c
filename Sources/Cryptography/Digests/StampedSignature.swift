/// How one party proves to another, over HTTP, who it is that tells something: `X-Signature` is the HMAC-SHA-256, in
/// hexadecimal digits, over the value of `X-Timestamp` (seconds since 1970), a dot, and the body.
public enum StampedSignature {
    public static let timestampField = "x-timestamp"
    public static let signatureField = "x-signature"

    public static func of(_ body: Span<UInt8>, stamp: Span<UInt8>, key: HMACKey) -> Digest<32> {
        var signing = key.signing()
        signing.update(stamp)
        signing.update(".".utf8Span.span)
        signing.update(body)
        return signing.signature()
    }
}
