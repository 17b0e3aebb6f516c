extension [UInt8] {
    /// Numbers without a String between.
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
        append(addingCapacity: 20 &- first) { room in
            for place in first..<20 { room.append(digits[place]) }
        }
    }
}

extension Span<UInt8> {
    /// Digits and nothing else, without zeros in front, of at most 18 places: what they say. Nil otherwise.
    var decimal: Int64? {
        guard 1...18 ~= count, count == 1 || self[0] != 0x30 else { return nil }
        var value: Int64 = 0
        for index in indices {
            guard 0x30...0x39 ~= self[index] else { return nil }
            value = value &* 10 &+ Int64(self[index] &- 0x30)
        }
        return value
    }
}
