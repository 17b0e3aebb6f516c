import SQLite
import TestFolders
import Testing
import Timebase

@Suite struct DatabaseTests {
    private static func database(
        _ folder: TestFolder, _ access: Database.Access = .creating, patience: TimeSpan = .zero
    ) throws -> Database {
        try Database("\(folder.path)/some.db", access, patience: patience)
    }

    private static func table(_ folder: TestFolder) throws -> Database {
        let database = try database(folder)
        try database.run("CREATE TABLE rows (id INTEGER PRIMARY KEY, number REAL, words TEXT, bytes BLOB) STRICT")
        return database
    }

    private static func insert(_ database: Database, _ count: Int64) throws {
        let insert = try database.prepare("INSERT INTO rows (id, words) VALUES (?, ?)")
        for id in 1...count {
            insert.bind(1, id)
            insert.bind(2, "row \(id)")
            try insert.run()
        }
    }

    @Test func `values come back as they were bound`() throws {
        let folder = try TestFolder()
        let database = try Self.table(folder)
        let insert = try database.prepare("INSERT INTO rows VALUES (?, ?, ?, ?)")
        // Short ones stand on the statement's shelf, long ones are copied by the library.
        let texts = ["", "a", "é\u{0}\u{1F600}", String(repeating: "x", count: 5_000)]
        for (place, text) in texts.enumerated() {
            insert.bind(1, Int64(place))
            insert.bind(2, Double(place) / 3)
            insert.bind(3, text)
            insert.bind(4, blob: Array(text.utf8).span)
            try insert.run()
            #expect(database.changedRows == 1)
        }
        insert.bind(1, Int64.min)
        insert.bindNull(2)
        insert.bind(3, String?.none)
        insert.bindNull(4)
        try insert.run()
        let rows = try database.prepare("SELECT id, number, words, bytes FROM rows ORDER BY id")
        #expect(try rows.step())
        #expect(rows.integer(0) == .min && rows.isNull(1) && rows.isNull(2) && rows.isNull(3) && rows.text(2) == "")
        for (place, text) in texts.enumerated() {
            #expect(try rows.step())
            #expect(rows.integer(0) == Int64(place) && rows.double(1) == Double(place) / 3)
            #expect(rows.text(2) == text && rows.bytes(3) == Array(text.utf8) && !rows.isNull(3))
        }
        #expect(try !rows.step())
        #expect(folder.names() == ["some.db"])
    }

    @Test func `more texts than the shelf holds stay apart`() throws {
        let database = try Database(":memory:", .creating)
        let texts = (0..<20).map { String(repeating: "\($0 % 10)", count: 150 + $0) }
        let join = try database.prepare("SELECT \(texts.map { _ in "?" }.joined(separator: " || '/' || "))")
        for (place, text) in texts.enumerated() { join.bind(Int32(place + 1), text) }
        #expect(try join.step())
        #expect(join.text(0) == texts.joined(separator: "/"))
    }

    @Test func `a constraint that is broken is told from other failures`() throws {
        let folder = try TestFolder()
        let database = try Self.table(folder)
        try Self.insert(database, 1)
        let error = try #require(throws: DatabaseError.self) { try Self.insert(database, 1) }
        #expect(error.kind == .constraint && error.code == 1_555)
        #expect(error.description.hasPrefix("run 'INSERT INTO rows (id, words) VALUES (?, ?)': UNIQUE constraint"))
        let misspelt = try #require(throws: DatabaseError.self) { try database.prepare("SELEC 1") }
        #expect(
            misspelt.kind == .other && misspelt.description == "prepare 'SELEC 1': near \"SELEC\": syntax error (1)")
        #expect(folder.names() == ["some.db"])
    }

    @Test func `a file that is no database is said to be none`() throws {
        let folder = try TestFolder()
        try folder.write([UInt8](repeating: 7, count: 8_192), as: "some.db")
        let error = try #require(throws: DatabaseError.self) {
            try Self.database(folder).integer("PRAGMA user_version")
        }
        #expect(error.kind == .notADatabase && error.code == 26)
    }

    @Test func `a file that is cut short is damaged`() throws {
        let folder = try TestFolder()
        do {
            let database = try Self.table(folder)
            try Self.insert(database, 2_000)
        }
        try folder.truncate("some.db", to: 8_192)
        let error = try #require(throws: DatabaseError.self) {
            try Self.database(folder).integer("SELECT count(*) FROM rows")
        }
        #expect(error.kind == .corrupt)
    }

    @Test func `a file that is not there is made only for who asks for it`() throws {
        let folder = try TestFolder()
        for access in [Database.Access.reading, .writing] {
            let error = try #require(throws: DatabaseError.self) { try Self.database(folder, access) }
            #expect(error.kind == .cannotOpen)
            #expect(error.description == "open '\(folder.path)/some.db': unable to open database file (14)")
        }
        #expect(!folder.has("some.db"))
    }

    @Test func `a reader writes nothing`() throws {
        let folder = try TestFolder()
        try Self.insert(Self.table(folder), 3)
        let reader = try Self.database(folder, .reading)
        #expect(try reader.integer("SELECT count(*) FROM rows") == 3)
        let error = try #require(throws: DatabaseError.self) { try reader.run("DELETE FROM rows") }
        #expect(error.kind == .readOnly)
    }

    @Test func `a lock of another connection is waited for as long as was said`() throws {
        let folder = try TestFolder()
        let holder = try Self.table(folder)
        try holder.run("BEGIN IMMEDIATE")
        #expect(holder.isInTransaction)
        let other = try Self.database(folder, .writing)
        let error = try #require(throws: DatabaseError.self) { try other.run("BEGIN IMMEDIATE") }
        #expect(error.kind == .busy)
        holder.rollBack()
        #expect(!holder.isInTransaction)
        try other.run("BEGIN IMMEDIATE; COMMIT")
    }

    @Test func `a file that may not grow is full, and what was committed stays`() throws {
        let folder = try TestFolder()
        let database = try Self.table(folder)
        try Self.insert(database, 10)
        try database.run("PRAGMA max_page_count = 4; BEGIN")
        let big = try database.prepare("UPDATE rows SET bytes = zeroblob(20000) WHERE id = 3")
        let error = try #require(throws: DatabaseError.self) { try big.run() }
        #expect(error.kind == .full)
        database.rollBack()
        #expect(try database.integer("SELECT count(*) FROM rows WHERE bytes IS NULL") == 10)
    }

    @Test func `what was committed is there when the file is opened again`() throws {
        let folder = try TestFolder()
        do {
            let database = try Self.table(folder)
            try database.run("PRAGMA journal_mode = WAL")
            try Self.insert(database, 5)
        }
        let again = try Self.database(folder, .writing)
        #expect(try again.integer("SELECT sum(id) FROM rows") == 15)
        #expect(try again.text("SELECT words FROM rows WHERE id = 5") == "row 5")
        #expect(try again.integer("SELECT id FROM rows WHERE id = 6") == nil)
    }

    @Test func `a kept log grows until it is moved, and is cut when nobody reads`() throws {
        let folder = try TestFolder()
        let database = try Self.table(folder)
        try database.run("PRAGMA journal_mode = WAL")
        database.keepLog()
        #expect(database.pagesInLog == 0)
        for _ in 0..<1_200 { try database.run("INSERT INTO rows (words) VALUES ('one more')") }
        // Left to itself the library would have moved it at 1,000 pages.
        #expect(database.pagesInLog > 1_100)
        let moved = try database.checkpoint(.passive)
        #expect(moved.inLog == moved.moved && moved.moved > 1_100)
        try database.checkpoint(.truncating)
        #expect(folder.size(of: "some.db-wal") == 0)
        #expect(try database.integer("SELECT count(*) FROM rows") == 1_200)
    }

    // MARK: What others wrote

    @Test func `a query is one statement that gives rows and changes nothing`() throws {
        let folder = try TestFolder()
        let database = try Self.table(folder)
        try Self.insert(database, 3)
        for query in ["SELECT id FROM rows", " -- all\nSELECT id FROM rows; -- no more\n", "VALUES (1), (2), (3);;"] {
            let rows = try database.prepareQuery(query)
            var count = 0
            while try rows.step() { count += 1 }
            #expect(count == 3, "\(query)")
        }
        for (query, words) in [
            ("DELETE FROM rows", "it would change the database"), ("", "it is empty"), ("-- none", "it is empty"),
            ("BEGIN", "it gives no rows"), ("SELECT 1; SELECT 2", "it is more than one statement"),
            ("SELECT 1; DROP TABLE rows", "it is more than one statement"),
            ("DELETE FROM rows RETURNING id", "it would change the database"),
        ] {
            do throws(DatabaseError) {
                _ = try database.prepareQuery(query)
                Issue.record("'\(query)' was taken")
            } catch {
                #expect(error.message == words, "\(query): \(error)")
            }
        }
        #expect(try database.integer("SELECT count(*) FROM rows") == 3)
    }

    @Test func `a row tells the names and kinds of its values, and any of them as text`() throws {
        let database = try Database(":memory:", .creating)
        let row = try database.prepareQuery("SELECT 1 AS a, 4.5 AS b, 'x' AS c, x'00' AS d, NULL AS e")
        #expect(row.columns == ["a", "b", "c", "d", "e"])
        #expect(try row.step())
        let kinds = (0..<5).map { row.kind($0) }
        #expect(kinds == [.integer, .real, .text, .blob, .null])
        var bytes = Array("=".utf8)
        for column: Int32 in [0, 1, 2, 4] { row.append(column, to: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == "=14.5x")
    }

    @Test func `a statement that nobody wants any more is interrupted, and the next one runs`() throws {
        let database = try Database(":memory:", .creating)
        var (looks, isOver) = (0, true)
        database.interrupt(when: {
            looks += 1
            return isOver && looks > 10
        })
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        do throws(DatabaseError) {
            _ = try database.integer(endless)
            Issue.record("it ended")
        } catch {
            #expect(error.kind == .interrupted, "\(error)")
        }
        #expect(looks == 11)
        isOver = false
        #expect(try database.integer("SELECT 7") == 7)
    }
}
