import Audit
import EventLoop
import SQLite
import StackVocabulary

/// A ledger in a file (docs/formats/ledger.md), read beside the stack that writes it: its log lets a reader be.
struct LedgerFileSource: LedgerSource {
    private let path: String
    private let loop: EventLoop

    /// Refunds are written some time after they were named: so far back they are read again.
    private static let refundsBack: Int64 = 5_000 << 22

    init(path: String, _ loop: EventLoop) {
        self.path = path
        self.loop = loop
    }

    func close() {}

    func look(_ books: LedgerBooks) async -> LedgerBooks.Found {
        let path = path
        let found = try? await loop.offload("ledger watch") { Self.read(path, books) }
        var nobody = LedgerBooks.Found()
        nobody.add(nil)
        return found ?? nobody
    }

    private static func read(_ path: String, _ books: LedgerBooks) -> LedgerBooks.Found {
        var found = LedgerBooks.Found()
        for namespace in Namespace.allCases { found.add(try? read(path, namespace, books)) }
        return found
    }

    /// The shadow's own file stands beside the live one's where the two are apart.
    private static func read(
        _ path: String, _ namespace: Namespace, _ books: LedgerBooks
    ) throws -> LedgerBooks.Found {
        let apart = namespace == .shadow ? try? Database("\(path).shadow", .reading) : nil
        let database = try apart ?? Database(path, .reading)
        try database.run("BEGIN")
        defer { try? database.run("COMMIT") }
        return try books.with(namespace) { book throws(DatabaseError) in
            try read("\(namespace.name)_", of: database, into: &book, namespace)
        }
    }

    private static func read(
        _ prefix: String, of database: Database, into book: inout LedgerBooks.Book, _ namespace: Namespace
    ) throws(DatabaseError) -> LedgerBooks.Found {
        var found = LedgerBooks.Found()
        found.watermark = try database.integer("SELECT change FROM \(prefix)progress") ?? 0
        let limit = LedgerLookout.rowsMax
        let refunds = try database.prepare(
            "SELECT id, payment, amount, state FROM \(prefix)refunds WHERE id > ? ORDER BY id LIMIT \(limit)")
        refunds.bind(1, max(0, book.refunds - refundsBack))
        while try refunds.step() {
            book.refunds = max(book.refunds, refunds.integer(0))
            book.watch.take(
                refund: record(refunds.integer(0)), of: record(refunds.integer(1)), refunds.integer(2),
                hasFailed: refunds.integer(3) == 3)
            found.rows += 1
        }
        let attempts = try database.prepare(
            "SELECT number, record FROM \(prefix)attempts WHERE number > ? AND kind = 112 AND outcome = 0 ORDER BY number LIMIT \(limit)"
        )
        attempts.bind(1, book.attempts)
        while try attempts.step() {
            book.attempts = attempts.integer(0)
            book.watch.take(approved: record(attempts.integer(1)))
            found.rows += 1
        }
        let lines = try takeJournal(prefix, of: database, into: &book)
        found.rows += UInt64(lines)
        book.end(namespace, isWhole: lines < limit, into: &found)
        return found
    }

    private static func takeJournal(
        _ prefix: String, of database: Database, into book: inout LedgerBooks.Book
    ) throws(DatabaseError) -> Int {
        let rows = try database.prepare(
            """
            SELECT number, change, record, account, currency, amount FROM \(prefix)journal WHERE number > ?
            ORDER BY number LIMIT \(LedgerLookout.rowsMax)
            """)
        rows.bind(1, book.journal)
        var count = 0
        while try rows.step() {
            count += 1
            book.journal = rows.integer(0)
            // Accounts as the stack's exports name them, but for the names of channels.
            book.watch.take(
                LedgerWatch.Line(
                    change: rows.integer(1), record: rows.isNull(2) ? nil : record(rows.integer(2)),
                    account: Account.name(ofBits: rows.integer(3)) { "\($0)" }, currency: rows.text(4),
                    amount: rows.integer(5)))
        }
        return count
    }

    private static func record(_ bits: Int64) -> RecordID { RecordID(bits: UInt64(bitPattern: bits)) }
}
