/// The backslashes inside JSON texts.
package enum JSONEscapes {
    /// Appends the text that these bytes from between two quotes stand for. False, with nothing appended, for an escape
    /// that JSON does not have, and for half a surrogate pair.
    package static func unescape(_ bytes: Span<UInt8>, into out: inout [UInt8]) -> Bool {
        let before = out.count
        var place = 0
        while place < bytes.count {
            if bytes[place] != UInt8(ascii: "\\") {
                out.append(bytes[place])
                place += 1
                continue
            }
            guard let (scalar, count) = scalar(at: place, in: bytes) else {
                out.removeLast(out.count - before)
                return false
            }
            for byte in UTF8.encode(scalar) ?? .init() { out.append(byte) }
            place += count
        }
        return true
    }

    /// Whether the bytes from between two quotes stand for this text.
    static func areEqual(_ escaped: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        var (place, end) = (0, 0)
        while place < escaped.count {
            guard escaped[place] == UInt8(ascii: "\\") else {
                guard end < text.count, escaped[place] == text[end] else { return false }
                place += 1
                end += 1
                continue
            }
            guard let (scalar, count) = scalar(at: place, in: escaped) else { return false }
            for byte in UTF8.encode(scalar) ?? .init() {
                guard end < text.count, byte == text[end] else { return false }
                end += 1
            }
            place += count
        }
        return end == text.count
    }

    /// What the escape that begins here stands for, and how many bytes it takes.
    static func scalar(at start: Int, in bytes: Span<UInt8>) -> (Unicode.Scalar, count: Int)? {
        guard start + 1 < bytes.count else { return nil }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return ("\"", 2)
        case UInt8(ascii: "\\"): return ("\\", 2)
        case UInt8(ascii: "/"): return ("/", 2)
        case UInt8(ascii: "b"): return ("\u{8}", 2)
        case UInt8(ascii: "f"): return ("\u{C}", 2)
        case UInt8(ascii: "n"): return ("\n", 2)
        case UInt8(ascii: "r"): return ("\r", 2)
        case UInt8(ascii: "t"): return ("\t", 2)
        case UInt8(ascii: "u"): return hexadecimalScalar(at: start, in: bytes)
        default: return nil
        }
    }

    private static func hexadecimalScalar(at start: Int, in bytes: Span<UInt8>) -> (Unicode.Scalar, count: Int)? {
        guard let unit = unit(at: start + 2, in: bytes) else { return nil }
        if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
        guard unit < 0xDC00, start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
            bytes[start + 7] == UInt8(ascii: "u"), let low = self.unit(at: start + 8, in: bytes),
            0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { return nil }
        return (scalar, 12)
    }

    private static func unit(at start: Int, in bytes: Span<UInt8>) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var unit: UInt32 = 0
        for index in start..<start + 4 {
            let digit = bytes[index]
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(digit - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(digit - 0x57)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(digit - 0x37)
            default: return nil
            }
        }
        return unit
    }
}
