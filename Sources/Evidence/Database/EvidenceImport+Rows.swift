internal import Diagnostics
internal import PlanModel
internal import SQLite
internal import StackVocabulary

extension EvidenceImport {
    /// Rows of a source that the plan declares, in the form of the tables that they fill.
    package func take(_ collected: CollectedSource, isOver: @escaping () -> Bool) throws(EvidenceError) {
        let table = collected.source.table
        let name = "declared \(table.name)"
        if case .missing(let reason) = collected.state {
            return try note(SourceStanding(name: name, state: .missing, tables: [table.name], fault: reason))
        }
        try take(name, into: [table.name]) { rows in
            let source = try collected.rows(isOver: isOver)
            let filler = try RowFiller(table, self, isEmbedded: false)
            var row = source.makeRow()
            while try source.next(&row) {
                try filler.add(row)
                rows += 1
            }
        }
    }

    /// A table that the embedded stack's operator was told, up to its watermark.
    func take(_ export: CollectedEvidence.Export, _ rows: inout Int64) throws {
        guard let table = EvidenceTable(rawValue: export.table) else {
            preconditionFailure("an export of '\(export.table)', which is no table")
        }
        let input: SourceInput =
            switch export.place {
            case .file(let path): .file(path)
            case .memory(let pieces): .memory(pieces)
            }
        let source = try SourceRows(.asItIs(table, export.namespace), input) { false }
        let filler = try RowFiller(table, self, isEmbedded: true)
        var row = source.makeRow()
        // Behind the rows stands the watermark.
        while rows < export.rows ?? .max, try source.next(&row) {
            try filler.add(row)
            rows += 1
        }
        guard rows == export.rows else {
            let reason = export.rows.map { "\(rows) rows of \($0)" } ?? "its last line, the watermark, is missing"
            throw EvidenceError("read", "the export of \(export.namespace.name) \(export.table)", reason: reason)
        }
    }
}

extension DeclaredSource {
    /// The columns have the table's own names, and whatever has no name there is left out.
    fileprivate static func asItIs(_ table: EvidenceTable, _ namespace: Namespace) -> DeclaredSource {
        let text = SourceText(name: "the stack's export", bytes: [])
        let span = SourceSpan(text, 0..<0)
        let columns = table.columns.map { column -> SourceColumn in
            if column.name == "namespace" { return .always(namespace.name) }
            let form: SourceForm = if case .word = column.kind { .words([]) } else { .plain }
            return .column(Located(column.name, at: span), form)
        }
        return DeclaredSource(
            table: table, origin: .ndjson(path: Located(text.name, at: span)), columns: columns, span: span)
    }
}

/// Writes rows of one table.
private struct RowFiller {
    private let table: EvidenceTable
    private let statement: Statement
    private let words: [[String]]
    /// Columns whose texts are ids of the embedded stack, which stand as numbers.
    private let ids: [Bool]
    private let keyPlace: Int?
    private let cards: MaskedIDs

    init(_ table: EvidenceTable, _ evidence: EvidenceImport, isEmbedded: Bool) throws {
        self.table = table
        cards = evidence.cards
        words = table.columns.map(\.words)
        ids = table.columns.map { isEmbedded && ["id", "payment", "record"].contains($0.name) }
        keyPlace = table.place(of: "key")
        statement = try evidence.insert(into: table.name, columns: table.columns.count + Self.own(table))
    }

    /// Columns behind the table's own that nobody declares.
    private static func own(_ table: EvidenceTable) -> Int {
        switch table {
        case .payments, .refunds: 1
        case .statement: 4
        case .attempts, .journal, .balances, .notifications: 0
        }
    }

    func add(_ row: SourceRow) throws {
        for (place, value) in row.values.enumerated() {
            let column = Int32(place + 1)
            switch value {
            case .none: statement.bindNull(column)
            case .integer(let number): statement.bind(column, number)
            case .word(let word): statement.bind(column, words[place][word])
            case .text(let range): try bind(column, row.bytes.span.extracting(range), isID: ids[place])
            }
        }
        let next = Int32(row.values.count + 1)
        switch table {
        case .payments, .refunds:
            statement.bind(next, masking: keyPlace.flatMap { row.text($0) }.map(SentKey.found))
        case .statement:
            statement.bindNull(next)
            statement.bindNull(next + 1)
            statement.bindNull(next + 2)
            statement.bind(next + 3, Namespace.shadow.name)
        case .attempts, .journal, .balances, .notifications: break
        }
        try statement.run()
    }

    private func bind(_ column: Int32, _ text: Span<UInt8>, isID: Bool) throws {
        if isID, let id = RecordID(text) {
            statement.bind(column, id.number)
        } else if CardMask.first(in: text) != nil {
            statement.bind(column, try cards.masked(text))
        } else {
            statement.bind(column, text: text)
        }
    }
}
