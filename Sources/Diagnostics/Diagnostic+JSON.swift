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
            #"{"message":\#(JSONText.string(note.message)),"place":\#(JSONText.place(note.span))}"#
        }
        return #"{"severity":"\#(severity.rawValue)","message":\#(JSONText.string(message)),"#
            + #""fix":\#(fix.map(JSONText.string) ?? "null"),"place":\#(JSONText.place(span)),"#
            + #""notes":[\#(notes.joined(separator: ","))]}"#
    }
}

enum JSONText {
    static func place(_ span: SourceSpan?) -> String {
        guard let span else { return "null" }
        let place = DisplayPlace(span)
        return
            #"{"file":\#(string(span.source.name)),"offset":\#(span.range.lowerBound),"length":\#(span.range.count),"#
            + #""line":\#(place.first.line + 1),"column":\#(place.first.columns.lowerBound + 1),"#
            + #""end_line":\#(place.end.line + 1),"end_column":\#(place.end.columns.upperBound + 1)}"#
    }

    /// Escapes what RFC 8259 demands, and what breaks scripts and terminals: DEL, C1 controls, U+2028 and U+2029.
    static func string(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": quoted += escaped(scalar)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
