/// Bytes in the alphabet of RFC 4648, section 5, without padding.
public enum Base64URL {
    public static func textCount(of byteCount: Int) -> Int {
        (byteCount * 4 + 2) / 3
    }

    /// Writes the text to the front of `text`, which must have room for it; allocates nothing.
    public static func write(_ bytes: Span<UInt8>, into text: inout MutableSpan<UInt8>) {
        let count = textCount(of: bytes.count)
        precondition(text.count >= count, "\(text.count) bytes cannot hold \(bytes.count) in base64url")
        // The bits not yet written, the newest at the low end.
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        var end = 0
        for index in bytes.indices {
            bits = bits << 8 | UInt32(bytes[index])
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                text[end] = digit(UInt8(truncatingIfNeeded: bits >> bitCount) & 63)
                end += 1
            }
        }
        if bitCount > 0 { text[end] = digit(UInt8(truncatingIfNeeded: bits << (6 - bitCount)) & 63) }
    }

    public static func text(_ bytes: Span<UInt8>) -> String {
        String(byteCount: textCount(of: bytes.count)) { write(bytes, into: &$0) }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + (value - 26)
        case 52..<62: UInt8(ascii: "0") + (value - 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }
}
