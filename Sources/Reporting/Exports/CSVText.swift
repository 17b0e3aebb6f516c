import Diagnostics

/// Rows as RFC 4180 wants them: a comma between, CR LF behind, quotes where a cell needs them.
///
/// A spreadsheet takes a text that begins as a formula does for one, and runs it; so it gets an apostrophe before it, which
/// says there that it is text. Numbers are ours and stay numbers.
struct CSVText {
    /// Of one cell of text.
    static let columnsMax = 200

    private(set) var text = ""
    private var isAtStart = true

    mutating func add(text cell: String) { add(Self.guarded(cell.harmless.fitted(to: Self.columnsMax))) }

    mutating func add(count: UInt64) { append(String(count)) }

    /// What is missing is an empty cell.
    mutating func add(_ number: Double?, places: Int = 3) {
        guard let number, number.isFinite else { return append("") }
        guard number != number.rounded() else { return append(FixedPoint.text(number, places: 0)) }
        // A number too small for its places is no nothing.
        guard abs(number) >= 1e-2 else { return append(String(number)) }
        // Zeros at the end say nothing.
        var fixed = FixedPoint.text(number, places: places)
        while fixed.utf8.last == UInt8(ascii: "0") { fixed.removeLast() }
        append(fixed)
    }

    mutating func endRow() {
        text += "\r\n"
        isAtStart = true
    }

    private mutating func add(_ cell: String) { append(Self.quoted(cell)) }

    private mutating func append(_ cell: String) {
        if !isAtStart { text += "," }
        isAtStart = false
        text += cell
    }

    private static func guarded(_ cell: String) -> String {
        // By scalars: what a mark is put upon is another character.
        guard let first = cell.unicodeScalars.first(where: { $0 != " " }), "=+-@|%".unicodeScalars.contains(first)
        else { return cell }
        return "'" + cell
    }

    private static func quoted(_ cell: String) -> String {
        let isPlain = cell.utf8.allSatisfy { byte in
            byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte >= 0x20
        }
        return isPlain && cell.first != " " && cell.last != " " ? cell : "\"\(cell.replacing("\"", with: "\"\""))\""
    }
}
