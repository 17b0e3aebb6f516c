import Diagnostics
import Evidence
import Glibc
import PlanModel
import SQLite
import StackVocabulary
import TestFolders
import Testing

@Suite struct SourceRowsTests {
    private static let wanted = [
        "id=A-1 key=k1 currency=EUR amount=4900 state=captured namespace=shadow",
        "id=A-2 currency=EUR amount=-5 state=failed namespace=shadow",
    ]

    // MARK: The three forms

    private static let lines = """
        {"no":"A-1","ref":"k1","cents":4900,"status":"PAID","card":{"bin":[1,"}"]}}

        {"status":"DEAD","cents":-5,"no":"A\\u002d2","ref":null}

        """

    @Test func `a text in memory gives the same rows wherever its pieces end`() throws {
        let (source, bytes) = (try DeclaredSources.payments("ndjson: a"), Array(Self.lines.utf8))
        for cut in 0...bytes.count {
            let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
            #expect(try DeclaredSources.rows(of: source, .memory(pieces)) == Self.wanted, "cut at \(cut)")
        }
        let single = bytes.map { [$0] }
        #expect(try DeclaredSources.rows(of: source, .memory(single)) == Self.wanted)
    }

    @Test func `NDJSON, CSV and a query give the same rows`() throws {
        #expect(try DeclaredSources.rows(of: DeclaredSources.payments("ndjson: a"), Self.lines) == Self.wanted)
        let table = "\u{FEFF}status,\"no\",cents,ref\r\nPAID,A-1,4900,k1\r\n\r\n\"DEAD\",\"A-2\",-5,\n"
        #expect(try DeclaredSources.rows(of: DeclaredSources.payments("csv: a"), table) == Self.wanted)
        let folder = try TestFolder()
        let database = try Database("\(folder.path)/a.db", .creating)
        try database.run("CREATE TABLE orders (no TEXT, ref TEXT, cents INTEGER, status TEXT)")
        try database.run("INSERT INTO orders VALUES ('A-1', 'k1', 4900, 'PAID'), ('A-2', NULL, -5, 'DEAD')")
        let source = try DeclaredSources.payments("sqlite: a.db, query: 'SELECT * FROM orders ORDER BY no;'")
        #expect(try DeclaredSources.rows(of: source, .file("\(folder.path)/a.db")) == Self.wanted)
    }

    @Test func `wherever a text is cut into pieces, its rows are the same`() throws {
        // More than a piece of the window, with lines of many lengths.
        let source = try DeclaredSources.payments("ndjson: a")
        let table = try DeclaredSources.payments("csv: a")
        var (lines, records) = ("", "no,ref,cents,status\n")
        var wanted: [String] = []
        for number in 0..<9_000 {
            let key = String(repeating: "k", count: number % 97 + 1)
            lines += "{\"no\":\"\(number)\",\"ref\":\"\(key)\",\"cents\":\(number),\"status\":\"OPEN\"}\n"
            records += "\(number),\"\(key)\",\(number),OPEN\n"
            wanted.append("id=\(number) key=\(key) currency=EUR amount=\(number) state=processing namespace=shadow")
        }
        let folder = try TestFolder()
        for (source, text) in [(source, lines), (table, records)] {
            try folder.write(text, as: "text")
            #expect(try DeclaredSources.rows(of: source, .file("\(folder.path)/text")) == wanted)
            #expect(try DeclaredSources.rows(of: source, text) == wanted)
        }
    }

    @Test func `one column of a source may fill several, and members may come in any order`() throws {
        let source = try DeclaredSources.source(
            "balances: {ndjson: a, columns: {account: who, currency: money, amount: sum, namespace: {column: who, words: {shop: live, test: shadow}}}}"
        )
        #expect(
            try DeclaredSources.rows(
                of: source,
                "{\"who\":\"shop\",\"money\":\"CNY\",\"sum\":1}\n{\"sum\":2,\"money\":\"CNY\",\"who\":\"test\"}")
                == [
                    "account=shop currency=CNY amount=1 namespace=live",
                    "account=test currency=CNY amount=2 namespace=shadow",
                ])
    }

    @Test func `a source without rows is a table without rows`() throws {
        #expect(try DeclaredSources.rows(of: DeclaredSources.payments("ndjson: a"), "").isEmpty)
        #expect(try DeclaredSources.rows(of: DeclaredSources.payments("csv: a"), "no,ref,cents,status\n").isEmpty)
    }

    // MARK: Values

    private static func value(_ column: String, _ text: String) throws -> String {
        let source = try DeclaredSources.source(
            "payments: {ndjson: a, columns: {id: {always: i}, currency: {always: EUR}, state: {always: created}, \(column)}}"
        )
        let words = DeclaredSources.fault(of: source, "{\"x\":\(text)}\n")
        guard words.hasPrefix("no fault") else { return String(words.split(separator: "line 1: ").last ?? "") }
        let place = try #require(source.columns.firstIndex { if case .column = $0 { true } else { false } })
        let rows = try SourceRows(source, .memory([Array("{\"x\":\(text)}\n".utf8)])) { false }
        var row = rows.makeRow()
        _ = try rows.next(&row)
        return row.text(place) ?? "none"
    }

    @Test(arguments: [
        ("49", "4900"), ("\"49.5\"", "4950"), ("-0.01", "-1"), ("49.000", "4900"),
        ("\"92233720368547758.07\"", "\(Int64.max)"),
        ("-92233720368547758.08", "\(Int64.min)"),
        ("92233720368547758.08", "'x' is \"92233720368547758.08\", which takes more than 64 bits"),
        ("49.005", "'x' is \"49.005\", which is no number with at most 2 decimals"),
        ("4.9e1", "'x' is \"4.9e1\", which is no number with at most 2 decimals"),
        ("\"49,00\"", "'x' is \"49,00\", which is no number with at most 2 decimals"),
        ("\"49.\"", "'x' is \"49.\", which is no number with at most 2 decimals"),
        ("\"+1\"", "'x' is \"+1\", which is no number with at most 2 decimals"),
        ("\"-\"", "'x' is \"-\", which is no number with at most 2 decimals"),
    ])
    func `amounts are read to the last unit, or not at all`(text: String, wanted: String) throws {
        if wanted.contains("64 bits") {
            #expect(try Self.value("amount: {column: x, decimals: 2}", text).contains("takes more than 64 bits"))
        } else {
            #expect(try Self.value("amount: {column: x, decimals: 2}", text) == wanted)
        }
    }

    @Test func `an amount with a point in it is no count of minor units`() throws {
        #expect(
            try Self.value("amount: x", "49.00")
                == "'x' is \"49.00\", which is no whole number; write 'amount: {column: x, decimals: 2}' for amounts such as 49.00"
        )
        #expect(try Self.value("amount: x", "\"-9223372036854775808\"") == "\(Int64.min)")
        #expect(try Self.value("amount: x", "\"9223372036854775808\"").contains("takes more than 64 bits"))
        #expect(try Self.value("amount: x", "true").contains("no whole number"))
        #expect(try Self.value("amount: x", "[1]").contains("is an object or a list"))
    }

    @Test(arguments: [
        ("s", "1700000000.1239", "1700000000123"), ("ms", "\"1700000000123\"", "1700000000123"),
        ("us", "1700000000123999", "1700000000123"), ("ns", "-1", "-1"), ("us", "-1", "-1"),
        ("iso8601", "\"2023-11-14T22:13:20.123Z\"", "1700000000123"),
        ("iso8601", "\"2023-11-15T06:13:20.123456+08:00\"", "1700000000123"),
        ("iso8601", "\"2023-11-14 22:13:20\"", "1700000000000"),
        ("iso8601", "\"2023-11-14T17:13-0500\"", "1699999980000"),
        ("iso8601", "\"2023-11-14\"", "1699920000000"), ("iso8601", "\"2024-02-29\"", "1709164800000"),
        ("iso8601", "\"1969-12-31T23:59:59Z\"", "-1000"),
    ])
    func `instants are milliseconds since 1970, however they are written`(
        form: String, text: String, wanted: String
    ) throws {
        #expect(try Self.value("amount: {always: 1}, created_ms: {column: x, form: \(form)}", text) == wanted)
    }

    @Test(arguments: [
        "2023-02-29", "2023-13-01", "2023-11-14T24:00Z", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20+8", "14.11.2023",
        "2023-11-14T22:13:20Zx", "1700000000",
    ])
    func `what is no instant is refused`(text: String) throws {
        let words = try Self.value("amount: {always: 1}, created_ms: {column: x, form: iso8601}", "\"\(text)\"")
        #expect(words.hasPrefix("'x' is \"\(text)\", which is no instant in the form 'iso8601'"), "\(words)")
    }

    @Test func `ids are texts, and a number that could be written otherwise is none`() throws {
        #expect(try Self.value("amount: {always: 1}, key: x", "12345") == "12345")
        #expect(try Self.value("amount: {always: 1}, key: x", "false") == "false")
        #expect(try Self.value("amount: {always: 1}, key: x", "1e5").hasPrefix("'x' is \"1e5\", a number that could"))
        #expect(
            try Self.value("amount: {always: 1}, key: x", "\"\(String(repeating: "a", count: 4_096))\"").count == 4_096)
        #expect(
            try Self.value("amount: {always: 1}, key: x", "\"\(String(repeating: "a", count: 4_097))\"")
                == "'x' has more than 4096 bytes")
    }

    // MARK: Faults

    @Test func `a fault names the source, its line in the plan, the record and the column`() throws {
        let source = try DeclaredSources.payments("ndjson: a")
        #expect(
            DeclaredSources.fault(
                of: source, Self.lines + "{\"no\":\"A-3\",\"ref\":\"\",\"cents\":1,\"status\":\"WAT\"}\n")
                == "shop.yaml:6: source 'payments': line 4: 'status' is \"WAT\", which no word of 'words' stands for; add it to 'words'"
        )
    }

    @Test func `a card's number is not shown`() throws {
        let source = try DeclaredSources.payments("ndjson: a")
        let words = DeclaredSources.fault(
            of: source, "{\"no\":\"A-3\",\"ref\":\"\",\"cents\":1,\"status\":\"4111111111111111\"}\n")
        #expect(words.contains("'status' is a text with more than 11 digits in a row") && !words.contains("4111"))
    }

    @Test(arguments: [
        ("{\"no\":\"A\",\"cents\":1,\"status\":\"PAI", "line 1: the source ends inside it: it was cut off"),
        ("{\"no\":\"A\",\"cents\":1,\"status\":\"PAID\"", "line 1: the source ends inside it: it was cut off"),
        ("{\"no\":\"A\",\"cents\":1,\"status\":\"PAID\"\n{}\n", "line 1: column 36: the text ends inside a value"),
        ("{\"no\":\"A\",\"no\":\"B\",\"cents\":1,\"status\":\"PAID\"}\n", "line 1: 'no' stands in it twice"),
        ("[1]\n", "line 1: it is no JSON object"), ("{}x\n", "line 1: column 3: "),
        ("{\"no\":\"A\",\"cents\":1,\"status\":\"PAID\"}\u{0}\n", "line 1: column "),
        ("{\"cents\":1,\"status\":\"PAID\"}\n", "line 1: 'no' has no value, and each row of the table has one"),
        ("{\"no\":\"\",\"cents\":1,\"status\":\"PAID\"}\n", "line 1: 'no' has no value"),
        ("\u{FEFF}{}\n", "line 1: column 1: "),
    ])
    func `a torn or foreign line is a fault, and never the end`(text: String, words: String) throws {
        let said = DeclaredSources.fault(of: try DeclaredSources.payments("ndjson: a"), text)
        #expect(said.contains("source 'payments': \(words)"), "\(said)")
    }

    @Test func `every place where an object can be cut is seen`() throws {
        let source = try DeclaredSources.payments("ndjson: a")
        let line = "{\"no\":\"A-1\",\"ref\":\"k\\\\\",\"cents\":4900,\"status\":\"PAID\"}"
        for count in 1..<line.utf8.count {
            let torn = String(decoding: Array(line.utf8.prefix(count)), as: UTF8.self)
            let said = DeclaredSources.fault(of: source, line + "\n" + torn)
            #expect(said.contains("line 2: "), "\(torn): \(said)")
        }
        #expect(try DeclaredSources.rows(of: source, line).count == 1)
    }

    @Test(arguments: [
        ("no,ref,cents,status\nA,k,1,PAID", "line 2: the source ends inside it"),
        ("no,ref,cents,status\nA,\"k,1,PAID\nB,k,1,PAID\n", "line 2: the source ends inside it"),
        ("no,ref,cents,status\nA,k\"x\",1,PAID\n", "line 2: a quote stands inside a field without quotes"),
        ("no,ref,cents,status\nA,\"k\"x,1,PAID\n", "line 2: there is something behind a closing quote"),
        ("no,ref,cents,status\nA,\"k\n\n\",1,PAID\nB,k,1\n", "line 5: it has 3 fields, and the first line names 4"),
        ("no,ref,cents,status\nA,k,1,PAID,x\n", "line 2: it has 5 fields, and the first line names 4"),
        ("no,ref,no,cents,status\n", "line 1: two of its columns are called 'no'"),
        ("", "line 1: it is empty, and has no names of columns"),
        ("no,refs,cents\n", "the file has no 'ref'; did you mean 'refs'?"),
    ])
    func `a table that is none is told with its line`(text: String, words: String) throws {
        let said = DeclaredSources.fault(of: try DeclaredSources.payments("csv: a"), text)
        #expect(said.contains("source 'payments': \(words)"), "\(said)")
    }

    @Test func `all columns that are missing are told at once, each at its place`() throws {
        do {
            _ = try SourceRows(DeclaredSources.payments("csv: a"), .memory([Array("ref,cents\n".utf8)])) { false }
            Issue.record("no fault")
        } catch let error as SourceFault {
            #expect(
                error.diagnostics.map(\.message) == [
                    "source 'payments': the file has no 'no'", "source 'payments': the file has no 'status'",
                ])
            #expect(
                error.diagnostics.map { $0.span.map { String(decoding: $0.source.bytes[$0.range], as: UTF8.self) } }
                    == [
                        "no", "status",
                    ])
            #expect(error.diagnostics[0].fix == "it has 'ref', 'cents'")
        }
    }

    @Test func `a member that no line has is told at the end`() throws {
        let source = try DeclaredSources.payments("ndjson: a", ", merchant: shop")
        let said = DeclaredSources.fault(of: source, Self.lines)
        #expect(said.contains("source 'payments': every line of the source has no 'shop'"), "\(said)")
    }

    @Test func `a line of more than a mebibyte is refused without being kept`() throws {
        let folder = try TestFolder()
        let long = "{\"no\":\"" + String(repeating: "x", count: 3 << 20)
        for (form, text) in [("ndjson: a", long), ("csv: a", "no,ref,cents,status\n\"" + long)] {
            try folder.write(text, as: "long")
            let said = DeclaredSources.fault(of: try DeclaredSources.payments(form), .file("\(folder.path)/long"))
            #expect(said.contains("it has more than 1048576 bytes"), "\(said)")
        }
        // One below the bound is read.
        let padding = String(repeating: " ", count: (1 << 20) - 50)
        let rows = try DeclaredSources.rows(
            of: DeclaredSources.payments("ndjson: a", ""),
            "{\"no\":\"A\",\"ref\":\"k\",\(padding)\"cents\":1,\"status\":\"PAID\"}\n")
        #expect(rows.count == 1)
    }

    @Test func `what is not UTF-8 is no id`() throws {
        var bytes = Array("{\"no\":\"A".utf8)
        bytes += [0xC3, 0x28]
        bytes += Array("\",\"ref\":null,\"cents\":1,\"status\":\"PAID\"}\n".utf8)
        #expect(
            DeclaredSources.fault(of: try DeclaredSources.payments("ndjson: a"), .memory([bytes])).contains(
                "'no' is not UTF-8"))
    }

    @Test func `a file that is not there, or is none, is told at its path`() throws {
        let folder = try TestFolder()
        let pipe = "\(folder.path)/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let source = try DeclaredSources.payments("ndjson: a")
        for path in ["\(folder.path)/nowhere", folder.path, pipe] {
            let said = DeclaredSources.fault(of: source, .file(path))
            #expect(said.hasPrefix("shop.yaml:6: source 'payments': cannot ") && said.contains(path), "\(said)")
        }
    }

    @Test func `reading ends when nobody wants it any more`() throws {
        let source = try DeclaredSources.payments("ndjson: a")
        let rows = try SourceRows(source, .memory([Array(Self.lines.utf8)])) { true }
        var row = rows.makeRow()
        #expect(throws: SourceFault.self) { try rows.next(&row) }
    }
}
