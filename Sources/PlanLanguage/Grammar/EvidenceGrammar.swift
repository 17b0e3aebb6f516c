import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary

/// `evidence`: what a stack or a bank that knows nothing of Spillway says of itself, and where that is read.
///
/// A source is a table of the audit's with the columns that fill it. Tables and columns are those of `EvidenceTable`;
/// each has its record here, so that an editor completes them and a slip is told with what was meant.
enum EvidenceGrammar {
    static let section = Shape<[DeclaredSource]>.list(
        .variants("a source of evidence", EvidenceTable.allCases.map(variant)), countMin: 0)

    private static func variant(_ table: EvidenceTable) -> Variant<DeclaredSource> {
        Variant(table.name, table.about, source(of: table)) { draft, entry, _ in
            DeclaredSource(table: table, origin: draft.origin, columns: draft.columns, span: entry.keySpan)
        }
    }

    // MARK: The source

    private struct Draft: Sendable {
        let origin: DeclaredSource.Origin
        let columns: [SourceColumn?]
    }

    private static let sqlite = Key<Located<String>?>.optional(
        "sqlite", Shape<String>.text.located, "a database file, opened for reading only")
    private static let query = Key<Located<String>?>.optional(
        "query", selection.located, "what is asked of `sqlite`: one SELECT")
    private static let csv = Key<Located<String>?>.optional(
        "csv", Shape<String>.text.located, "a file of RFC 4180; its first line names the columns")
    private static let ndjson = Key<Located<String>?>.optional(
        "ndjson", Shape<String>.text.located, "a file with a JSON object a line")
    private static let http = Key<Located<HTTPResource>?>.optional(
        "http",
        Phrases.withPort(
            from: 1,
            Shape<HTTPResource>.phrase(
                "a URL", pattern: "^https?://[^@# ]+$", examples: ["https://pay.example.test/export/refunds"],
                HTTPResource.init)
        ).located, "where NDJSON is fetched behind the drain; it must be allowed like any other peer")
    private static let headers = Key<[(name: Located<String>, value: Template)]>.defaulted(
        "headers", .names(headerValue), to: [], shown: "none", "sent with the request for `http`")

    private static func source(of table: EvidenceTable) -> Shape<Draft> {
        let columns = Key<[SourceColumn?]>.required(
            "columns", columns(of: table), "which of the source's columns is which of the table's")
        return .record(
            "evidence.\(table.name)",
            "Exactly one of `sqlite`, `csv`, `ndjson` and `http` says where this is read: \(table.about).",
            [sqlite, query, csv, ndjson, http, headers, columns]
        ) { fields, reading in
            origin(fields, &reading).map { Draft(origin: $0, columns: fields[columns]) }
        }
    }

    private static func origin(_ fields: Fields, _ reading: inout PlanReading) -> DeclaredSource.Origin? {
        let written = [fields.has(sqlite), fields.has(csv), fields.has(ndjson), fields.has(http)].count { $0 }
        guard written == 1 else {
            reading.error(
                written == 0 ? "the source says nowhere to read" : "a source is read at one place, not at \(written)",
                at: fields.span, fix: "write one of 'sqlite', 'csv', 'ndjson' and 'http'")
            return nil
        }
        if fields.has(sqlite) != fields.has(query) {
            reading.error(
                "'sqlite' and 'query' belong together", at: fields.span,
                fix: "write {sqlite: shop/orders.db, query: SELECT ... FROM orders}")
        }
        if fields.has(headers), !fields.has(http) {
            reading.error("only 'http' has headers", at: fields.span(of: headers), fix: "leave them out")
        }
        if let path = fields[csv] { return .csv(path: path) }
        if let path = fields[ndjson] { return .ndjson(path: path) }
        if let resource = fields[http] {
            return .http(resource, headers: fields[headers].map { (name: $0.name.value, value: $0.value) })
        }
        guard let path = fields[sqlite], let query = fields[query] else { return nil }
        return .sqlite(path: path, query: query)
    }

    /// What SQLite itself makes of it is told by the preflight, where the file is there.
    private static let selection = Shape<String>.text.then { text, node, name, reading in
        let word = text.drop(while: \.isWhitespace).prefix { $0.isLetter }.lowercased()
        if ["select", "with"].contains(word) { return text }
        reading.error(
            "'\(name)' only reads, and '\(word.isEmpty ? String(text.prefix(20)) : word.uppercased())' does not",
            at: node.span, fix: "write a query that begins with SELECT")
        return nil as String?
    }

    /// It is fetched once: nothing of a journey is known there.
    private static let headerValue = Shape<Template>(form: Shape<Template>.template.form) { node, name, reading in
        let count = reading.templates.count
        guard let template = Shape<Template>.template.read(node, name, &reading) else { return nil }
        let strangers = template.references.filter { !["env", "run", "shadow"].contains($0.path[0]) }
        guard !strangers.isEmpty else { return template }
        reading.templates.removeSubrange(count...)
        for stranger in strangers {
            reading.error(
                "a source is fetched once, and '\(stranger.path.joined(separator: "."))' is not known there",
                at: stranger.span, fix: "write '${env.NAME}', or a part of 'run' or 'shadow'")
        }
        return nil
    }

    // MARK: Columns

    private static func columns(of table: EvidenceTable) -> Shape<[SourceColumn?]> {
        let keys = table.columns.map(key)
        return .record(
            "evidence.\(table.name).columns",
            "The columns of `\(table.name)`, each with the source's name for it, or with how its values are found.",
            keys
        ) { fields, _ in keys.map { fields[$0] } }
    }

    private static func key(_ column: EvidenceTable.Column) -> Key<SourceColumn?> {
        let words = column.words.map { "`\($0)`" }.joined(separator: ", ")
        let about =
            column.about + (words.isEmpty ? "" : ": " + words)
            + (column.fallback.map { "; `\($0)` where nothing is said" } ?? "")
        let shape = shape(of: column)
        return column.isRequired
            ? .required(column.name, shape.map { Optional($0) }, about) : .optional(column.name, shape, about)
    }

    private static func shape(of column: EvidenceTable.Column) -> Shape<SourceColumn> {
        switch column.kind {
        case .text: .scalar(named(.plain), or: text)
        case .integer: .scalar(named(.plain), or: number)
        case .amount: .scalar(named(.plain), or: amount)
        case .time: .scalar(named(.time(.milliseconds)), or: time)
        case .word(let words): .scalar(named(.words([])), or: word(words))
        }
    }

    private static let columnName = Shape<String>.phrase(
        "the name of a column", pattern: "^.+$", examples: ["order_no"]
    ) { $0.isEmpty ? nil : $0 }

    private static func named(_ form: SourceForm) -> Shape<SourceColumn> {
        columnName.then { name, node, _, _ in .column(Located(name, at: node.span), form) }
    }

    private static let column = Key<Located<String>?>.optional(
        "column", columnName.located, "the source's name for it")
    private static let timeColumn = Key<Located<String>>.required(
        "column", columnName.located, "the source's name for it")
    private static let always = Key<Located<String>?>.optional(
        "always", constant.located, "the same in every row, instead of `column`")
    private static let decimals = Key<Int>.defaulted(
        "decimals", .integer(0...9), to: 0, shown: "0",
        "how many the source writes behind the point; `2` makes 4900 of `49.00`")
    private static let form = Key<TimeForm>.defaulted(
        "form", .word, to: .milliseconds, shown: "ms", "numbers since 1970 in that unit, or text of ISO 8601")
    private static let words = Key<[(name: Located<String>, value: Located<String>)]>.defaulted(
        "words", .names(constant.located), to: [], shown: "its own",
        "each of the source's words with the table's word for it")

    private static let constant = Shape<String>(
        form: .either([.text, .number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude)])
    ) { node, name, reading in
        if node.isScalar, !node.isNull, !node.written.isEmpty { return node.written }
        reading.wrongKind(node, name, "a single value")
        return nil
    }

    private static let text = Shape<SourceColumn>.record(
        "evidence text", "A column of text: `column`, or `always`.", [column, always]
    ) { fields, reading in value(fields, .plain, &reading) }

    private static let number = Shape<SourceColumn>.record(
        "evidence number", "A column of whole numbers: `column`, or `always`.", [column, always]
    ) { fields, reading in value(fields, .plain, isWhole: true, &reading) }

    private static let amount = Shape<SourceColumn>.record(
        "evidence amount",
        "A column of amounts in minor units, unless `decimals` says otherwise: `column`, or `always`.",
        [column, always, decimals]
    ) { fields, reading in
        let digits = fields[decimals]
        return value(fields, digits == 0 ? .plain : .decimals(digits), isWhole: true, &reading)
    }

    private static let time = Shape<SourceColumn>.record(
        "evidence time", "A column of instants.", [timeColumn, form]
    ) { fields, _ in .column(fields[timeColumn], .time(fields[form])) }

    private static func word(_ known: [String]) -> Shape<SourceColumn> {
        .record(
            "evidence word", "A column with one of few words: `column`, or `always`.", [column, always, words]
        ) { fields, reading in
            let said = fields[words].map(\.value) + [fields[always]].compactMap(\.self)
            for word in said where !known.contains(word.value) {
                reading.error(
                    "there is no word '\(word.value)' here", at: word.span,
                    fix: PlanReading.advice(word.value, known, "the words are "))
            }
            let renamings = fields[words].map { SourceForm.Renaming(theirs: $0.name.value, ours: $0.value.value) }
            return value(fields, .words(renamings), &reading)
        }
    }

    private static func value(
        _ fields: Fields, _ form: SourceForm, isWhole: Bool = false, _ reading: inout PlanReading
    ) -> SourceColumn? {
        let isColumn = fields.has(column)
        guard isColumn != fields.has(always) else {
            reading.error(
                isColumn
                    ? "a value comes from a column, or is always the same" : "nothing says where the values come from",
                at: fields.span, fix: "write 'column' with the source's name for it, or 'always' with the value")
            return nil
        }
        if let name = fields[column] { return .column(name, form) }
        guard let constant = fields[always] else { return nil }
        if isWhole, Int64(constant.value) == nil {
            reading.error(
                "'always' is a whole number here, not '\(constant.value)'", at: constant.span,
                fix: "write an amount in minor units, 4900 for 49.00")
        }
        return .always(constant.value)
    }
}
