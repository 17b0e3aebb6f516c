import ChannelProfile
import Money
import SQLite
import StackVocabulary

/// Questions about one namespace, on whichever connection it is given. A page is one statement's view of the file: what
/// is committed meanwhile is in the next.
final class LedgerReadings {
    private let database: Database
    private let prefix: String
    private var prepared: [String: Statement] = [:]

    init(_ namespace: Namespace, in database: Database) {
        self.database = database
        prefix = LedgerSchema.prefix(namespace)
    }

    /// Compiled when it is first used.
    private func statement(_ sql: String) throws(DatabaseError) -> Statement {
        if let statement = prepared[sql] { return statement }
        let statement = try database.prepare(sql)
        prepared[sql] = statement
        return statement
    }

    private func rows<Row>(
        _ statement: Statement, _ read: (Statement) throws(DatabaseError) -> Row
    ) throws(DatabaseError) -> [Row] {
        defer { statement.reset() }
        var rows: [Row] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    // MARK: One record

    func payment(_ id: RecordID) throws(DatabaseError) -> Payment? {
        let one = try statement("SELECT \(Payment.columns) FROM \(prefix)payments WHERE id = ?")
        one.bind(1, id)
        return try rows(one) { row throws(DatabaseError) in try Payment(row) }.first
    }

    func refund(_ id: RecordID) throws(DatabaseError) -> Refund? {
        let one = try statement("SELECT \(Refund.columns) FROM \(prefix)refunds WHERE id = ?")
        one.bind(1, id)
        return try rows(one) { row throws(DatabaseError) in try Refund(row) }.first
    }

    func claim(_ merchant: MerchantID, _ key: PaymentReference) throws(DatabaseError) -> Claim? {
        let one = try statement(
            """
            SELECT fingerprint_high, fingerprint_low, record, status, body FROM \(prefix)claims
            LEFT JOIN \(prefix)replies ON claim = number WHERE merchant = ? AND key = ?
            """)
        one.bind(1, Int64(merchant.number))
        one.bind(2, text: key.bytes.span)
        return try rows(one) { row throws(DatabaseError) in
            let fingerprint =
                UInt128(UInt64(bitPattern: row.integer(0))) << 64 | UInt128(UInt64(bitPattern: row.integer(1)))
            let reply =
                row.isNull(3)
                ? nil
                : SavedReply(
                    merchant: merchant, key: key, status: UInt16(truncatingIfNeeded: row.integer(3)), body: row.bytes(4)
                )
            return Claim(
                merchant: merchant, key: key, fingerprint: fingerprint, record: row.recordID(2), reply: reply)
        }.first
    }

    /// Its row, and what the journal has behind the last flush.
    func balance(_ account: Account, _ currency: Currency) throws(DatabaseError) -> Int64 {
        let one = try statement(
            """
            SELECT coalesce((SELECT amount FROM \(prefix)balances WHERE account = ?1 AND currency = ?2), 0)
              + coalesce((SELECT sum(amount) FROM \(prefix)journal
                  WHERE number > (SELECT flushed FROM \(prefix)progress) AND account = ?1 AND currency = ?2), 0)
            """)
        one.bind(1, account.bits)
        one.bind(2, currency)
        return try rows(one) { $0.integer(0) }.first ?? 0
    }

    // MARK: After a restart

    func openPayments(after id: RecordID?, limit: Int) throws(DatabaseError) -> [Payment] {
        let open = try statement(
            "SELECT \(Payment.columns) FROM \(prefix)payments WHERE state < 6 AND id > ? ORDER BY id LIMIT ?")
        open.bind(1, id.map { Int64(bitPattern: $0.bits) } ?? -1)
        open.bind(2, Int64(limit))
        return try rows(open) { row throws(DatabaseError) in try Payment(row) }
    }

    func openRefunds(after id: RecordID?, limit: Int) throws(DatabaseError) -> [Refund] {
        let open = try statement(
            "SELECT \(Refund.columns) FROM \(prefix)refunds WHERE state < 2 AND id > ? ORDER BY id LIMIT ?")
        open.bind(1, id.map { Int64(bitPattern: $0.bits) } ?? -1)
        open.bind(2, Int64(limit))
        return try rows(open) { row throws(DatabaseError) in try Refund(row) }
    }

    func dueNotifications(limit: Int) throws(DatabaseError) -> [Notification] {
        let waiting = try statement(
            """
            SELECT \(Notification.columns) FROM \(prefix)notifications INDEXED BY \(prefix)notifications_open
            WHERE state = 0 ORDER BY due_ms, number LIMIT ?
            """)
        waiting.bind(1, Int64(limit))
        return try rows(waiting) { Notification($0) }
    }

    // MARK: Pages

    func page(
        _ table: ExportTable, after place: Int64, limit: Int, _ channels: ChannelNames
    ) throws(DatabaseError) -> ExportPage {
        var lines = ExportLines(channels)
        var last = place
        // One view for the rows and the watermark.
        try database.run("BEGIN")
        defer { database.rollBack() }
        let page = try statement(pageSQL(table))
        page.bind(1, place)
        page.bind(2, Int64(limit))
        defer { page.reset() }
        while try page.step() {
            try append(page, of: table, to: &lines)
            last = page.integer(0)
        }
        let watermark = try rows(statement("SELECT change FROM \(prefix)progress")) { $0.integer(0) }.first ?? 0
        return ExportPage(lines: lines.bytes, count: lines.count, last: last, watermark: watermark)
    }

    /// Counted by the pages of each table, without reading its rows. The reader has a thread of its own: nobody who pays
    /// waits for it.
    func counts() throws(DatabaseError) -> LedgerCounts {
        try database.run("BEGIN")
        defer { database.rollBack() }
        var counted: [Int64] = []
        for table in ExportTable.allCases {
            counted += try rows(statement("SELECT count(*) FROM \(prefix)\(table.rawValue)")) { $0.integer(0) }
        }
        let watermark = try rows(statement("SELECT change FROM \(prefix)progress")) { $0.integer(0) }.first ?? 0
        return LedgerCounts(rows: counted, watermark: watermark)
    }

    private func pageSQL(_ table: ExportTable) -> String {
        switch table {
        case .payments: "SELECT \(Payment.columns) FROM \(prefix)payments WHERE id > ? ORDER BY id LIMIT ?"
        case .refunds: "SELECT \(Refund.columns) FROM \(prefix)refunds WHERE id > ? ORDER BY id LIMIT ?"
        case .attempts:
            "SELECT \(AttemptRecord.columns) FROM \(prefix)attempts WHERE number > ? ORDER BY number LIMIT ?"
        case .journal: "SELECT \(JournalRow.columns) FROM \(prefix)journal WHERE number > ? ORDER BY number LIMIT ?"
        case .notifications:
            "SELECT \(Notification.columns) FROM \(prefix)notifications WHERE number > ? ORDER BY number LIMIT ?"
        case .balances:
            """
            WITH behind AS MATERIALIZED (
              SELECT account, currency, sum(amount) AS more FROM \(prefix)journal
              WHERE number > (SELECT flushed FROM \(prefix)progress) GROUP BY account, currency)
            SELECT number, account, currency, amount + coalesce(more, 0) FROM \(prefix)balances
            LEFT JOIN behind USING (account, currency) WHERE number > ? ORDER BY number LIMIT ?
            """
        }
    }

    private func append(
        _ row: Statement, of table: ExportTable, to lines: inout ExportLines
    ) throws(DatabaseError) {
        switch table {
        case .payments: lines.append(try Payment(row))
        case .refunds: lines.append(try Refund(row))
        case .attempts: lines.append(try AttemptRecord(row))
        case .journal: lines.append(try JournalRow(row))
        case .balances:
            lines.append(try row.sound(Account(bits: row.integer(1)), 1), try row.currency(2), row.integer(3))
        case .notifications:
            let state = NotificationState(rawValue: UInt8(truncatingIfNeeded: row.integer(3)))
            lines.append(Notification(row), try row.sound(state, 3))
        }
    }
}
