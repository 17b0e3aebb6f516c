package import Diagnostics
package import PlanValues
package import StackVocabulary

/// What a stack or a bank says of itself, where to read it, and what its columns mean. Nothing is ever written there.
package struct DeclaredSource: Sendable {
    package enum Origin: Sendable {
        case sqlite(path: Located<String>, query: Located<String>)
        case csv(path: Located<String>)
        case ndjson(path: Located<String>)
        /// Fetched behind the drain.
        case http(Located<HTTPResource>, headers: [(name: String, value: Template)])
    }

    package let table: EvidenceTable
    package let origin: Origin
    /// One for each column of the table, in the table's order; nil where the plan says nothing of it.
    package let columns: [SourceColumn?]
    /// Where the plan names the table.
    package let span: SourceSpan

    package init(table: EvidenceTable, origin: Origin, columns: [SourceColumn?], span: SourceSpan) {
        precondition(columns.count == table.columns.count, "\(columns.count) columns for the table '\(table.name)'")
        self.table = table
        self.origin = origin
        self.columns = columns
        self.span = span
    }

    /// The file that it is in, as written; nil for one that is fetched.
    package var file: Located<String>? {
        switch origin {
        case .sqlite(let path, _), .csv(let path), .ndjson(let path): path
        case .http: nil
        }
    }

    /// Of the headers that it is fetched with.
    package var templates: [Template] {
        if case .http(_, let headers) = origin { headers.map(\.value) } else { [] }
    }
}

/// Where the values of one column come from.
package enum SourceColumn: Sendable {
    /// The same in every row, as it was written.
    case always(String)
    case column(Located<String>, SourceForm)
}

/// How a source writes a value of one column.
package enum SourceForm: Sendable, Equatable {
    case plain
    /// Units with at most so many decimals, of which each makes ten of the table's units.
    case decimals(Int)
    case time(TimeForm)
    /// Each of the source's words with the table's word for it. Empty where the source says the table's own.
    case words([Renaming])

    package struct Renaming: Sendable, Equatable {
        package let theirs: String
        package let ours: String

        package init(theirs: String, ours: String) {
            self.theirs = theirs
            self.ours = ours
        }
    }
}

/// How a source writes an instant.
package enum TimeForm: String, Sendable, CaseIterable {
    /// Numbers since 1970.
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"
    /// `2026-11-11T09:30:00.125+08:00`; without a zone it is UTC.
    case iso8601
}
