/// A running fingerprint of everything that happened in a simulated world, in order. Two runs of one seed that differ
/// anywhere differ here.
public struct TraceHash: Sendable {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
    public private(set) var count: UInt64 = 0

    /// One multiply and one shift an event: it must not slow the simulation down.
    public mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0x9e37_79b9_7f4a_7c15
        value ^= value >> 29
        count &+= 1
    }

    public mutating func mix(_ word: Int64) { mix(UInt64(bitPattern: word)) }

    /// Eight bytes at a time.
    mutating func mix(_ bytes: [UInt8]) {
        var index = 0
        while bytes.count - index >= 8 {
            let word = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            mix(UInt64(bigEndian: word))
            index += 8
        }
        while index < bytes.count {
            var word: UInt64 = 0
            for offset in 0..<min(8, bytes.count - index) { word = word << 8 | UInt64(bytes[index + offset]) }
            mix(word)
            index += 8
        }
        mix(UInt64(bytes.count))
    }
}
