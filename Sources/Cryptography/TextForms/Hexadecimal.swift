/// Bytes as lower-case hexadecimal digits.
public enum Hexadecimal {
    public static func textCount(of byteCount: Int) -> Int {
        byteCount * 2
    }

    /// Writes the digits to the front of `text`, which must have room for them; allocates nothing.
    public static func write(_ bytes: Span<UInt8>, into text: inout MutableSpan<UInt8>) {
        precondition(text.count >= textCount(of: bytes.count), "\(text.count) bytes cannot hold \(bytes.count) in hex")
        for index in bytes.indices {
            text[index * 2] = digit(bytes[index] >> 4)
            text[index * 2 + 1] = digit(bytes[index] & 15)
        }
    }

    public static func text(_ bytes: Span<UInt8>) -> String {
        String(byteCount: textCount(of: bytes.count)) { write(bytes, into: &$0) }
    }

    /// The bytes of a text of digits in either case; nil when it is none.
    public static func bytes(of text: Span<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = value(text[index]), let low = value(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension String {
    /// ASCII text that `write` puts into `byteCount` bytes.
    init(byteCount: Int, _ write: (inout MutableSpan<UInt8>) -> Void) {
        unsafe self.init(unsafeUninitializedCapacity: byteCount) { buffer in
            unsafe buffer.initialize(repeating: 0)
            var span = unsafe buffer.mutableSpan
            write(&span)
            return byteCount
        }
    }
}
