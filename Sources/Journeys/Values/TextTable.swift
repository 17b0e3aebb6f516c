/// Texts side by side, in rows and columns: a csv file, or a list of choices.
struct TextTable: Sendable {
    private let bytes: [UInt8]
    /// The end of each cell; it begins where the one before ends.
    private let ends: [Int]
    let columns: [String]
    /// Whether no cell of a column needs escaping anywhere.
    private(set) var isClean: [Bool]

    var rowCount: Int { ends.count / columns.count }

    init(columns: [String], rows: [[[UInt8]]]) {
        var (bytes, ends): ([UInt8], [Int]) = ([], [])
        isClean = columns.map { _ in true }
        for row in rows {
            precondition(row.count == columns.count, "\(row.count) cells in \(columns.count) columns")
            for (column, cell) in row.enumerated() {
                bytes += cell
                ends.append(bytes.count)
                if !cell.span.isUnreserved { isClean[column] = false }
            }
        }
        self.columns = columns
        self.bytes = bytes
        self.ends = ends
    }

    init(choices: [String]) {
        self.init(columns: [""], rows: choices.map { [Array($0.utf8)] })
    }

    func append(row: Int, column: Int, to out: inout [UInt8]) {
        let cell = row * columns.count + column
        out.append(bytes.span.extracting((cell == 0 ? 0 : ends[cell - 1])..<ends[cell]))
    }
}
