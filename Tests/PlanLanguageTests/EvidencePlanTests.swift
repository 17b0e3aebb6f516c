import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary
import Testing

@testable import PlanLanguage

@Suite struct EvidencePlanTests {
    private func outcome(_ evidence: String, target: String = "{url: \"http://a\"}") -> Plan.Outcome {
        let head = "plan: p\ntarget: \(target)\njourneys: {pay: {steps: [GET /: {}]}}\n"
        return Plan.parse(
            SourceText(name: "p", text: head + "traffic: [hold: {for: 1s, rate: 1/s}]\nevidence:\n" + evidence))
    }

    /// Each with the text that it marks.
    private func mistakes(_ evidence: String, target: String = "{url: \"http://a\"}") -> [String] {
        outcome(evidence, target: target).diagnostics.map { diagnostic in
            let marked = diagnostic.span.map { String(decoding: $0.source.bytes[$0.range], as: UTF8.self) } ?? ""
            let first = marked.split(separator: "\n").first.map(String.init) ?? ""
            return "[\(first)] \(diagnostic.message)" + (diagnostic.fix.map { "; \($0)" } ?? "")
        }
    }

    private static let columns = "columns: {id: no, currency: {always: EUR}, amount: cents, state: status}"

    @Test func `everything that can be said of a source arrives`() throws {
        let text = """
              - payments:
                  sqlite: shop/orders.db
                  query: SELECT order_no, total FROM orders
                  columns:
                    id: order_no
                    currency: {always: EUR}
                    amount: {column: total, decimals: 2}
                    state: {column: status, words: {PAID: captured, 7: failed}}
                    created_ms: {column: made, form: iso8601}
                    changed_ms: made
                    version: {always: 1}
              - statement: {csv: bank.csv, columns: {channel: {always: icbc}, reference: ref, booking: kind, amount: a, currency: c}}
              - refunds:
                  http: "https://pay.example.test:8443/export/refunds/?of=today"
                  headers: {Authorization: "Bearer ${env.TOKEN}", X-Run: "${run.id}"}
                  columns: {id: a, payment: b, currency: c, amount: d, state: e}
              - journal: {ndjson: books.ndjson, columns: {number: n, change: c, account: a, currency: k, amount: x}}

            """
        let plan = try #require(outcome(text).plan, "\(mistakes(text))")
        #expect(plan.evidence.map(\.table) == [.payments, .statement, .refunds, .journal])
        let payments = plan.evidence[0]
        guard case .sqlite(let path, let query) = payments.origin else { throw YAMLShapeError() }
        #expect(path.value == "shop/orders.db" && query.value == "SELECT order_no, total FROM orders")
        func form(_ column: String) -> SourceForm? {
            guard let place = payments.table.place(of: column), case .column(_, let form)? = payments.columns[place]
            else {
                return nil
            }
            return form
        }
        #expect(form("id") == .plain && form("amount") == .decimals(2))
        #expect(form("created_ms") == .time(.iso8601) && form("changed_ms") == .time(.milliseconds))
        #expect(
            form("state") == .words([.init(theirs: "PAID", ours: "captured"), .init(theirs: "7", ours: "failed")]))
        #expect(form("key") == nil && form("currency") == nil)
        guard case .http(let resource, let headers) = plan.evidence[2].origin else { throw YAMLShapeError() }
        #expect(resource.value.target == "/export/refunds/?of=today" && resource.value.address.port == 8_443)
        #expect("\(resource.value)" == "https://pay.example.test:8443/export/refunds")
        #expect(headers.map(\.name) == ["Authorization", "X-Run"])
    }

    @Test(arguments: [
        (
            "- payment: {csv: a.csv, columns: {}}",
            "[payment] a source of evidence cannot be 'payment'; did you mean 'payments'?"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: a, state: s, stat: s}}",
            "[stat] 'columns' has no key 'stat'; did you mean 'state'?"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, amount: a, state: s}}",
            "[{id: no, amount: a, state: s}] 'columns' has no 'currency'; write 'currency: order_no'"
        ),
        ("- payments: {csv: a.csv}", "[{csv: a.csv}] 'payments' has no 'columns'"),
        (
            "- payments: {\(columns)}",
            "[{\(columns)}] the source says nowhere to read; write one of 'sqlite', 'csv', 'ndjson' and 'http'"
        ),
        (
            "- payments: {csv: a.csv, http: 'http://a/b', \(columns)}",
            "[{csv: a.csv, http: 'http://a/b', \(columns)}] a source is read at one place, not at 2; write one of 'sqlite', 'csv', 'ndjson' and 'http'"
        ),
        (
            "- payments: {sqlite: a.db, \(columns)}",
            "[{sqlite: a.db, \(columns)}] 'sqlite' and 'query' belong together; write {sqlite: shop/orders.db, query: SELECT ... FROM orders}"
        ),
        (
            "- payments: {sqlite: a.db, query: DELETE FROM orders, \(columns)}",
            "[DELETE FROM orders] 'query' only reads, and 'DELETE' does not; write a query that begins with SELECT"
        ),
        (
            "- payments: {csv: a.csv, headers: {A: b}, \(columns)}",
            "[{A: b}] only 'http' has headers; leave them out"
        ),
        (
            "- payments: {http: 'http://a/b', headers: {A: '${id}'}, \(columns)}",
            "[${id}] a source is fetched once, and 'id' is not known there; write '${env.NAME}', or a part of 'run' or 'shadow'"
        ),
        (
            "- payments: {http: 'a/b', \(columns)}",
            "['a/b'] 'http' is a URL, not 'a/b'; write 'https://pay.example.test/export/refunds'"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: a, state: {column: s, words: {PAID: capturd}}}}",
            "[capturd] there is no word 'capturd' here; did you mean 'captured'?"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: a, state: {always: PAID}}}",
            "[PAID] there is no word 'PAID' here; the words are created, risk_review, routing, processing, unknown, authorized, captured, partially_refunded, refunded, failed, cancelled, expired"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: {}, currency: c, amount: a, state: s}}",
            "[{}] nothing says where the values come from; write 'column' with the source's name for it, or 'always' with the value"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: {column: a, always: b}, currency: c, amount: a, state: s}}",
            "[{column: a, always: b}] a value comes from a column, or is always the same; write 'column' with the source's name for it, or 'always' with the value"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: {always: 4.5}, state: s}}",
            "[4.5] 'always' is a whole number here, not '4.5'; write an amount in minor units, 4900 for 49.00"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: {column: a, decimals: 12}, state: s}}",
            "[12] 'decimals' is from 0 to 9, not 12"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: a, state: s, created_ms: {column: t, form: min}}}",
            "[min] 'form' cannot be 'min'; write 's' or 'ms' or 'us' or 'ns' or 'iso8601'"
        ),
        (
            "- payments: {csv: a.csv, columns: {id: no, currency: c, amount: a, state: s, created_ms: {form: s}}}",
            "[{form: s}] 'created_ms' has no 'column'; write 'column: order_no'"
        ),
    ])
    func `a slip is told at its place, with what to write`(text: String, words: String) {
        #expect(mistakes("  " + text + "\n") == [words])
    }

    @Test func `the embedded stack needs no declaration`() {
        let text = "  - payments: {csv: a.csv, \(Self.columns)}\nchannels: m.yaml\n"
        #expect(
            mistakes(text, target: "{stack: embedded}") == [
                "[payments] the embedded stack and its banks are asked for their evidence as it is; leave 'evidence' out; it is for a stack that is already there"
            ])
    }

    @Test func `several sources may fill one table`() throws {
        let text = "  - payments: {csv: a.csv, \(Self.columns)}\n  - payments: {ndjson: b, \(Self.columns)}\n"
        #expect(try #require(outcome(text).plan).evidence.count == 2)
    }
}
