internal import Diagnostics
internal import PlanModel
internal import StackVocabulary

/// What a source has at one place, before anyone knows what it means.
enum SourceCell: Sendable {
    case null, text, number, boolean
    /// An object or an array.
    case nested
    case blob
}

/// Why a cell is no value of its column.
enum CellFlaw: Error {
    case missing, nested, blob, tooLong, notUTF8, notWhole, tooLarge, notText, noWord, tableWord
    case moreDecimals(Int)
    case noInstant(TimeForm)
}

/// How the cells of one of the source's columns become values of one of the table's. A class, since reading a cell would
/// otherwise count the references of all that is in it.
final class ColumnRule: Sendable {
    enum Reading: Sendable {
        case text, whole
        case decimals(Int)
        case time(TimeForm)
        /// What stands for which of the column's words; `isOwn` where the plan says nothing of it.
        case words([(text: [UInt8], word: Int)], isOwn: Bool)
    }

    /// A longer text is no id, no account and no URL.
    static let textBytesMax = 4_096

    let place: Int
    let column: EvidenceTable.Column
    let name: Located<String>
    let reading: Reading
    /// Where a row has nothing.
    let fallback: SourceRow.Value

    init(
        _ place: Int, _ column: EvidenceTable.Column, _ name: Located<String>, _ form: SourceForm,
        _ fallback: SourceRow.Value
    ) {
        self.place = place
        self.column = column
        self.name = name
        self.fallback = fallback
        reading = Self.reading(column, form)
    }

    private static func reading(_ column: EvidenceTable.Column, _ form: SourceForm) -> Reading {
        switch (form, column.kind) {
        case (.decimals(let digits), _): return .decimals(digits)
        case (.time(let form), _): return .time(form)
        case (.words(let renamings), _):
            let words = column.words
            let pairs = renamings.isEmpty ? words.map { ($0, $0) } : renamings.map { ($0.theirs, $0.ours) }
            return .words(
                pairs.compactMap { theirs, ours in words.firstIndex(of: ours).map { (Array(theirs.utf8), $0) } },
                isOwn: renamings.isEmpty)
        case (.plain, .text), (.plain, .word): return .text
        case (.plain, .integer), (.plain, .amount): return .whole
        case (.plain, .time): return .time(.milliseconds)
        }
    }

    // MARK: Reading

    func read(_ cell: SourceCell, _ bytes: Span<UInt8>, into row: inout SourceRow) throws(CellFlaw) {
        switch cell {
        case .null: return try miss(in: &row)
        case .nested: throw .nested
        case .blob: throw .blob
        case .text, .number, .boolean: break
        }
        if bytes.isEmpty { return try miss(in: &row) }
        switch reading {
        case .text: try readText(cell, bytes, into: &row)
        case .whole: row.set(place, .integer(try DecimalText.whole(bytes)))
        case .decimals(let digits): row.set(place, .integer(try DecimalText.scaled(bytes, by: digits, isExact: true)))
        case .time(let form): row.set(place, .integer(try InstantText.milliseconds(bytes, form)))
        case .words(let words, let isOwn):
            // Few words: looking at each costs less than a hash of the text.
            for index in words.indices where words[index].text.equals(bytes) {
                return row.set(place, .word(words[index].word))
            }
            throw isOwn ? .tableWord : .noWord
        }
    }

    /// A number, for who has one and no text of it.
    func read(_ number: Int64, into row: inout SourceRow) throws(CellFlaw) {
        if case .whole = reading { return row.set(place, .integer(number)) }
        let text = Array(String(number).utf8)
        try read(.number, text.span, into: &row)
    }

    func miss(in row: inout SourceRow) throws(CellFlaw) {
        if column.isRequired { throw .missing }
        row.set(place, fallback)
    }

    private func readText(_ cell: SourceCell, _ bytes: Span<UInt8>, into row: inout SourceRow) throws(CellFlaw) {
        guard bytes.count <= Self.textBytesMax else { throw .tooLong }
        var isASCII = true
        for index in bytes.indices where bytes[index] >= 0x80 {
            isASCII = false
            break
        }
        if !isASCII, (try? UTF8Span(validating: bytes)) == nil { throw .notUTF8 }
        // `1e5` and `100000` are one number and two ids.
        if cell == .number, (try? DecimalText.whole(bytes)) == nil { throw .notText }
        row.set(place, text: bytes)
    }

    // MARK: Words

    func fault(_ flaw: CellFlaw, _ bytes: Span<UInt8>) -> RowFault {
        let shown = SourceFault.shown(bytes)
        let (words, fix): (String, String?) =
            switch flaw {
            case .missing: ("has no value, and each row of the table has one", nil)
            case .nested: ("is an object or a list, and no single value", nil)
            case .blob: ("is a blob", "write 'hex(...)' or 'CAST(... AS TEXT)' in the query")
            case .tooLong: ("has more than \(Self.textBytesMax) bytes", nil)
            case .notUTF8: ("is not UTF-8", nil)
            case .notText: ("is \(shown), a number that could be written otherwise", "let the source write it as text")
            case .notWhole: ("is \(shown), which is no whole number", wholeFix)
            case .tooLarge: ("is \(shown), which takes more than 64 bits", nil)
            case .moreDecimals(let digits): ("is \(shown), which is no number with at most \(digits) decimals", nil)
            case .noInstant(let form):
                ("is \(shown), which is no instant in the form '\(form.rawValue)'", instantFix(form))
            case .noWord: ("is \(shown), which no word of 'words' stands for", "add it to 'words'")
            case .tableWord:
                (
                    "is \(shown), which is no word of '\(column.name)'",
                    "say what stands for what with '\(column.name): {column: \(name.value), words: {...}}'"
                )
            }
        return RowFault("'\(name.value)' \(words)", at: name.span, fix: fix)
    }

    private var wholeFix: String? {
        column.kind == .amount
            ? "write '\(column.name): {column: \(name.value), decimals: 2}' for amounts such as 49.00" : nil
    }

    private func instantFix(_ form: TimeForm) -> String? {
        let others = TimeForm.allCases.filter { $0 != form }.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return "'form' can be \(others) as well"
    }
}
