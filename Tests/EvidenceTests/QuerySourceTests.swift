import Evidence
import PlanModel
import SQLite
import TestFolders
import Testing

@Suite struct QuerySourceTests {
    private static func shop() throws -> TestFolder {
        let folder = try TestFolder()
        let database = try Database("\(folder.path)/shop.db", .creating)
        try database.run("CREATE TABLE orders (no TEXT, ref BLOB, total REAL, status INTEGER, made TEXT)")
        try database.run("INSERT INTO orders VALUES ('A', 'k', 49.1, 2, datetime(1700000000, 'unixepoch'))")
        return folder
    }

    private static func source(
        _ query: String, amount: String = "{column: total, decimals: 2}"
    ) throws -> DeclaredSource {
        try DeclaredSources.source(
            "payments: {sqlite: shop.db, query: \"\(query)\", columns: {id: no, key: ref, currency: {always: EUR}, "
                + "amount: \(amount), state: {column: status, words: {2: captured}}, created_ms: {column: made, form: iso8601}}}"
        )
    }

    private static func fault(_ query: String, _ folder: TestFolder) throws -> String {
        DeclaredSources.fault(of: try source(query), .file("\(folder.path)/shop.db"))
    }

    @Test func `numbers of a database are read as they are written there`() throws {
        let folder = try Self.shop()
        let source = try Self.source("WITH paid AS (SELECT * FROM orders) SELECT * FROM paid")
        #expect(
            try DeclaredSources.rows(of: source, .file("\(folder.path)/shop.db")) == [
                "id=A key=k currency=EUR amount=4910 state=captured created_ms=1700000000000 namespace=shadow"
            ])
    }

    @Test(arguments: [
        ("SELECT * FROM orders; DELETE FROM orders", "it is more than one statement"),
        ("WITH x AS (SELECT 1) DELETE FROM orders", "it would change the database"),
        ("WITH x AS (SELECT 1) INSERT INTO orders (no) SELECT * FROM x", "it would change the database"),
        ("SELECT * FROM order", "near"), ("SELECT nowhere FROM orders", "no such column: nowhere"),
        ("SELECT *, no FROM orders", "two columns of the query are called 'no'; give one another name with AS"),
        ("SELECT no, ref, status, made FROM orders", "the query has no 'total'"),
        ("SELECT no, x'00' AS ref, total, status, made FROM orders", "row 1: 'ref' is a blob; write 'hex(...)'"),
        (
            "SELECT no, ref, total, 3 AS status, made FROM orders",
            "row 1: 'status' is \"3\", which no word of 'words' stands for"
        ),
        ("SELECT NULL AS no, ref, total, status, made FROM orders", "row 1: 'no' has no value"),
    ])
    func `a query that is none for this is told before or at its row`(query: String, words: String) throws {
        let folder = try Self.shop()
        let said = try Self.fault(query, folder)
        #expect(said.hasPrefix("shop.yaml:6: source 'payments': ") && said.contains(words), "\(said)")
        let database = try Database("\(folder.path)/shop.db", .reading)
        #expect(try database.integer("SELECT count(*) FROM orders") == 1)
    }

    @Test func `a file that is no database is told at its path`() throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "no database", count: 100), as: "shop.db")
        #expect(try Self.fault("SELECT no FROM orders", folder).contains("file is not a database"))
        let source = try Self.source("SELECT 1")
        #expect(
            DeclaredSources.fault(of: source, .file("\(folder.path)/none.db")).contains("unable to open database file"))
        #expect(!folder.has("none.db"))
    }

    @Test func `a query that never ends is ended`() throws {
        let folder = try Self.shop()
        let source = try Self.source(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS no, i AS ref, i AS total, i AS status, i AS made FROM n WHERE i < 0"
        )
        var looks = 0
        let rows = try SourceRows(source, .file("\(folder.path)/shop.db")) {
            looks += 1
            return looks > 3
        }
        var row = rows.makeRow()
        do throws(SourceFault) {
            _ = try rows.next(&row)
            Issue.record("no fault")
        } catch {
            #expect("\(error)".contains("row 1: the query takes too long"), "\(error)")
        }
    }
}
