package import ChannelProfile
package import Money
package import Timebase

/// One line of a bank's statement: what it did to its books, and for whom.
package struct StatementLine: Sendable, Equatable {
    /// From 1, without gaps.
    package var sequence: UInt64
    /// When it was booked, since the bank's clock began.
    package var at: TimeSpan
    package var reference: PaymentReference
    /// The digest of the reference of the payment that a capture, reverse or refund is about; 0 for itself.
    package var payment: UInt128
    package var operation: Operation
    package var booking: ChannelEntry.Booking
    /// In minor units.
    package var amount: Int64
    package var currency: Currency?

    package init(
        sequence: UInt64, at: TimeSpan, reference: PaymentReference, payment: UInt128 = 0, operation: Operation,
        booking: ChannelEntry.Booking, amount: Int64, currency: Currency?
    ) {
        self.sequence = sequence
        self.at = at
        self.reference = reference
        self.payment = payment
        self.operation = operation
        self.booking = booking
        self.amount = amount
        self.currency = currency
    }

    /// The names of its fields, in their order, in both forms.
    enum Field: String, CaseIterable {
        case sequence
        case at = "at_ns"
        case reference
        case payment = "payment_digest"
        case operation
        case booking
        case amount = "amount_minor"
        case currency
    }
}

extension ChannelEntry.Booking {
    package var name: String { Self.names[Int(rawValue)] }

    package init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self = Self.allCases[index]
    }

    /// The cases' own names; they are in the order of their numbers.
    private static let names = allCases.map { "\($0)" }
}

// MARK: Writing

extension StatementLine {
    /// The first line of a CSV, without which no reader knows the fields.
    static let header = Field.allCases.map(\.rawValue).joined(separator: ",") + "\r\n"

    /// No line is longer, in either form.
    static let bytesMax = 512

    func append(_ form: StatementRule.Form, to bytes: inout [UInt8]) {
        switch form {
        case .csv: appendCSV(to: &bytes)
        case .ndjson: appendJSON(to: &bytes)
        }
    }

    private func appendCSV(to bytes: inout [UInt8]) {
        bytes.append(decimal: sequence)
        bytes.append(",")
        bytes.append(decimal: at.nanoseconds)
        bytes.append(",")
        append(csv: reference, to: &bytes)
        bytes.append(",")
        if payment != 0 { bytes.append(hexadecimal: payment) }
        bytes.append(",\(operation.rawValue),\(booking.name),")
        bytes.append(decimal: amount)
        bytes.append(",")
        if let currency { bytes.append(currency.code) }
        bytes.append("\r\n")
    }

    /// A reference may begin with what a spreadsheet takes for a formula. An apostrophe before it makes it text again,
    /// and is unambiguous, since no reference has one.
    private func append(csv reference: PaymentReference, to bytes: inout [UInt8]) {
        let text = reference.bytes
        let isQuoted = text.contains(UInt8(ascii: ","))
        if isQuoted { bytes.append("\"") }
        if Self.formulaStarts.contains(text[0]) { bytes.append("'") }
        bytes.append(contentsOf: text)
        if isQuoted { bytes.append("\"") }
    }

    private static let formulaStarts = Array("=+-@".utf8)

    static func withoutApostrophe(_ field: String) -> String {
        guard field.utf8.first == UInt8(ascii: "'"), let second = field.utf8.dropFirst().first,
            formulaStarts.contains(second)
        else { return field }
        return String(field.dropFirst())
    }

    private func appendJSON(to bytes: inout [UInt8]) {
        bytes.append("{\"sequence\":")
        bytes.append(decimal: sequence)
        bytes.append(",\"at_ns\":")
        bytes.append(decimal: at.nanoseconds)
        bytes.append(",\"reference\":\"")
        for byte in reference.bytes {
            if byte == UInt8(ascii: "\\") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append("\",\"payment_digest\":")
        if payment == 0 {
            bytes.append("null")
        } else {
            bytes.append("\"")
            bytes.append(hexadecimal: payment)
            bytes.append("\"")
        }
        bytes.append(",\"operation\":\"\(operation.rawValue)\",\"booking\":\"\(booking.name)\",\"amount_minor\":")
        bytes.append(decimal: amount)
        bytes.append(currency.map { ",\"currency\":\"\($0.code)\"}\n" } ?? ",\"currency\":null}\n")
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }
    fileprivate mutating func append(decimal number: some FixedWidthInteger) { append(String(number)) }

    /// All 32 digits.
    mutating func append(hexadecimal number: UInt128) {
        for place in stride(from: 124 as UInt128, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> place) & 15
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}
