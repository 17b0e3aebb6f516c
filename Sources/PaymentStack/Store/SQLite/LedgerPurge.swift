// Goal: what a drill has written into the shadow's tables goes again, and nothing else does.
// Method: the keys of the drill name its payments and refunds; what hangs on these follows by their ids. Everything is counted
// first, and taken away in one transaction that is rolled back where anything but the counted rows would go, or where the
// books would not be even behind it. A change of the ledger belongs to one record, so its lines go together.
// Not here: whose keys they are. The live tables are never named.

import SQLite
import StackVocabulary

package final class LedgerPurge {
    /// So many rows of one table.
    package struct Count: Sendable, Equatable {
        /// Of the ledger: `shadow_payments`.
        package var table: String
        package var rows: Int64

        package init(_ table: String, _ rows: Int64) {
            (self.table, self.rows) = (table, rows)
        }
    }

    /// What there is to take away, in the order in which it goes; of `balances` the rows that change.
    package struct Manifest: Sendable, Equatable {
        package var counts: [Count]

        package var isEmpty: Bool { counts.allSatisfy { $0.rows == 0 } }
    }

    private let path: String
    /// Nobody else has the ledger meanwhile.
    private let lock: LedgerLock
    private let database: Database
    private static let prefix = LedgerSchema.prefix(.shadow)

    /// - Parameter path: of the file that holds the shadow's tables; it must be there.
    /// - Parameter changes: false for a look that leaves the file as it is.
    package init(_ path: String, changes: Bool) throws(LedgerFault) {
        self.path = path
        do throws(DatabaseError) {
            // Opened first: a lock makes a file, and beside what is no ledger there is none to be made.
            database = try Database(path, changes ? .writing : .reading)
        } catch {
            throw LedgerFault(path, error)
        }
        try LedgerSchema.check(database)
        lock = try LedgerLock(path)
        do throws(DatabaseError) {
            try database.run(
                """
                PRAGMA temp_store = FILE;
                CREATE TEMP TABLE purge_keys (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
                CREATE TEMP TABLE purge_records (id INTEGER PRIMARY KEY) STRICT;
                CREATE TEMP TABLE purge_sums (
                  account INTEGER, currency TEXT, amount INTEGER, PRIMARY KEY (account, currency)) STRICT, WITHOUT ROWID;
                """)
        } catch {
            throw LedgerFault(path, error)
        }
    }

    // MARK: What it is about

    /// - Parameters:
    ///   - inner: the key of a drill that stands in a longer one of the stack's, as in `refund-01J...`.
    ///   - keys: adds each key of the drill, once or more often.
    package func name(
        inner: @escaping (String) -> String, _ keys: (_ add: (String) -> Void) throws -> Void
    ) throws {
        try database.define("purge_inner", arguments: 1) { .text(inner($0.text(0))) }
        try database.run("BEGIN")
        defer { database.rollBack() }
        let insert = try database.prepare("INSERT OR IGNORE INTO temp.purge_keys VALUES (?)")
        var fault: DatabaseError?
        try keys { key in
            guard fault == nil else { return }
            insert.bind(1, key)
            do throws(DatabaseError) { try insert.run() } catch { fault = error }
        }
        if let fault { throw LedgerFault(path, fault) }
        try database.run("COMMIT")
    }

    /// Counted as it is now.
    package func manifest() throws(LedgerFault) -> Manifest {
        try describing { () throws(DatabaseError) in
            try findRecords()
            return try counted()
        }
    }

    /// The records, and what their lines have added to the rows of balances.
    private func findRecords() throws(DatabaseError) {
        let isNamed =
            "key IN (SELECT key FROM temp.purge_keys) OR purge_inner(key) IN (SELECT key FROM temp.purge_keys)"
        try database.run(
            """
            DELETE FROM temp.purge_records;
            INSERT INTO temp.purge_records SELECT id FROM \(Self.prefix)payments WHERE \(isNamed);
            INSERT INTO temp.purge_records SELECT id FROM \(Self.prefix)refunds WHERE \(isNamed);
            DELETE FROM temp.purge_sums;
            INSERT INTO temp.purge_sums SELECT account, currency, sum(amount) FROM \(Self.prefix)journal
              WHERE record IN \(Self.records) AND number <= (SELECT flushed FROM \(Self.prefix)progress)
              GROUP BY account, currency;
            """)
    }

    private func counted() throws(DatabaseError) -> Manifest {
        var counts: [Count] = []
        for part in Self.parts {
            let rows = try database.integer("SELECT count(*) FROM \(Self.prefix)\(part.table) WHERE \(part.condition)")
            counts.append(Count(Self.prefix + part.table, rows ?? 0))
        }
        return Manifest(counts: counts)
    }

    private static let records = "(SELECT id FROM temp.purge_records)"

    /// Replies before the claims by whose numbers they are found, and balances before the lines that they are made of.
    private static let parts: [(table: String, condition: String)] = [
        (
            "balances",
            """
            EXISTS (SELECT 1 FROM temp.purge_sums AS line
              WHERE line.account = \(prefix)balances.account AND line.currency = \(prefix)balances.currency)
            """
        ),
        ("replies", "claim IN (SELECT number FROM \(prefix)claims WHERE record IN \(records))"),
        ("claims", "record IN \(records)"),
        ("attempts", "record IN \(records)"),
        ("notifications", "record IN \(records)"),
        ("journal", "record IN \(records)"),
        ("refunds", "id IN \(records)"),
        ("payments", "id IN \(records)"),
    ]

    // MARK: Taking it away

    /// All of it or nothing: it is rolled back where the rows are not those of the manifest.
    package func purge(_ manifest: Manifest) throws(LedgerFault) {
        do throws(DatabaseError) {
            try database.run("BEGIN IMMEDIATE")
        } catch {
            throw LedgerFault(path, error)
        }
        defer { database.rollBack() }
        try describing { () throws(DatabaseError) in try findRecords() }
        try checkOthers()
        let before = try unevenBooks()
        for (part, expected) in zip(Self.parts, manifest.counts) { try takeAway(part, expected) }
        guard try unevenBooks() == before else {
            throw LedgerFault(path, "would not be even behind it; nothing was changed")
        }
        let left = try self.manifest()
        guard left.isEmpty else { throw LedgerFault(path, "would still hold some of it; nothing was changed") }
        try describing { () throws(DatabaseError) in
            try database.run("COMMIT")
            _ = try database.checkpoint(.truncating)
        }
    }

    private func takeAway(_ part: (table: String, condition: String), _ expected: Count) throws(LedgerFault) {
        let table = Self.prefix + part.table
        let rows = try describing { () throws(DatabaseError) in
            try database.run(
                part.table == "balances"
                    ? Self.correction(part.condition) : "DELETE FROM \(table) WHERE \(part.condition)")
            return Int64(database.changedRows)
        }
        guard rows == expected.rows, table == expected.table else {
            throw LedgerFault(
                path, "would lose \(rows) rows of \(table), and the manifest has \(expected.rows); nothing was changed")
        }
    }

    /// A row holds what its lines say up to the flush mark. It stays when nothing is left in it: rows are numbered.
    private static func correction(_ condition: String) -> String {
        """
        UPDATE \(prefix)balances SET amount = amount - (SELECT line.amount FROM temp.purge_sums AS line
          WHERE line.account = \(prefix)balances.account AND line.currency = \(prefix)balances.currency)
        WHERE \(condition)
        """
    }

    // MARK: What must not be

    /// A refund and its payment go together or not at all.
    private func checkOthers() throws(LedgerFault) {
        let refunds = "\(Self.prefix)refunds"
        let (orphans, takers): (Int64?, Int64?) = try describing { () throws(DatabaseError) in
            (
                try database.integer(
                    "SELECT count(*) FROM \(refunds) WHERE payment IN \(Self.records) AND id NOT IN \(Self.records)"),
                try database.integer(
                    "SELECT count(*) FROM \(refunds) WHERE id IN \(Self.records) AND payment NOT IN \(Self.records)")
            )
        }
        if let orphans, orphans > 0 {
            throw LedgerFault(
                path,
                "has \(orphans) refunds of the drill's payments that the drill did not ask for; nothing was changed")
        }
        if let takers, takers > 0 {
            throw LedgerFault(
                path, "has \(takers) refunds of the drill that are of others' payments; nothing was changed")
        }
    }

    /// Changes that do not sum to zero, balances that are not what was posted, and accounts below their floor.
    private func unevenBooks() throws(LedgerFault) -> [Int64] {
        let (journal, balances) = ("\(Self.prefix)journal", "\(Self.prefix)balances")
        let held = """
            SELECT balance.account AS account, balance.amount AS held, coalesce(line.flushed, 0) AS flushed,
              coalesce(line.posted, 0) AS posted
            FROM \(balances) AS balance LEFT JOIN (
              SELECT account, currency, sum(amount) AS posted,
                sum(iif(number <= (SELECT flushed FROM \(Self.prefix)progress), amount, 0)) AS flushed
              FROM \(journal) GROUP BY account, currency
            ) AS line ON line.account = balance.account AND line.currency = balance.currency
            """
        return try describing { () throws(DatabaseError) in
            [
                try database.integer(
                    """
                    SELECT count(*) FROM (SELECT 1 FROM \(journal) GROUP BY change, currency HAVING sum(amount) <> 0)
                    """) ?? 0,
                try database.integer("SELECT count(*) FROM (\(held)) WHERE held <> flushed") ?? 0,
                try database.integer(
                    """
                    SELECT count(*) FROM (\(held))
                    WHERE posted < 0 AND account >> \(Account.numberBits) IN (\(Self.kindsWithFloor))
                    """) ?? 0,
            ]
        }
    }

    private static let kindsWithFloor =
        Account.Kind.allCases.filter(\.hasFloor).map { "\($0.rawValue)" }.joined(separator: ", ")

    private func describing<Value>(_ body: () throws(DatabaseError) -> Value) throws(LedgerFault) -> Value {
        do throws(DatabaseError) {
            return try body()
        } catch {
            throw LedgerFault(path, error)
        }
    }
}
