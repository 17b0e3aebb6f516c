/// The part of a line that is shown when the line is wider than the screen:
///
///     …"merchant": {pool: 1000, pick: zpif 1.1}, "amount": {minor: lognormal p50=49…
///                                     ^~~~
struct DisplayWindow {
    private let line: DisplayLine
    private let columns: Range<Int>

    /// The whole line if it fits; else its beginning if the mark starts there, and else the mark in the middle.
    init(of line: DisplayLine, around mark: Range<Int>, width: Int) {
        self.line = line
        guard line.width > width else {
            columns = 0..<line.width
            return
        }
        let start = mark.lowerBound < width * 3 / 4 ? 0 : mark.lowerBound - width / 2
        columns = min(start, line.width - width)..<min(start, line.width - width) + width
    }

    private var isCutBefore: Bool { columns.lowerBound > 0 }
    private var isCutAfter: Bool { columns.upperBound < line.width }

    /// The columns in which whole cells are shown; the signs of omission take one each.
    private var shown: Range<Int> {
        columns.lowerBound + (isCutBefore ? 1 : 0)..<columns.upperBound - (isCutAfter ? 1 : 0)
    }

    var text: String {
        let cells = line.cells.filter {
            shown.lowerBound <= $0.columns.lowerBound && $0.columns.upperBound <= shown.upperBound
        }
        // A wide cell across the edge leaves a gap.
        let gap = isCutBefore ? (cells.first?.columns.lowerBound ?? shown.lowerBound) - shown.lowerBound : 0
        let before = isCutBefore ? "…" + String(repeating: " ", count: gap) : ""
        return before + cells.map(\.text).joined() + (isCutAfter ? "…" : "")
    }

    /// Where in the window the mark begins, and how many columns of it are seen: one at least.
    func marked(_ mark: Range<Int>) -> (indent: Int, length: Int) {
        let start = min(max(mark.lowerBound, columns.lowerBound), max(columns.upperBound, mark.lowerBound))
        return (start - columns.lowerBound, max(1, min(mark.upperBound, columns.upperBound) - start))
    }
}
