// Goal: what a stack or a bank that knows nothing of Spillway says of itself, as rows of the audit's tables.
// Method: a plan names the source's columns and what they mean; a reader for each form (NDJSON, CSV, a query of SQLite)
// brings one record after the other ahead in bounded memory; each cell becomes a value by its column's rule, or is a
// fault that names source, record and column. Nothing is guessed, nothing is left out, and nothing is ever written.
// Not here: fetching (the run does it), tables and checks (the audit's), what no single row tells, as ids that stand twice.

internal import Diagnostics
internal import EventLoop
package import PlanModel
internal import SQLite
internal import StackVocabulary

/// The rows of one source, pulled one by one.
///
///     let rows = try SourceRows(source, input) { clock.now > deadline }
///     var row = rows.makeRow()
///     while try rows.next(&row) { ... row.values, row.bytes ... }
package final class SourceRows {
    package let source: DeclaredSource
    /// So far.
    package private(set) var count = 0
    private let slots: SourceSlots
    private let records: any SourceRecords
    private let isOver: () -> Bool

    /// More are no evidence of one run.
    package static let countMax = 1_000_000_000
    private static let rowsBetweenLooks = 4_096

    /// Opens it, and looks whether it has the columns that the plan names, as far as that can be seen before its rows.
    ///
    /// - Parameter isOver: asked now and then on the reading thread; once it says so, reading ends with a fault. A foreign
    ///   query may otherwise run for ever.
    package init(
        _ source: DeclaredSource, _ input: SourceInput, isOver: @escaping () -> Bool
    ) throws(SourceFault) {
        self.source = source
        self.isOver = isOver
        slots = SourceSlots(source)
        records = try Self.open(source, input, slots, isOver)
    }

    /// A row of this source's table, to be filled.
    package func makeRow() -> SourceRow { slots.emptyRow }

    /// False behind the last. After a fault there is nothing more to read.
    package func next(_ row: inout SourceRow) throws(SourceFault) -> Bool {
        if count % Self.rowsBetweenLooks == 0, isOver() { throw SourceFault(source, "reading it takes too long") }
        row.begin()
        let isThere: Bool
        do throws(RowFault) {
            isThere = try records.next(slots, into: &row)
        } catch {
            throw SourceFault(source, "\(records.place): \(error.words)", at: error.span, fix: error.fix)
        }
        guard isThere else {
            let missing = records.missing(slots)
            if !missing.isEmpty { throw SourceFault(source, missing) }
            return false
        }
        count += 1
        if count > Self.countMax { throw SourceFault(source, "it has more than \(Self.countMax) rows") }
        return true
    }

    // MARK: Opening

    private static func open(
        _ source: DeclaredSource, _ input: SourceInput, _ slots: SourceSlots, _ isOver: @escaping () -> Bool
    ) throws(SourceFault) -> any SourceRecords {
        do {
            switch source.origin {
            case .sqlite(let path, let query):
                guard case .file(let file) = input else { throw SourceFault(source, "a database is a file") }
                return try Self.query(source, file, asWritten: path, query, slots, isOver)
            case .csv:
                let records = try CSVRecords(input.window())
                try records.begin(slots)
                try check(records.columns, of: source, "the file", slots)
                return records
            case .ndjson, .http: return try NDJSONRecords(input.window())
            }
        } catch let error as RowFault {
            throw SourceFault(source, "line 1: \(error.words)", at: error.span, fix: error.fix)
        } catch let error as SourceFault {
            throw error
        } catch {
            throw SourceFault(source, "cannot \(error)", at: source.file?.span, fix: "paths are relative to the plan")
        }
    }

    private static func query(
        _ source: DeclaredSource, _ file: String, asWritten path: Located<String>, _ query: Located<String>,
        _ slots: SourceSlots, _ isOver: @escaping () -> Bool
    ) throws(SourceFault) -> any SourceRecords {
        do {
            let records = try QueryRecords(file, query.value, isOver: isOver)
            try records.begin(slots)
            try check(records.columns, of: source, "the query", slots)
            return records
        } catch let error as DatabaseError {
            let isOfFile = [.cannotOpen, .notADatabase, .corrupt, .busy, .inputOutput].contains(error.kind)
            throw SourceFault(
                source, "\(error)", at: isOfFile ? path.span : query.span,
                fix: isOfFile ? "paths are relative to the plan" : nil)
        } catch let error as RowFault {
            throw SourceFault(source, error.words, at: error.span, fix: error.fix)
        } catch let error as SourceFault {
            throw error
        } catch {
            throw SourceFault(source, "\(error)")
        }
    }

    private static func check(
        _ columns: [String], of source: DeclaredSource, _ noun: String, _ slots: SourceSlots
    ) throws(SourceFault) {
        let missing = slots.diagnostics(missingIn: columns, noun)
        if !missing.isEmpty { throw SourceFault(source, missing) }
    }
}

extension SourceFault {
    fileprivate init(_ source: DeclaredSource, _ diagnostics: [Diagnostic]) {
        self.init(
            diagnostics.map { .error("source '\(source.table.name)': \($0.message)", at: $0.span, fix: $0.fix) })
    }
}

extension DeclaredSource {
    /// The file that it is read from; nil for one that is fetched first.
    package func path(in planFolder: String) -> String? {
        file.map { path in
            let isWhole = path.value.hasPrefix("/") || planFolder.isEmpty
            return isWhole ? path.value : planFolder + (planFolder.hasSuffix("/") ? "" : "/") + path.value
        }
    }
}
