// Goal: all that is known of a run in one file that anybody can query, and that whoever judges reads and nothing else.
// Method: SQLite. A draft is filled under another name, indexed and then renamed: whoever looks finds the whole file or
// none. Then it is sealed, while its maker asks it already; everybody else reads it only with its seal. It is thrown away
// and made anew from the sources as often as one likes, so it needs no log and no fsync on the way.
//
//     sources -> draft (tables, then indexes and views) -> evidence.db -> evidence.db.sha256
//
// Not here: what the sources are (`EvidenceImport`), and what follows from them (`Audit`).

internal import Diagnostics
internal import Glibc
internal import JSON
package import SQLite

package final class EvidenceDatabase {
    package static let fileName = "evidence.db"

    package let database: Database
    /// Where it will stand; nil in memory.
    private let path: String?
    /// Pages of 16 KiB are read and written with a quarter of the calls; the cache holds the upper levels of every index.
    private static let pragmas = """
        PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
        PRAGMA cache_size = -131072; PRAGMA temp_store = FILE; PRAGMA threads = 2;
        """

    private init(_ database: Database, _ path: String?) {
        self.database = database
        self.path = path
    }

    // MARK: Making one

    /// An empty one under another name, until `finish`. The folder stands.
    package static func draft(in folder: String) throws(EvidenceError) -> EvidenceDatabase {
        let path = "\(folder)/\(fileName)"
        EvidenceFiles.remove("\(path).part")
        try EvidenceFiles.make("\(path).part")
        return try make("\(path).part", path)
    }

    /// For simulated runs, which leave no files.
    package static func inMemory() throws(EvidenceError) -> EvidenceDatabase { try make(":memory:", nil) }

    private static func make(_ place: String, _ path: String?) throws(EvidenceError) -> EvidenceDatabase {
        try describing("make", place) { () throws(DatabaseError) in
            let database = try Database(place, .creating)
            try database.run(pragmas)
            try EvidenceNames.define(on: database)
            try database.run(
                """
                PRAGMA application_id = \(EvidenceSchema.application); PRAGMA user_version = \(EvidenceSchema.version);
                BEGIN; \(EvidenceSchema.tables)
                """)
            return EvidenceDatabase(database, path)
        }
    }

    /// The whole record of the run, as it is known now.
    package func keep(_ record: RunRecord) throws(EvidenceError) {
        try say("record", String(decoding: record.json.masked.bytes(.compact), as: UTF8.self))
    }

    /// What is filled in is written; indexes and views come last.
    package func index() throws(EvidenceError) {
        try change { () throws(DatabaseError) in
            try database.run("COMMIT")
            for index in EvidenceSchema.indexes { try database.run(index) }
            try database.run(EvidenceSchema.effects)
            try database.run(EvidenceSchema.views)
            // A sample says enough of which column tells rows apart.
            try database.run("PRAGMA analysis_limit = 1000; ANALYZE")
        }
    }

    /// Behind it nobody changes it: it stands under its own name, readable by its owner alone.
    /// Until it is sealed, only who made it trusts it.
    package func finish() throws(EvidenceError) {
        guard let path else { return }
        EvidenceFiles.remove(Self.seal(of: path))
        try EvidenceFiles.rename("\(path).part", path)
    }

    /// Writes down what the file at `path` is; it is read whole, so others may ask it meanwhile.
    package static func seal(_ path: String) throws(EvidenceError) {
        try EvidenceSeal.write(of: path, named: fileName, at: seal(of: path))
    }

    private static func seal(of path: String) -> String { "\(path).sha256" }

    // MARK: Reading one

    /// One that is there; a file that is none, of another version, or not what it was is told by name.
    ///
    /// - Parameter isTrusted: without a look at its seal, which may not be there yet: for whoever made it, and nobody else.
    package static func open(_ path: String, isTrusted: Bool = false) throws(EvidenceError) -> EvidenceDatabase {
        if !EvidenceFiles.isThere(path) { throw EvidenceError("open", path, code: ENOENT) }
        let (owner, version): (Int64?, Int64?)
        let database: Database
        do throws(DatabaseError) {
            database = try Database(path, .reading)
            try EvidenceNames.define(on: database)
            try database.run("PRAGMA cache_size = -131072")
            owner = try database.integer("PRAGMA application_id")
            version = try database.integer("PRAGMA user_version")
        } catch {
            throw EvidenceError("read", path, reason: error.message)
        }
        guard owner == EvidenceSchema.application else {
            throw EvidenceError("read", path, reason: "no evidence of a run")
        }
        guard version == EvidenceSchema.version else {
            throw EvidenceError(
                "read", path,
                reason: "version \(version ?? 0) of the format; this Spillway reads version \(EvidenceSchema.version)")
        }
        if !isTrusted { try EvidenceSeal.check(path, at: seal(of: path)) }
        return EvidenceDatabase(database, path)
    }

    /// Another connection to the same file, for another thread.
    package var place: String? { path }

    // MARK: What is said about it

    package func say(_ name: String, _ value: String) throws(EvidenceError) {
        try change { () throws(DatabaseError) in
            let insert = try database.prepare("INSERT OR REPLACE INTO about VALUES (?, ?)")
            insert.bind(1, name)
            insert.bind(2, masking: value)
            try insert.run()
        }
    }

    package func about(_ name: String) throws(EvidenceError) -> String? {
        try reading { () throws(DatabaseError) in
            let row = try database.prepare("SELECT value FROM about WHERE name = ?")
            row.bind(1, name)
            guard try row.step() else { return nil }
            let value = row.text(0)
            row.reset()
            return value
        }
    }

    /// The run's record, as it was when the run ended.
    package func record() throws(EvidenceError) -> RunRecord {
        do {
            return try RunRecord(json: JSONValue(parsing: Array(try needed("record").utf8)))
        } catch let error as EvidenceError {
            throw error
        } catch {
            throw EvidenceError("read the run's record in", placeName, reason: "\(error)")
        }
    }

    /// The keys under which the driver sent what moves money.
    package func sentKeys(_ take: (String) -> Void) throws(EvidenceError) {
        try asking("SELECT DISTINCT key FROM sent WHERE key <> ''") { take($0.text(0)) }
    }

    /// The plan as it was written, and what was set beside it.
    package func plan() throws(EvidenceError) -> (text: String, overrides: [String]) {
        let overrides = try? JSONValue(parsing: Array((try about("plan_overrides") ?? "[]").utf8))
        return (try needed("plan_text"), overrides?.elements?.compactMap(\.string) ?? [])
    }

    private func needed(_ name: String) throws(EvidenceError) -> String {
        if let value = try about(name) { return value }
        throw EvidenceError("read", placeName, reason: "'\(name)' is missing in the table 'about'")
    }

    package func sources() throws(EvidenceError) -> [SourceStanding] {
        try reading { () throws(DatabaseError) in
            let rows = try database.prepare("SELECT name, state, tables, rows, fault FROM sources ORDER BY rowid")
            var sources: [SourceStanding] = []
            while try rows.step() {
                sources.append(
                    SourceStanding(
                        name: rows.text(0), state: SourceStanding.State(rawValue: rows.text(1)) ?? .torn,
                        tables: rows.text(2).split(separator: " ").map(String.init), rows: rows.integer(3),
                        fault: rows.text(4)))
            }
            return sources
        }
    }

    // MARK: Errors

    func change<Value>(_ body: () throws(DatabaseError) -> Value) throws(EvidenceError) -> Value {
        try Self.describing("write", placeName, body)
    }

    func reading<Value>(_ body: () throws(DatabaseError) -> Value) throws(EvidenceError) -> Value {
        try Self.describing("read", placeName, body)
    }

    private var placeName: String { path ?? "evidence in memory" }

    private static func describing<Value>(
        _ operation: String, _ path: String, _ body: () throws(DatabaseError) -> Value
    ) throws(EvidenceError) -> Value {
        do throws(DatabaseError) {
            return try body()
        } catch {
            throw EvidenceError(operation, path, reason: "\(error)")
        }
    }
}

// MARK: Asking

extension EvidenceDatabase {
    /// Every row of a query.
    package func asking(
        _ sql: String, _ values: [String] = [], _ take: (Statement) -> Void
    ) throws(EvidenceError) {
        try reading { () throws(DatabaseError) in
            let rows = try database.prepare(sql)
            for (index, value) in values.enumerated() { rows.bind(Int32(index + 1), value) }
            while try rows.step() { take(rows) }
        }
    }

    /// For tables of its own that a question needs; what is stored stays as it is.
    package func running(_ sql: String, _ values: [String] = []) throws(EvidenceError) {
        try reading { () throws(DatabaseError) in
            if values.isEmpty { return try database.run(sql) }
            let statement = try database.prepare(sql)
            for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
            try statement.run()
        }
    }

    package func defining(
        _ name: String, arguments: Int32, _ body: @escaping Database.Function
    ) throws(EvidenceError) {
        try reading { () throws(DatabaseError) in
            try database.define(name, arguments: arguments, body)
        }
    }
}
