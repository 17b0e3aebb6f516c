/// Renders a diagnostic for people:
///
///     plan.yaml:14:11: error: 'rate' needs a unit; write '200/s' or '12000/min'
///      14 |     rate: 200
///         |           ^~~
///
/// The column is the one on the screen, counted from 1. Of a span over several lines the first and the last are shown.
/// A line wider than `width` is cut to a window around the span, with `…` where something is missing. Whatever came
/// from outside is harmless on a terminal; only the colours, if asked for, are not text.
package struct DiagnosticRenderer: Sendable {
    package let width: Int
    package let colour: Bool

    package init(width: Int = 100, colour: Bool = false) {
        precondition(width >= 20, "a window of \(width) columns")
        self.width = width
        self.colour = colour
    }

    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map(render).joined()
    }

    package func render(_ diagnostic: Diagnostic) -> String {
        let words = diagnostic.message + (diagnostic.fix.map { "; " + $0 } ?? "")
        let style: Style = diagnostic.severity == .error ? .error : .warning
        let lines = rendered(diagnostic.severity.rawValue, style, words, at: diagnostic.span)
        let notes = diagnostic.notes.flatMap { rendered("note", .note, $0.message, at: $0.span) }
        return (lines + notes).map { $0 + "\n" }.joined()
    }

    private func rendered(_ kind: String, _ style: Style, _ words: String, at span: SourceSpan?) -> [String] {
        let place = span.map(DisplayPlace.init)
        let prefix = place.map { place in
            "\(DisplayLine.harmless(place.sourceName)):\(place.first.line + 1):\(place.first.columns.lowerBound + 1): "
        }
        let head =
            styled(prefix ?? "", .plain) + styled(kind + ":", style) + " " + styled(DisplayLine.harmless(words), .plain)
        return [head] + (place.map { excerpt(at: $0, style) } ?? [])
    }

    private func excerpt(at place: DisplayPlace, _ style: Style) -> [String] {
        let gutter = String(place.end.line + 1).count
        var rows = excerpt(of: place.first, gutter, style)
        if let last = place.last {
            if last.line > place.first.line + 1 { rows.append(String(repeating: " ", count: gutter + 2) + "…") }
            rows += excerpt(of: last, gutter, style)
        }
        return rows
    }

    private func excerpt(of mark: DisplayPlace.Mark, _ gutter: Int, _ style: Style) -> [String] {
        let number = String(mark.line + 1)
        let window = DisplayWindow(of: mark.text, around: mark.columns, width: width)
        let text = window.text
        let (indent, length) = window.marked(mark.columns)
        let caret = styled("^" + String(repeating: "~", count: length - 1), style)
        return [
            " " + String(repeating: " ", count: gutter - number.count) + number + " |"
                + (text.isEmpty ? "" : " " + text),
            String(repeating: " ", count: gutter + 1) + " | " + String(repeating: " ", count: indent) + caret,
        ]
    }
}

extension DiagnosticRenderer {
    /// Parameters of ANSI's "select graphic rendition".
    private enum Style: String {
        case plain = "1"
        case error = "1;31"
        case warning = "1;35"
        case note = "1;36"
    }

    private func styled(_ text: String, _ style: Style) -> String {
        colour && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
