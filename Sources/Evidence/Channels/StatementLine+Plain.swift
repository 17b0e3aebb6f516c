internal import ChannelProfile
internal import Money
internal import Timebase

/// A line of a statement in CSV as banks write nearly all of them, taken straight from its bytes: no text is made of a field
/// that is none, which is most of what reading a long statement costs.
///
/// It gives nothing for whatever is not plain (quotes, an apostrophe, a slip): that is read, or explained, by the reader who
/// looks at every field for itself. So what it takes must be what that one takes, which a test holds them to.
extension StatementLine {
    /// - Parameter bytes: without the line's end.
    static func plain(_ bytes: Span<UInt8>) -> StatementLine? {
        var place = 0
        guard let sequence = UInt64(exactly: bytes.plainNumber(&place) ?? -1), let at = bytes.plainNumber(&place),
            let reference = PaymentReference(bytes.extracting(bytes.plainField(&place))), !reference.isSpecial,
            bytes.plainField(&place).isEmpty,
            let operation = Self.operation(bytes.extracting(bytes.plainField(&place))),
            let booking = Self.booking(bytes.extracting(bytes.plainField(&place))),
            let amount = bytes.plainNumber(&place)
        else { return nil }
        let code = bytes.extracting(bytes.plainField(&place))
        guard place == bytes.count + 1 else { return nil }
        let currency = code.isEmpty ? nil : Currency(code)
        guard currency != nil || code.isEmpty else { return nil }
        return StatementLine(
            sequence: sequence, at: .nanoseconds(at), reference: reference, operation: operation, booking: booking,
            amount: amount, currency: currency)
    }

    private static let operations = Operation.allCases.map { (bytes: Array($0.rawValue.utf8), operation: $0) }
    private static let bookings = ChannelEntry.Booking.allCases.dropFirst()
        .map { (bytes: Array($0.name.utf8), booking: $0) }

    private static func operation(_ word: Span<UInt8>) -> Operation? {
        for known in operations where word.isEqual(to: known.bytes) { return known.operation }
        return nil
    }

    private static func booking(_ word: Span<UInt8>) -> ChannelEntry.Booking? {
        for known in bookings where word.isEqual(to: known.bytes) { return known.booking }
        return nil
    }
}

extension PaymentReference {
    /// A formula in the eyes of a spreadsheet, which statements write with an apostrophe.
    fileprivate var isSpecial: Bool { [0x3D, 0x2B, 0x2D, 0x40].contains(UInt8(truncatingIfNeeded: words.0)) }
}

extension Span<UInt8> {
    /// Up to the next comma, or to the end; `place` is behind it then.
    fileprivate func plainField(_ place: inout Int) -> Range<Int> {
        let start = Swift.min(place, count)
        var end = start
        while end < count, self[end] != UInt8(ascii: ",") { end += 1 }
        place = end + 1
        return start..<end
    }

    /// As we write it: no plus, no zeros in front, at most 18 digits.
    fileprivate func plainNumber(_ place: inout Int) -> Int64? {
        let field = extracting(plainField(&place))
        let isNegative = !field.isEmpty && field[0] == UInt8(ascii: "-")
        let first = isNegative ? 1 : 0
        guard 1...18 ~= field.count - first else { return nil }
        guard field[first] != UInt8(ascii: "0") || field.count == 1 else { return nil }
        var number: Int64 = 0
        for index in first..<field.count {
            let digit = field[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number &* 10 &+ Int64(digit)
        }
        return isNegative ? -number : number
    }

    fileprivate func isEqual(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
