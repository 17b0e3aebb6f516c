import Diagnostics
import Evidence
import Glibc
import PlanLanguage
import PlanModel
import SQLite

/// A million rows of a foreign source, read from a file: each has an id, a key, an amount, a state, an instant.
struct SourceRound {
    let folder: String

    var lines: Round {
        get throws {
            let text = (0..<EvidenceBench.requests).map { number in
                "{\"order_no\":\"CS-\(10_000_000 + number)\",\"ref\":\"01JDAZ6R1N8F3TQ4H5\(10_000_000 + number)\",\"cents\":\(number % 9_000 + 100),"
                    + "\"status\":\"PAID\",\"made\":1700000000123}\n"
            }
            return try read("ndjson: a", try write(text))
        }
    }

    var records: Round {
        get throws {
            let text = (0..<EvidenceBench.requests).map { number in
                "CS-\(10_000_000 + number),01JDAZ6R1N8F3TQ4H5\(10_000_000 + number),\(number % 9_000 + 100),PAID,1700000000123\n"
            }
            return try read("csv: a", try write(["order_no,ref,cents,status,made\n"] + text))
        }
    }

    var query: Round {
        get throws {
            let path = "\(folder)-source.db"
            unsafe unlink(path)
            let database = try Database(path, .creating)
            try database.run(
                """
                CREATE TABLE orders (order_no TEXT, ref TEXT, cents INTEGER, status TEXT, made INTEGER);
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT \(EvidenceBench.requests))
                INSERT INTO orders SELECT 'CS-' || (10000000 + i), '01JDAZ6R1N8F3TQ4H5' || (10000000 + i),
                    i % 9000 + 100, 'PAID', 1700000000123 FROM n
                """)
            return try read("sqlite: a, query: SELECT * FROM orders", path)
        }
    }

    private func write(_ pieces: [String]) throws -> String {
        let path = "\(folder)-source"
        guard let file = unsafe fopen(path, "w") else { preconditionFailure("errno \(errno)") }
        for piece in pieces { unsafe fputs(piece, file) }
        unsafe fclose(file)
        return path
    }

    private func read(_ form: String, _ path: String) throws -> Round {
        defer { unsafe unlink(path) }
        let source = try Self.source(form)
        let rows = try SourceRows(source, .file(path)) { false }
        var row = rows.makeRow()
        let round = try EvidenceBench.measured {
            while try rows.next(&row) {}
        }
        precondition(rows.count == EvidenceBench.requests, "\(rows.count) rows")
        return round
    }

    private static func source(_ form: String) throws -> DeclaredSource {
        let text = """
            plan: p
            target: {url: "http://a"}
            journeys: {pay: {steps: [GET /: {}]}}
            traffic: [hold: {for: 1s, rate: 1/s}]
            evidence:
              - payments:
                  \(form.replacing(", query", with: "\n      query"))
                  columns:
                    id: order_no
                    key: ref
                    currency: {always: EUR}
                    amount: cents
                    state: {column: status, words: {OPEN: unknown, DEAD: failed, PAID: captured}}
                    created_ms: made

            """
        guard let source = Plan.parse(SourceText(name: "bench", text: text)).plan?.evidence.first else {
            preconditionFailure("the benchmark's plan is wrong")
        }
        return source
    }
}
