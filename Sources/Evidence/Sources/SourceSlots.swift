internal import Diagnostics
internal import PlanModel
internal import StackVocabulary

/// The columns that a plan wants of a source. One column of the source may fill several of the table.
struct SourceSlots {
    struct Slot {
        let name: Located<String>
        let bytes: [UInt8]
        var rules: [ColumnRule]
    }

    private(set) var slots: [Slot] = []
    /// A row before anything was read.
    private(set) var emptyRow: SourceRow

    init(_ source: DeclaredSource) {
        var (constants, bytes): ([SourceRow.Value], [UInt8]) = ([], [])
        for (column, said) in zip(source.table.columns, source.columns) {
            let constant = if case .always(let text)? = said { text } else { column.fallback }
            constants.append(Self.value(constant, of: column, &bytes))
        }
        emptyRow = SourceRow(source.table, constants: constants, bytes: bytes)
        for (place, column) in source.table.columns.enumerated() {
            guard case .column(let name, let form)? = source.columns[place] else { continue }
            let rule = ColumnRule(place, column, name, form, constants[place])
            if let slot = slots.firstIndex(where: { $0.name.value == name.value }) {
                slots[slot].rules.append(rule)
            } else {
                slots.append(Slot(name: name, bytes: Array(name.value.utf8), rules: [rule]))
            }
        }
    }

    /// The plan's checks have seen that it is one.
    private static func value(
        _ text: String?, of column: EvidenceTable.Column, _ bytes: inout [UInt8]
    ) -> SourceRow.Value {
        guard let text else { return .none }
        switch column.kind {
        case .integer, .amount, .time: return Int64(text).map { .integer($0) } ?? .none
        case .word(let words): return words.firstIndex(of: text).map { .word($0) } ?? .none
        case .text:
            let start = bytes.count
            bytes += text.utf8
            return .text(start..<bytes.count)
        }
    }

    func slot(named name: Span<UInt8>) -> Int? {
        for index in slots.indices where slots[index].bytes.equals(name) { return index }
        return nil
    }

    func fill(
        _ slot: Int, _ cell: SourceCell, _ bytes: Span<UInt8>, into row: inout SourceRow
    ) throws(RowFault) {
        for index in slots[slot].rules.indices {
            do throws(CellFlaw) {
                try slots[slot].rules[index].read(cell, bytes, into: &row)
            } catch {
                throw slots[slot].rules[index].fault(error, bytes)
            }
        }
    }

    func fill(_ slot: Int, _ number: Int64, into row: inout SourceRow) throws(RowFault) {
        for rule in slots[slot].rules {
            do throws(CellFlaw) {
                try rule.read(number, into: &row)
            } catch {
                let text = Array(String(number).utf8)
                throw rule.fault(error, text.span)
            }
        }
    }

    /// Those that the source does not have, at their places in the plan.
    func diagnostics(missingIn known: [String], _ noun: String) -> [Diagnostic] {
        slots.filter { !known.contains($0.name.value) }.map { diagnostic(missing: $0, in: known, noun) }
    }

    func diagnostic(missing slot: Slot, in known: [String], _ noun: String) -> Diagnostic {
        let shown = known.prefix(Self.namesShownMax).map { "'\($0)'" }.joined(separator: ", ")
        let others = known.isEmpty ? nil : "it has \(shown)" + (known.count > Self.namesShownMax ? ", ..." : "")
        return .error(
            "\(noun) has no '\(slot.name.value)'", at: slot.name.span,
            fix: Spelling.closest(to: slot.name.value, among: known).map { "did you mean '\($0)'?" } ?? others)
    }

    private static let namesShownMax = 12
}

/// What has records, one after the other.
protocol SourceRecords: AnyObject {
    /// `line 17`, `row 17`: the record that was read last.
    var place: String { get }

    /// False at the end, which is one only where the source is whole.
    func next(_ slots: SourceSlots, into row: inout SourceRow) throws(RowFault) -> Bool

    /// What the plan wants and none of the records had.
    func missing(_ slots: SourceSlots) -> [Diagnostic]
}

extension SourceRecords {
    func missing(_ slots: SourceSlots) -> [Diagnostic] { [] }
}

extension [UInt8] {
    /// The span's own comparison wants a span of the array, which an element of another array cannot lend.
    func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
