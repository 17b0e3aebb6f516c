import Diagnostics

/// Rows of text in columns: the first to the left, the others to the right, as numbers are read, but for those that
/// hold words.
struct Table {
    private var rows: [[String]]
    private let left: ClosedRange<Int>

    init(_ header: [String], left: ClosedRange<Int> = 0...0) {
        rows = [header]
        self.left = left
    }

    mutating func add(_ row: [String]) {
        precondition(row.count == rows[0].count, "\(row.count) cells in a table of \(rows[0].count) columns")
        rows.append(row)
    }

    var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].columnCount }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.columnCount)
                let isLeft = column == 0 || left.contains(column)
                if isLeft, column == widths.count - 1 { return cell.0 }
                return isLeft ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }
    }
}
