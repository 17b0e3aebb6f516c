import ChannelProfile
import Money
import SQLite
import StackVocabulary

/// How what a change is made of stands in the columns of its table, and comes back from there.
extension Statement {
    func bind(_ place: Int32, _ id: RecordID) { bind(place, Int64(bitPattern: id.bits)) }

    func bind(_ place: Int32, _ currency: Currency) {
        let letters = currency.letters
        let code: InlineArray<3, UInt8> = [
            UInt8(truncatingIfNeeded: letters >> 16), UInt8(truncatingIfNeeded: letters >> 8),
            UInt8(truncatingIfNeeded: letters),
        ]
        bind(place, text: code.span)
    }

    func recordID(_ column: Int32) -> RecordID { RecordID(bits: UInt64(bitPattern: integer(column))) }

    func currency(_ column: Int32) throws(DatabaseError) -> Currency {
        try sound(Currency(text(column).utf8Span.span), column)
    }

    func reference(_ column: Int32) throws(DatabaseError) -> PaymentReference {
        try sound(PaymentReference(text(column)), column)
    }

    /// What this program never writes is not read as something else.
    func sound<Value>(_ value: Value?, _ column: Int32) throws(DatabaseError) -> Value {
        guard let value else {
            throw DatabaseError("read a row", code: 11, "'\(text(column))' in column \(column) has no meaning")
        }
        return value
    }
}

extension Payment {
    static let columns = """
        id, merchant, key, currency, amount, bin, captures_at_once, notify, created_ms, changed_ms, state, version, \
        channel, attempt, captured, refunded, refund_pending, reason, queries
        """

    init(_ row: Statement) throws(DatabaseError) {
        self.init(
            id: row.recordID(0), merchant: MerchantID(number: UInt32(truncatingIfNeeded: row.integer(1))),
            key: try row.reference(2), amount: Money(minor: row.integer(4), try row.currency(3)),
            bin: UInt32(truncatingIfNeeded: row.integer(5)), capturesAtOnce: row.integer(6) != 0,
            notify: row.isNull(7) ? nil : row.text(7), createdAt: row.integer(8), changedAt: row.integer(9))
        state = try row.sound(PaymentState(rawValue: UInt8(truncatingIfNeeded: row.integer(10))), 10)
        version = Int32(truncatingIfNeeded: row.integer(11))
        channel = row.isNull(12) ? nil : ChannelNumber(truncatingIfNeeded: row.integer(12))
        attempt = UInt8(truncatingIfNeeded: row.integer(13))
        captured = row.integer(14)
        refunded = row.integer(15)
        refundPending = row.integer(16)
        reason = row.text(17)
        queries = UInt8(truncatingIfNeeded: row.integer(18))
    }
}

extension Refund {
    static let columns = """
        id, payment, merchant, key, currency, amount, created_ms, changed_ms, state, version, reason, queries
        """

    init(_ row: Statement) throws(DatabaseError) {
        self.init(
            id: row.recordID(0), payment: row.recordID(1),
            merchant: MerchantID(number: UInt32(truncatingIfNeeded: row.integer(2))), key: try row.reference(3),
            amount: Money(minor: row.integer(5), try row.currency(4)), createdAt: row.integer(6),
            changedAt: row.integer(7))
        state = try row.sound(State(rawValue: UInt8(truncatingIfNeeded: row.integer(8))), 8)
        version = Int32(truncatingIfNeeded: row.integer(9))
        reason = row.text(10)
        queries = UInt8(truncatingIfNeeded: row.integer(11))
    }
}

extension AttemptRecord {
    static let columns = "number, record, kind, attempt, channel, sent_ms, ended_ms, outcome, sends"

    init(_ row: Statement) throws(DatabaseError) {
        let kind = try row.sound(BankReference.Kind(rawValue: UInt8(truncatingIfNeeded: row.integer(2))), 2)
        let attempt = try row.sound(UInt8(exactly: row.integer(3)).flatMap { $0 > 0 ? $0 : nil }, 3)
        self.init(
            reference: BankReference(row.recordID(1), kind, attempt: attempt),
            channel: ChannelNumber(truncatingIfNeeded: row.integer(4)), sentAt: row.integer(5), endedAt: row.integer(6),
            outcome: try row.sound(Outcome(rawValue: UInt8(truncatingIfNeeded: row.integer(7))), 7),
            sends: UInt8(truncatingIfNeeded: row.integer(8)))
    }
}

extension JournalRow {
    static let columns = "number, change, at_ms, record, account, currency, amount"

    init(_ row: Statement) throws(DatabaseError) {
        let account = try row.sound(Account(bits: row.integer(4)), 4)
        self.init(
            number: row.integer(0), change: row.integer(1), at: row.integer(2),
            record: row.isNull(3) ? nil : row.recordID(3),
            posting: Posting(account: account, amount: Money(minor: row.integer(6), try row.currency(5))))
    }
}

extension Notification {
    static let columns = "number, record, version, state, attempts, due_ms, url, body"

    init(_ row: Statement) {
        self.init(
            id: ID(record: row.recordID(1), version: Int32(truncatingIfNeeded: row.integer(2))), url: row.text(6),
            body: row.bytes(7), attempts: UInt8(truncatingIfNeeded: row.integer(4)), dueAt: row.integer(5))
    }
}
