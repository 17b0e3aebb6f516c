/// Numbers as sources write them: an optional minus, digits, at most one point with digits behind it. Nothing is guessed:
/// no plus, no spaces, no thousands, no exponents.
enum DecimalText {
    static func whole(_ bytes: Span<UInt8>) throws(CellFlaw) -> Int64 {
        let isNegative = bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard bytes.count > start else { throw .notWhole }
        var value: Int64 = 0
        // Eighteen digits cannot overflow.
        let isShort = bytes.count - start <= 18
        for index in start..<bytes.count {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { throw .notWhole }
            value = isShort ? value &* 10 &- Int64(digit) : try append(digit, to: value)
        }
        if isNegative { return value }
        guard value != .min else { throw .tooLarge }
        return -value
    }

    /// Times 10 to the power of `digits`; more decimals than that are an error, or are cut off.
    static func scaled(_ bytes: Span<UInt8>, by digits: Int, isExact: Bool) throws(CellFlaw) -> Int64 {
        let isNegative = bytes[0] == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        var (value, isThere): (Int64, Bool) = (0, false)
        while index < bytes.count, bytes[index] &- 0x30 < 10 {
            value = try append(bytes[index] &- 0x30, to: value)
            isThere = true
            index += 1
        }
        var missing = digits
        if isThere, index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            isThere = false
            while index < bytes.count, bytes[index] &- 0x30 < 10 {
                let digit = bytes[index] &- 0x30
                if missing > 0 {
                    value = try append(digit, to: value)
                    missing -= 1
                } else if isExact, digit != 0 {
                    throw .moreDecimals(digits)
                }
                isThere = true
                index += 1
            }
        }
        guard isThere, index == bytes.count else { throw .moreDecimals(digits) }
        while missing > 0 {
            value = try append(0, to: value)
            missing -= 1
        }
        if isNegative { return value }
        guard value != .min else { throw .tooLarge }
        return -value
    }

    /// Values are kept below zero, where there is room for one more.
    @inline(__always)
    private static func append(_ digit: UInt8, to value: Int64) throws(CellFlaw) -> Int64 {
        let (tenfold, isOver) = value.multipliedReportingOverflow(by: 10)
        let (sum, isOverToo) = tenfold.subtractingReportingOverflow(Int64(digit))
        if isOver || isOverToo { throw .tooLarge }
        return sum
    }
}
