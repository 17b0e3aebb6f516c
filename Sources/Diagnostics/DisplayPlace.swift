/// A span as lines and columns of a terminal, all counted from 0.
struct DisplayPlace {
    /// What is marked in one line; empty for a place between two characters.
    struct Mark {
        let line: Int
        let text: DisplayLine
        let columns: Range<Int>
    }

    let sourceName: String
    let first: Mark
    /// The span's last line, if that is another one.
    let last: Mark?

    init(_ span: SourceSpan) {
        let (source, range) = (span.source, span.range)
        sourceName = source.name
        let firstLine = source.line(at: range.lowerBound)
        let lastLine = source.line(at: max(range.lowerBound, range.upperBound - 1))
        let text = DisplayLine(source, line: firstLine)
        first = Mark(line: firstLine, text: text, columns: text.columns(of: range))
        guard lastLine > firstLine else {
            last = nil
            return
        }
        let lastText = DisplayLine(source, line: lastLine)
        let indent = lastText.cells.first { !$0.text.allSatisfy { $0 == " " } }?.columns.lowerBound ?? 0
        let end = lastText.columns(of: range).upperBound
        last = Mark(line: lastLine, text: lastText, columns: min(indent, end)..<end)
    }

    var end: Mark { last ?? first }
}

extension DisplayLine {
    /// The columns of all cells that these bytes touch.
    func columns(of span: Range<Int>) -> Range<Int> {
        let start = cells.first { span.lowerBound < $0.bytes.upperBound }?.columns.lowerBound ?? width
        let end = cells.last { $0.bytes.lowerBound < span.upperBound }?.columns.upperBound ?? 0
        return span.isEmpty ? start..<start : start..<max(start, end)
    }
}
