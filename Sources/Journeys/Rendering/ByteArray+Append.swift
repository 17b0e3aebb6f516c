extension [UInt8] {
    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>) {
        // The pointer does not leave the call.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    mutating func appendDecimal(_ value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        repeat {
            first &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits[first] = 0x30 | UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        append(digits.span.extracting(first..<20))
    }

    /// Sixteen digits.
    mutating func appendHexadecimal(_ word: UInt64) {
        let digits: InlineArray<16, UInt8> = .init { place in
            hexadecimalDigit(UInt8(truncatingIfNeeded: word &>> UInt64(60 &- 4 &* place)) & 15, letter: 0x61)
        }
        append(digits.span)
    }

    mutating func appendHexadecimal(_ bytes: Span<UInt8>) {
        for index in bytes.indices {
            append(hexadecimalDigit(bytes[index] >> 4, letter: 0x61))
            append(hexadecimalDigit(bytes[index] & 15, letter: 0x61))
        }
    }

    mutating func appendPercentEncoded(_ value: Span<UInt8>, isForm: Bool) {
        for index in value.indices {
            let byte = value[index]
            if isUnreserved(byte), !(isForm && byte == UInt8(ascii: "~")) {
                append(byte)
            } else if isForm, byte == 0x20 {
                append(UInt8(ascii: "+"))
            } else {
                append(UInt8(ascii: "%"))
                append(hexadecimalDigit(byte >> 4, letter: 0x41))
                append(hexadecimalDigit(byte & 15, letter: 0x41))
            }
        }
    }

    mutating func appendFieldValue(_ value: Span<UInt8>) {
        for index in value.indices {
            let byte = value[index]
            append(byte < 0x20 || byte == 0x7F ? 0x20 : byte)
        }
    }

    /// JSON's escapes; the bytes are UTF-8.
    mutating func appendEscaped(_ value: Span<UInt8>) {
        var start = 0
        for index in value.indices {
            let byte = value[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(value.extracting(start..<index))
            start = index + 1
            append(UInt8(ascii: "\\"))
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
            case 0x0A: append(UInt8(ascii: "n"))
            case 0x0D: append(UInt8(ascii: "r"))
            case 0x09: append(UInt8(ascii: "t"))
            default:
                append("u00".utf8.span)
                append(hexadecimalDigit(byte >> 4, letter: 0x61))
                append(hexadecimalDigit(byte & 15, letter: 0x61))
            }
        }
        append(value.extracting(start..<value.count))
    }
}

extension Span<UInt8> {
    /// Nothing in it needs escaping, wherever it stands.
    var isUnreserved: Bool {
        for index in indices where !Journeys.isUnreserved(self[index]) || self[index] == UInt8(ascii: "~") {
            return false
        }
        return true
    }
}

/// RFC 3986: letters, digits, `-._~`.
@inline(__always)
func isUnreserved(_ byte: UInt8) -> Bool {
    let low: UInt64 = 0x03ff_6000_0000_0000
    let high: UInt64 = 0x47ff_fffe_87ff_fffe
    return byte < 128 && ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
}

@inline(__always)
private func hexadecimalDigit(_ value: UInt8, letter: UInt8) -> UInt8 {
    value < 10 ? 0x30 | value : letter &+ value &- 10
}
