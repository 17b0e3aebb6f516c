import Diagnostics
import PlanModel
import StackVocabulary

// The libFuzzer entry of the readers of foreign sources; scripts/fuzz builds and runs it.
//
// An input's first byte says the form (even: CSV) and how the rest comes from its file: whole, or so many bytes at a
// time. A finding is a trap, a source that reads differently when it comes in pieces, a text that is not UTF-8, or a row
// without a value that each row has.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count >= 1 else { return 0 }
    // libFuzzer lends `count` bytes for the duration of this call.
    let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    let isTable = input[0] & 1 == 0
    let text = Array(input.dropFirst())
    let whole = Reading(isTable, InputWindow([text]))
    precondition(Reading(isTable, InputWindow(InputFile(text, Int(input[0] >> 1) + 1))) == whole, "pieces read differently")
    return 0
}

/// What came of it: rows, and the fault that ended them.
private struct Reading: Equatable {
    var rows: [[String?]] = []
    var fault: String?

    init(_ isTable: Bool, _ window: InputWindow) {
        do throws(RowFault) {
            try read(isTable, window)
        } catch {
            fault = error.words
        }
    }

    private mutating func read(_ isTable: Bool, _ window: InputWindow) throws(RowFault) {
        let slots = SourceSlots(source)
        let records: any SourceRecords
        if isTable {
            let table = CSVRecords(window)
            try table.begin(slots)
            if !slots.diagnostics(missingIn: table.columns, "it").isEmpty { return }
            records = table
        } else {
            records = NDJSONRecords(window)
        }
        var row = slots.emptyRow
        row.begin()
        while try records.next(slots, into: &row) {
            rows.append(row.values.indices.map { row.text($0) })
            for value in row.values {
                guard case .text(let range) = value else { continue }
                precondition(String(validating: row.bytes[range], as: UTF8.self) != nil, "a text that is not UTF-8")
            }
            precondition(row.text(0) != nil && row.text(4) != nil && row.text(5) != nil, "a row without its values")
            row.begin()
        }
    }
}

/// One column of each kind.
private let source: DeclaredSource = {
    let span = SourceSpan(SourceText(name: "fuzz", text: ""), 0..<0)
    func column(_ name: String, _ form: SourceForm) -> SourceColumn { .column(Located(name, at: span), form) }
    var columns = [SourceColumn?](repeating: nil, count: EvidenceTable.payments.columns.count)
    columns[0] = column("i", .plain)
    columns[1] = column("k", .plain)
    columns[3] = .always("EUR")
    columns[4] = column("a", .decimals(2))
    columns[5] = column("s", .words([.init(theirs: "P", ours: "captured"), .init(theirs: "D", ours: "failed")]))
    columns[6] = column("v", .plain)
    columns[11] = column("t", .time(.iso8601))
    columns[12] = column("u", .time(.seconds))
    return DeclaredSource(
        table: .payments, origin: .csv(path: Located("fuzz", at: span)), columns: columns, span: span)
}()

/// Stands for a file: it gives so many bytes at a time.
final class InputFile {
    private var rest: ArraySlice<UInt8>
    private let pieceBytes: Int

    init(_ bytes: [UInt8], _ pieceBytes: Int) {
        rest = bytes[...]
        self.pieceBytes = pieceBytes
    }

    func read(into bytes: inout [UInt8], from place: Int) throws(RowFault) -> Int {
        let piece = rest.prefix(min(pieceBytes, bytes.count - place))
        for (offset, byte) in piece.enumerated() { bytes[place + offset] = byte }
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}
