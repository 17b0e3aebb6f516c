internal import ChannelProfile
internal import JSON
internal import Money
internal import Timebase

/// The fields of one line as texts, in their order, before anyone knows what they mean.
struct StatementFields {
    /// Of the line in its text.
    let number: Int
    let texts: [String?]

    func line() throws(StatementFault) -> StatementLine {
        StatementLine(
            sequence: try whole(.sequence), at: .nanoseconds(try whole(.at)), reference: try reference(),
            payment: try payment(), operation: try operation(), booking: try booking(), amount: try whole(.amount),
            currency: try currency())
    }

    private func text(_ field: StatementLine.Field) -> String {
        let place = StatementLine.Field.allCases.firstIndex(of: field) ?? 0
        return texts[place] ?? ""
    }

    private func expected(_ what: String, _ field: StatementLine.Field) -> StatementFault {
        StatementFault(
            line: number, reason: "'\(field.rawValue)': expected \(what), found \(Self.shown(text(field)))")
    }

    /// What others wrote, cut short, and without what a terminal would take for a command.
    static func shown(_ text: String) -> String {
        JSONValue.quoted(text.count > 40 ? text.prefix(40) + "..." : text)
    }

    /// Written as we write it: no plus, no zeros in front.
    private func whole<Whole: FixedWidthInteger>(_ field: StatementLine.Field) throws(StatementFault) -> Whole {
        guard let number = Whole(text(field)), String(number) == text(field) else {
            throw expected("a whole number", field)
        }
        return number
    }

    private func reference() throws(StatementFault) -> PaymentReference {
        guard let reference = PaymentReference(text(.reference)) else {
            throw expected("a reference of 1 to \(PaymentReference.bytesMax) printable characters", .reference)
        }
        return reference
    }

    private func payment() throws(StatementFault) -> UInt128 {
        let text = text(.payment)
        if text.isEmpty { return 0 }
        let isLower = text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || 97...102 ~= $0 }
        guard isLower, text.utf8.count == 32, let digest = UInt128(text, radix: 16), digest != 0 else {
            throw expected("32 hexadecimal digits or nothing", .payment)
        }
        return digest
    }

    private func operation() throws(StatementFault) -> Operation {
        guard let operation = Operation(rawValue: text(.operation)) else {
            throw expected("one of \(Operation.allCases.map(\.rawValue).joined(separator: ", "))", .operation)
        }
        return operation
    }

    private func booking() throws(StatementFault) -> ChannelEntry.Booking {
        guard let booking = ChannelEntry.Booking(name: text(.booking)), booking != .none else {
            let names = ChannelEntry.Booking.allCases.dropFirst().map(\.name)
            throw expected("one of \(names.joined(separator: ", "))", .booking)
        }
        return booking
    }

    private func currency() throws(StatementFault) -> Currency? {
        let text = text(.currency)
        if text.isEmpty { return nil }
        guard let currency = try? Currency(text) else { throw expected("a currency's code or nothing", .currency) }
        return currency
    }
}
