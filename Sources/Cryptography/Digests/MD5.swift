internal import COpenSSL

/// MD5, for the banks whose interfaces still sign with it. It protects nothing against a forger.
public struct MD5: Sendable {
    private var state = spillway_md5()

    public init() {
        unsafe spillway_md5_start(&state)
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe spillway_md5_update(&state, $0.baseAddress, $0.count) }
    }

    /// The digest of the bytes so far; more may follow.
    public func digest() -> Digest<16> {
        var state = state
        return unsafe Digest.filled { unsafe spillway_md5_finish(&state, $0) }
    }

    public static func digest(of bytes: Span<UInt8>) -> Digest<16> {
        var hash = Self()
        hash.update(bytes)
        return hash.digest()
    }
}
