internal import Diagnostics
internal import JSON

/// A JSON object a line. Members that the plan does not name are stepped over; of those that it names, each stands once.
///
/// A line that is cut off is no object: so the last line needs no end, and a text that ends inside one is a fault. That
/// whole lines are missing at the end is for its carrier to see.
final class NDJSONRecords: SourceRecords {
    private var window: InputWindow
    private var line = 0
    /// The line that was taken last has no end: the source ends inside it, or right behind it.
    private var isLastOpen = false
    /// By the place of a member in its object, what stood there in the row before: most rows have one order.
    private var habit: [Member] = []
    private var unescaped: [UInt8] = []
    private var slotsSeen: UInt64 = 0

    private struct Member {
        var key: [UInt8]
        /// Below zero for one that the plan does not name.
        var slot: Int
    }

    /// Members beyond are looked up each time.
    private static let habitMax = 64

    init(_ window: InputWindow) {
        self.window = window
    }

    var place: String { "line \(line)" }

    func next(_ slots: SourceSlots, into row: inout SourceRow) throws(RowFault) -> Bool {
        while let range = try takeLine() {
            line += 1
            let bytes = window.bytes
            if Self.isBlank(bytes.span.extracting(range)) { continue }
            try read(bytes.span.extracting(range), slots, into: &row)
            return true
        }
        return false
    }

    func missing(_ slots: SourceSlots) -> [Diagnostic] {
        guard line > 0 else { return [] }
        let known = habit.map { String(decoding: $0.key, as: UTF8.self) }
        return slots.slots.indices.filter { slotsSeen & 1 << UInt64($0) == 0 }.map { slot in
            slots.diagnostic(missing: slots.slots[slot], in: known, "every line of the source")
        }
    }

    /// A line without its end; nil behind the last.
    private func takeLine() throws(RowFault) -> Range<Int>? {
        var looked = 0
        while true {
            if let count = window.offset(of: UInt8(ascii: "\n"), from: looked) {
                guard count <= InputWindow.recordBytesMax else { throw tooLong }
                let range = window.start..<window.start + count
                window.take(count + 1)
                return range
            }
            looked = window.ahead
            guard looked <= InputWindow.recordBytesMax else { throw tooLong }
            if try window.more() { continue }
            guard looked > 0 else { return nil }
            isLastOpen = true
            let range = window.start..<window.end
            window.take(looked)
            return range
        }
    }

    private var tooLong: RowFault {
        line += 1
        return RowFault("it has more than \(InputWindow.recordBytesMax) bytes")
    }

    private static func isBlank(_ line: Span<UInt8>) -> Bool {
        for index in line.indices where line[index] > 0x20 { return false }
        return true
    }

    // MARK: One line

    private func read(_ line: Span<UInt8>, _ slots: SourceSlots, into row: inout SourceRow) throws(RowFault) {
        var scan = JSONMemberScan()
        var seen: UInt64 = 0
        var place = 0
        while let member = scan.next(in: line) {
            let slot = slot(of: line.extracting(member.key), at: place, slots)
            place += 1
            guard slot >= 0 else { continue }
            let bit: UInt64 = 1 << UInt64(slot)
            guard seen & bit == 0 else { throw RowFault("'\(slots.slots[slot].name.value)' stands in it twice") }
            seen |= bit
            try fill(slot, member.value, of: line, slots, into: &row)
        }
        guard scan.isWhole else { throw malformed(line) }
        slotsSeen |= seen
        for slot in slots.slots.indices where seen & 1 << UInt64(slot) == 0 {
            let nothing: [UInt8] = []
            try slots.fill(slot, .null, nothing.span, into: &row)
        }
    }

    private func slot(of key: Span<UInt8>, at place: Int, _ slots: SourceSlots) -> Int {
        if place < habit.count, habit[place].key.equals(key) { return habit[place].slot }
        let slot = slots.slot(named: key) ?? -1
        var bytes: [UInt8] = []
        unsafe key.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        if place < habit.count {
            habit[place] = Member(key: bytes, slot: slot)
        } else if place < Self.habitMax {
            habit.append(Member(key: bytes, slot: slot))
        }
        return slot
    }

    private func fill(
        _ slot: Int, _ value: JSONPathScan.Finding, of line: Span<UInt8>, _ slots: SourceSlots,
        into row: inout SourceRow
    ) throws(RowFault) {
        let bytes = line.extracting(value.range)
        switch value.kind {
        case .null: try slots.fill(slot, .null, bytes, into: &row)
        case .boolean: try slots.fill(slot, .boolean, bytes, into: &row)
        case .number: try slots.fill(slot, .number, bytes, into: &row)
        case .array, .object: try slots.fill(slot, .nested, bytes, into: &row)
        case .text:
            guard value.hasEscapes else { return try slots.fill(slot, .text, bytes, into: &row) }
            // Taken out while it is written to: whoever held it as well would make that a copy.
            var text: [UInt8] = []
            swap(&text, &unescaped)
            defer { swap(&text, &unescaped) }
            text.removeAll(keepingCapacity: true)
            _ = JSONEscapes.unescape(bytes, into: &text)
            try slots.fill(slot, .text, text.span, into: &row)
        }
    }

    /// Why the line is no object.
    private func malformed(_ line: Span<UInt8>) -> RowFault {
        var bytes: [UInt8] = []
        unsafe line.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        do throws(JSONFault) {
            _ = try JSONValue(parsing: bytes)
            return RowFault("it is no JSON object")
        } catch {
            if case .endOfText = error.reason, isLastOpen {
                return RowFault("the source ends inside it: it was cut off")
            }
            return RowFault("column \(error.column): \(error.reason)")
        }
    }
}
