extension [UInt8] {
    @inline(__always)
    public mutating func append(_ bytes: Span<UInt8>) {
        // The pointer does not leave the call.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Numbers without a String between: a length is written with every message.
    mutating func appendDecimal(_ value: UInt64) {
        if value < 10 {
            append(0x30 | UInt8(truncatingIfNeeded: value))
            return
        }
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

    mutating func appendHexadecimal(_ value: UInt64) {
        var shift = (63 &- (value | 1).leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value &>> UInt64(shift)) & 0xf
            append(digit < 10 ? 0x30 | digit : 0x57 &+ digit)
            shift &-= 4
        }
    }

    mutating func appendTwoDigits(_ value: Int) {
        append(0x30 + UInt8(value / 10))
        append(0x30 + UInt8(value % 10))
    }
}

extension Span<UInt8> {
    func requireTarget() throws(WireError) {
        guard !isEmpty, endOfTarget(from: 0, to: count) == count else { throw .badTarget }
    }

    func requireFieldValue() throws(WireError) {
        guard endOfValue(from: 0, to: count) == count else { throw .badFieldValue }
    }

    func requireFieldName() throws(WireError) {
        if isEmpty { throw .emptyFieldName }
        guard endOfName(from: 0, to: count) == count else { throw .badFieldName }
        let name = Slice(0, count)
        if count == 14 && name.equalsIgnoringCase("content-length", in: self)
            || count == 17 && name.equalsIgnoringCase("transfer-encoding", in: self)
        {
            throw .reservedField
        }
    }
}
