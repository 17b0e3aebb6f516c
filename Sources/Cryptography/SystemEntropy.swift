import Glibc

/// Random bytes of the kernel, for keys and serial numbers.
///
/// Ambient randomness, which is forbidden everywhere else: a secret that a seed reproduces is none. Nothing that decides
/// a schedule, a draw or a trace may come from here; those take a seeded generator.
public struct SystemEntropy: Sendable {
    /// What one call of getentropy(3) gives at most.
    private static let chunk = 256

    public init() {}

    public func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        for start in stride(from: 0, to: count, by: Self.chunk) {
            let end = min(start + Self.chunk, count)
            let result = unsafe bytes[start..<end].withUnsafeMutableBytes {
                unsafe getentropy($0.baseAddress, $0.count)
            }
            precondition(result == 0, "getentropy failed: \(systemErrorText(errno))")
        }
        return bytes
    }
}
