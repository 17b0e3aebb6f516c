public import SeededRandom

/// The W3C field `traceparent`: `00-<32 digits of the trace>-<16 digits of the span>-01`.
public enum Traceparent {
    public static let byteCount = 55

    /// Appends the value that belongs to this place of the seed's tree. It allocates nothing where the array has room.
    public static func append(seed: Seed, to bytes: inout [UInt8]) {
        // The standard refuses a trace or a span of zeros.
        bytes.append(text: "00-")
        bytes.append(digitsOf: seed.child(0).bits)
        bytes.append(digitsOf: seed.child(1).bits | 1)
        bytes.append(text: "-")
        bytes.append(digitsOf: seed.child(2).bits | 1)
        bytes.append(text: "-01")
    }
}

extension [UInt8] {
    @inline(__always)
    fileprivate mutating func append(text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }

    /// Sixteen at once: every request has three of these, and digit by digit they are a tenth of its cost.
    @inline(__always)
    fileprivate mutating func append(digitsOf word: UInt64) {
        let digits = (
            Self.digits(UInt32(truncatingIfNeeded: word &>> 32)), Self.digits(UInt32(truncatingIfNeeded: word))
        )
        // The pointer does not leave the call.
        unsafe Swift.withUnsafeBytes(of: digits) { unsafe append(contentsOf: $0) }
    }

    /// Eight hexadecimal digits as bytes, the most significant first in memory: nibbles are spread, and those above
    /// nine moved on to the letters.
    @inline(__always)
    private static func digits(_ bits: UInt32) -> UInt64 {
        var spread = UInt64(bits.byteSwapped)
        spread = (spread | spread &<< 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread &<< 8) & 0x00FF_00FF_00FF_00FF
        let low: UInt64 = 0x000F_000F_000F_000F
        let nibbles = (spread &>> 4) & low | (spread & low) &<< 8
        let isLetter = ((nibbles &+ 0x0606_0606_0606_0606) &>> 4) & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27).littleEndian
    }
}
