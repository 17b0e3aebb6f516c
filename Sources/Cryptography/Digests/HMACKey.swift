// HMAC(key, message) = H((key ^ opad) || H((key ^ ipad) || message))
//
// Both padded keys fill exactly one block, so their states are computed once for a key and copied for each message: two
// of the four blocks of a short message are saved.

/// A key for HMAC-SHA-256, prepared once. Signing allocates nothing.
public struct HMACKey: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    public init(_ key: Span<UInt8>) {
        var block = InlineArray<64, UInt8>(repeating: 0)
        if key.count > block.count {
            let digest = SHA256.digest(of: key)
            for index in digest.bytes.indices { block[index] = digest.bytes[index] }
        } else {
            for index in key.indices { block[index] = key[index] }
        }
        inner = SHA256(paddedKey: Self.masked(block, 0x36))
        outer = SHA256(paddedKey: Self.masked(block, 0x5c))
    }

    public init(_ key: [UInt8]) {
        self.init(key.span)
    }

    public func sign(_ message: Span<UInt8>) -> Digest<32> {
        SHA256.authenticate(message, inner: inner, outer: outer)
    }

    /// Whether `signature` is this key's for `message`, in a time that does not tell where they differ.
    public func verifies(_ signature: Digest<32>, of message: Span<UInt8>) -> Bool {
        sign(message) == signature
    }

    /// For a message that comes in parts.
    public func signing() -> HMACSigning {
        HMACSigning(inner: inner, outer: outer)
    }

    private static func masked(_ block: InlineArray<64, UInt8>, _ mask: UInt8) -> InlineArray<64, UInt8> {
        var masked = block
        for index in masked.indices { masked[index] ^= mask }
        return masked
    }
}

/// The signature of a message that comes in parts.
public struct HMACSigning: Sendable {
    private var inner: SHA256
    private let outer: SHA256

    init(inner: SHA256, outer: SHA256) {
        self.inner = inner
        self.outer = outer
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        inner.update(bytes)
    }

    /// The signature of the bytes so far; more may follow.
    public func signature() -> Digest<32> {
        var outer = outer
        outer.update(inner.digest().bytes.span)
        return outer.digest()
    }
}
