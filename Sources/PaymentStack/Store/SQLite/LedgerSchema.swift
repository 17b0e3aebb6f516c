import SQLite
import StackVocabulary

/// The tables of a ledger's file, and whether a file is one (docs/formats/ledger.md).
enum LedgerSchema {
    static let version: Int64 = 2
    /// `SPWL`, in the file's header, by which it is told from other programs' databases.
    static let application: Int64 = 0x5350_574C

    static func prefix(_ namespace: Namespace) -> String { "\(namespace.name)_" }

    /// Whether this may become or is a ledger; a file that is none of ours stays as it is.
    static func check(_ database: Database) throws(LedgerFault) {
        guard let found = try versionFound(database), found != version else { return }
        // What an older one does not say of its attempts cannot be made up.
        let program = found > version ? "the newer program" : "the program that wrote it"
        throw LedgerFault(
            database.path,
            "has version \(found), and this program knows \(version); use \(program), or name another file")
    }

    /// Makes what is not there yet.
    static func make(_ database: Database, _ namespaces: [Namespace]) throws(LedgerFault) {
        do throws(DatabaseError) {
            try database.run(
                """
                BEGIN IMMEDIATE;
                PRAGMA application_id = \(application);
                PRAGMA user_version = \(version);
                CREATE TABLE IF NOT EXISTS channels (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
                \(namespaces.map { tables(prefix($0)) }.joined(separator: "\n"))
                COMMIT
                """)
        } catch {
            database.rollBack()
            throw LedgerFault(database.path, error)
        }
    }

    /// Nil for an empty file.
    private static func versionFound(_ database: Database) throws(LedgerFault) -> Int64? {
        let (owner, version, tables): (Int64?, Int64?, Int64?)
        do throws(DatabaseError) {
            owner = try database.integer("PRAGMA application_id")
            version = try database.integer("PRAGMA user_version")
            tables = try database.integer("SELECT count(*) FROM sqlite_schema")
        } catch {
            throw LedgerFault(database.path, error)
        }
        if owner == application { return version }
        if tables == 0, owner == 0 { return nil }
        throw LedgerFault(database.path, "is the database of another program; name another file")
    }

    /// Rows are added at the end of each table: its key is a time-ordered id, or the number of the change. Claims are in
    /// the order of their keys before that of merchants: many senders count their keys, and then new ones are neighbours.
    private static func tables(_ prefix: String) -> String {
        """
        CREATE TABLE IF NOT EXISTS \(prefix)payments (
          id INTEGER PRIMARY KEY, merchant INTEGER NOT NULL, key TEXT NOT NULL, currency TEXT NOT NULL,
          amount INTEGER NOT NULL, bin INTEGER NOT NULL, captures_at_once INTEGER NOT NULL, notify TEXT,
          created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, state INTEGER NOT NULL, version INTEGER NOT NULL,
          channel INTEGER, attempt INTEGER NOT NULL, captured INTEGER NOT NULL, refunded INTEGER NOT NULL,
          refund_pending INTEGER NOT NULL, reason TEXT NOT NULL, queries INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS \(prefix)payments_open ON \(prefix)payments (id) WHERE state < 6;
        CREATE TABLE IF NOT EXISTS \(prefix)refunds (
          id INTEGER PRIMARY KEY, payment INTEGER NOT NULL, merchant INTEGER NOT NULL, key TEXT NOT NULL,
          currency TEXT NOT NULL, amount INTEGER NOT NULL, created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,
          state INTEGER NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL, queries INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS \(prefix)refunds_open ON \(prefix)refunds (id) WHERE state < 2;
        CREATE TABLE IF NOT EXISTS \(prefix)claims (
          merchant INTEGER NOT NULL, key TEXT NOT NULL, fingerprint_high INTEGER NOT NULL,
          fingerprint_low INTEGER NOT NULL, record INTEGER NOT NULL, number INTEGER NOT NULL,
          PRIMARY KEY (key, merchant)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS \(prefix)replies (
          claim INTEGER PRIMARY KEY, status INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS \(prefix)attempts (
          number INTEGER PRIMARY KEY, record INTEGER NOT NULL, kind INTEGER NOT NULL, attempt INTEGER NOT NULL,
          channel INTEGER NOT NULL, sent_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, outcome INTEGER NOT NULL,
          sends INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS \(prefix)journal (
          number INTEGER PRIMARY KEY, change INTEGER NOT NULL, at_ms INTEGER NOT NULL, record INTEGER,
          account INTEGER NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS \(prefix)balances (
          number INTEGER PRIMARY KEY, account INTEGER NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL,
          UNIQUE (account, currency)) STRICT;
        CREATE TABLE IF NOT EXISTS \(prefix)notifications (
          number INTEGER PRIMARY KEY, record INTEGER NOT NULL, version INTEGER NOT NULL, state INTEGER NOT NULL,
          attempts INTEGER NOT NULL, due_ms INTEGER NOT NULL, url TEXT NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS \(prefix)notifications_open
          ON \(prefix)notifications (record, version) WHERE state = 0;
        CREATE TABLE IF NOT EXISTS \(prefix)progress (
          id INTEGER PRIMARY KEY CHECK (id = 0), change INTEGER NOT NULL, journal INTEGER NOT NULL,
          flushed INTEGER NOT NULL) STRICT;
        INSERT OR IGNORE INTO \(prefix)progress VALUES (0, 0, 0, 0);
        """
    }

    /// The channels of the file, after those that are new to it were added.
    static func channels(_ database: Database, adding names: [String]) throws(LedgerFault) -> ChannelNames {
        do throws(DatabaseError) {
            var known: [String] = []
            let rows = try database.prepare("SELECT number, name FROM channels ORDER BY number")
            while try rows.step() { known.append(rows.text(1)) }
            var channels = ChannelNames(known)
            guard channels.add(names) else {
                throw DatabaseError("add channels", code: 0, "more than \(ChannelNames.max) channels were ever used")
            }
            let insert = try database.prepare("INSERT INTO channels (number, name) VALUES (?, ?)")
            for number in known.count..<channels.names.count {
                insert.bind(1, Int64(number))
                insert.bind(2, channels.names[number])
                try insert.run()
            }
            return channels
        } catch {
            throw LedgerFault(database.path, error)
        }
    }
}
