internal import COpenSSL

/// The result of a hash or a message authentication code. Comparison takes the same time wherever two digests differ,
/// so that a forger learns nothing from it.
public struct Digest<let byteCount: Int>: Sendable {
    public var bytes: InlineArray<byteCount, UInt8>

    public init(_ bytes: InlineArray<byteCount, UInt8>) {
        self.bytes = bytes
    }

    /// Lower-case hexadecimal digits.
    public var hexadecimal: String {
        Hexadecimal.text(bytes.span)
    }
}

extension Digest {
    /// A digest that `fill` writes.
    static func filled(_ fill: (UnsafeMutablePointer<UInt8>) -> Void) -> Self {
        var bytes = InlineArray<byteCount, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { unsafe fill(start) }
        }
        return Self(bytes)
    }
}

extension Digest: Equatable {
    public static func == (left: Self, right: Self) -> Bool {
        ConstantTime.areEqual(left.bytes.span, right.bytes.span)
    }
}

extension Digest: CustomStringConvertible {
    public var description: String { hexadecimal }
}

public enum ConstantTime {
    /// Whether two byte strings are equal, in a time that depends on their lengths alone.
    public static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}
