import Diagnostics
import Evidence
import PlanLanguage
import PlanModel
import StackVocabulary
import Testing

/// Sources as plans declare them.
enum DeclaredSources {
    static func source(_ text: String) throws -> DeclaredSource {
        let head = "plan: p\ntarget: {url: \"http://a\"}\njourneys: {pay: {steps: [GET /: {}]}}\n"
        let plan = "traffic: [hold: {for: 1s, rate: 1/s}]\nevidence:\n  - \(text)\n"
        let outcome = Plan.parse(SourceText(name: "shop.yaml", text: head + plan))
        return try #require(outcome.plan?.evidence.first, "\(outcome.diagnostics.map(\.message))")
    }

    /// Four columns of `payments`, in a form that reads one of the texts below.
    static func payments(_ form: String, _ more: String = "") throws -> DeclaredSource {
        try source(
            "payments: {\(form), columns: {id: no, key: ref, currency: {always: EUR}, amount: cents, "
                + "state: {column: status, words: {PAID: captured, OPEN: processing, DEAD: failed}}\(more)}}")
    }

    /// The rows, each with the columns that have a value.
    static func rows(of source: DeclaredSource, _ input: SourceInput) throws -> [String] {
        let rows = try SourceRows(source, input) { false }
        var row = rows.makeRow()
        var texts: [String] = []
        while try rows.next(&row) { texts.append(self.text(row)) }
        #expect(rows.count == texts.count)
        return texts
    }

    static func rows(of source: DeclaredSource, _ text: String) throws -> [String] {
        try rows(of: source, .memory([Array(text.utf8)]))
    }

    static func text(_ row: SourceRow) -> String {
        row.table.columns.indices.compactMap { place in
            row.text(place).map { "\(row.table.columns[place].name)=\($0)" }
        }.joined(separator: " ")
    }

    /// What is wrong with it, as a run would tell it.
    static func fault(of source: DeclaredSource, _ input: SourceInput) -> String {
        do {
            return "no fault: \(try rows(of: source, input))"
        } catch {
            return "\(error)"
        }
    }

    static func fault(of source: DeclaredSource, _ text: String) -> String {
        fault(of: source, .memory([Array(text.utf8)]))
    }
}
