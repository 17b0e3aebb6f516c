/// Lines at the bottom of a terminal that are drawn again in place: the cursor goes up as many rows as stand there,
/// each line replaces what was in its row, and what is left below is erased.
struct DrawnBlock {
    private var rows = 0

    /// What to write so that these lines stand where the block stood.
    mutating func drawing(_ lines: [String]) -> String {
        let text = start + lines.map { "\u{1b}[2K\($0)\n" }.joined() + "\u{1b}[J"
        rows = lines.count
        return text
    }

    /// What to write so that a line stands above the block, which is to be drawn again after it.
    mutating func saying(_ line: String) -> String {
        defer { rows = 0 }
        return start + "\u{1b}[J" + line + "\n"
    }

    /// What to write so that nothing of the block is left.
    mutating func clearing() -> String {
        defer { rows = 0 }
        return rows == 0 ? "" : start + "\u{1b}[J"
    }

    private var start: String { rows == 0 ? "" : "\r\u{1b}[\(rows)A" }
}
