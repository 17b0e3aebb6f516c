internal import Diagnostics
internal import SQLite

/// The rows of a query. The file is opened for reading, only a single statement that changes nothing is taken, and it
/// ends when whoever asked for it wants no more. While it runs, writers of a database without a write-ahead log wait.
final class QueryRecords: SourceRecords {
    private let statement: Statement
    /// Of the statement's columns, those that the plan names: place and slot.
    private var wanted: [(column: Int32, slot: Int)] = []
    private var row = 0
    private var text: [UInt8] = []

    init(_ path: String, _ query: String, isOver: @escaping () -> Bool) throws(DatabaseError) {
        let database = try Database(path, .reading)
        // What the file says of itself must call no function that does more than compute.
        try database.run("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF")
        database.interrupt(when: isOver)
        statement = try database.prepareQuery(query)
    }

    var columns: [String] { statement.columns }

    /// Of two columns with one name, nobody could say which is meant.
    func begin(_ slots: SourceSlots) throws(RowFault) {
        for (column, name) in columns.enumerated() {
            guard let slot = slots.slots.firstIndex(where: { $0.name.value == name }) else { continue }
            if wanted.contains(where: { $0.slot == slot }) {
                throw RowFault(
                    "two columns of the query are called '\(name)'", at: slots.slots[slot].name.span,
                    fix: "give one another name with AS")
            }
            wanted.append((Int32(column), slot))
        }
    }

    var place: String { "row \(row)" }

    func next(_ slots: SourceSlots, into row: inout SourceRow) throws(RowFault) -> Bool {
        do throws(DatabaseError) {
            guard try statement.step() else { return false }
        } catch {
            self.row += 1
            throw RowFault(error.kind == .interrupted ? "the query takes too long" : "\(error)")
        }
        self.row += 1
        for (column, slot) in wanted { try fill(slot, column, slots, into: &row) }
        return true
    }

    private func fill(
        _ slot: Int, _ column: Int32, _ slots: SourceSlots, into row: inout SourceRow
    ) throws(RowFault) {
        let kind = statement.kind(column)
        if kind == .integer { return try slots.fill(slot, statement.integer(column), into: &row) }
        // Taken out while it is written to: whoever held it as well would make that a copy.
        var text: [UInt8] = []
        swap(&text, &self.text)
        defer { swap(&text, &self.text) }
        text.removeAll(keepingCapacity: true)
        if kind == .text || kind == .real { statement.append(column, to: &text) }
        let cell: SourceCell =
            switch kind {
            case .null: .null
            case .text: .text
            case .integer, .real: .number
            case .blob: .blob
            }
        try slots.fill(slot, cell, text.span, into: &row)
    }
}
