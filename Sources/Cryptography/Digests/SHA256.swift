internal import COpenSSL

/// SHA-256. The state is a value: a copy goes its own way. Nothing here allocates.
public struct SHA256: Sendable {
    private var state = spillway_sha256()

    public init() {
        unsafe spillway_sha256_start(&state)
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe spillway_sha256_update(&state, $0.baseAddress, $0.count) }
    }

    /// The digest of the bytes so far; more may follow.
    public func digest() -> Digest<32> {
        var state = state
        return unsafe Digest.filled { unsafe spillway_sha256_finish(&state, $0) }
    }

    public static func digest(of bytes: Span<UInt8>) -> Digest<32> {
        var hash = Self()
        hash.update(bytes)
        return hash.digest()
    }
}

extension SHA256 {
    /// The state after one padded block of an HMAC key.
    init(paddedKey block: InlineArray<64, UInt8>) {
        self.init()
        update(block.span)
    }

    /// HMAC of one message in a single call, from the states after the padded key.
    static func authenticate(_ bytes: Span<UInt8>, inner: Self, outer: Self) -> Digest<32> {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withUnsafePointer(to: inner.state) { inner in
                unsafe withUnsafePointer(to: outer.state) { outer in
                    unsafe Digest.filled {
                        unsafe spillway_hmac_sha256(inner, outer, bytes.baseAddress, bytes.count, $0)
                    }
                }
            }
        }
    }
}
