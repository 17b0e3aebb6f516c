internal import JSON

/// The JSON form of a diagnostic, for editors and CI. Keys keep this order, absent values are null, and later versions
/// only add keys:
///
///     diagnostic = {"severity": "error" | "warning", "message": string, "fix": string | null,
///                   "place": place | null, "notes": [{"message": string, "place": place | null}]}
///     place      = {"file": string, "offset": bytes, "length": bytes,
///                   "line": from 1, "column": from 1, "end_line": from 1, "end_column": from 1}
///
/// Columns are those of the screen, as in the rendered form; the end column is the one after the last.
extension Diagnostic {
    package var json: String {
        let notes = notes.map { note in
            JSONValue.object([("message", .text(note.message)), ("place", Self.place(note.span))])
        }
        return JSONValue.object([
            ("severity", .text(severity.rawValue)), ("message", .text(message)), ("fix", .optional(fix)),
            ("place", Self.place(span)), ("notes", .array(notes)),
        ]).written(.compact)
    }

    private static func place(_ span: SourceSpan?) -> JSONValue {
        guard let span else { return .null }
        let place = DisplayPlace(span)
        return .object([
            ("file", .text(span.source.name)), ("offset", .count(span.range.lowerBound)),
            ("length", .count(span.range.count)), ("line", .count(place.first.line + 1)),
            ("column", .count(place.first.columns.lowerBound + 1)), ("end_line", .count(place.end.line + 1)),
            ("end_column", .count(place.end.columns.upperBound + 1)),
        ])
    }
}
