internal import Diagnostics

/// RFC 4180 in UTF-8: commas, lines that end with LF or CR LF, quotes around what holds either, doubled inside. The first
/// line names the columns; empty lines are passed over; a field without anything in it is no value.
///
/// Each line has an end, also the last: of one without it nobody could say whether it is whole.
final class CSVRecords: SourceRecords {
    private var window: InputWindow
    /// Where the record that was read last begins, and the line behind it, from 1.
    private var (line, nextLine) = (0, 1)
    /// The names of the first line, with the slot of each; below zero for one that the plan does not name.
    private(set) var columns: [String] = []
    private var slotOf: [Int] = []
    private var unquoted: [UInt8] = []

    init(_ window: InputWindow) {
        self.window = window
    }

    var place: String { "line \(line)" }

    /// Reads the first line. What the plan names there must stand in it once.
    func begin(_ slots: SourceSlots) throws(RowFault) {
        guard let range = try takeRecord() else { throw RowFault("it is empty, and has no names of columns") }
        let bytes = window.bytes
        let record = bytes.span.extracting(range)
        let hasMark = record.count >= 3 && record[0] == 0xEF && record[1] == 0xBB && record[2] == 0xBF
        var place = hasMark ? 3 : 0
        repeat {
            _ = try takeField(of: record, &place)
            // A class lends no span of what it holds.
            let text = unquoted
            let name = String(decoding: text, as: UTF8.self)
            if let slot = slots.slot(named: text.span) {
                if slotOf.contains(slot) {
                    throw RowFault("two of its columns are called '\(name)'", at: slots.slots[slot].name.span)
                }
                slotOf.append(slot)
            } else {
                slotOf.append(-1)
            }
            columns.append(name)
        } while try takeComma(of: record, &place)
    }

    func next(_ slots: SourceSlots, into row: inout SourceRow) throws(RowFault) -> Bool {
        guard let range = try takeRecord() else { return false }
        let bytes = window.bytes
        let record = bytes.span.extracting(range)
        var (place, count) = (0, 0)
        repeat {
            let start = place
            let isPlain = place == record.count || record[place] != UInt8(ascii: "\"")
            _ = try takeField(of: record, &place, isWanted: !isPlain)
            if count < slotOf.count, slotOf[count] >= 0 {
                if isPlain {
                    let cell: SourceCell = place == start ? .null : .text
                    try slots.fill(slotOf[count], cell, record.extracting(start..<place), into: &row)
                } else {
                    let text = unquoted
                    try slots.fill(slotOf[count], .text, text.span, into: &row)
                }
            }
            count += 1
        } while try takeComma(of: record, &place)
        guard count == columns.count else {
            throw RowFault("it has \(count) fields, and the first line names \(columns.count)")
        }
        return true
    }

    // MARK: Records

    /// A record without its end; nil behind the last. Quotes are counted: behind an even number of them a line ends.
    private func takeRecord() throws(RowFault) -> Range<Int>? {
        while true {
            line = nextLine
            guard let count = try recordLength() else {
                guard window.ahead == 0 else {
                    throw RowFault("the source ends inside it: its last line has no end, or a quote is not closed")
                }
                return nil
            }
            var range = window.start..<window.start + count
            window.take(count + 1)
            if let last = range.last, window.bytes[last] == UInt8(ascii: "\r") { range = range.dropLast() }
            if !range.isEmpty { return range }
        }
    }

    private func recordLength() throws(RowFault) -> Int? {
        var (place, isInQuotes) = (0, false)
        while true {
            let end = window.offset(of: UInt8(ascii: "\n"), from: place)
            let stop = end ?? window.ahead
            while let quote = window.offset(of: UInt8(ascii: "\""), from: place, before: stop) {
                isInQuotes.toggle()
                place = quote + 1
            }
            place = stop
            guard place <= InputWindow.recordBytesMax else {
                throw RowFault(
                    "it has more than \(InputWindow.recordBytesMax) bytes" + (isInQuotes ? ", with a quote open" : ""))
            }
            if end != nil {
                nextLine += 1
                if !isInQuotes { return place }
                place += 1
                continue
            }
            guard try window.more() else { return nil }
        }
    }

    // MARK: Fields

    /// Steps over a field, and keeps what it says where it is wanted. Whether it stood in quotes.
    private func takeField(
        of record: Span<UInt8>, _ place: inout Int, isWanted: Bool = true
    ) throws(RowFault) -> Bool {
        unquoted.removeAll(keepingCapacity: true)
        guard place < record.count, record[place] == UInt8(ascii: "\"") else {
            while place < record.count, record[place] != UInt8(ascii: ",") {
                if record[place] == UInt8(ascii: "\"") {
                    throw RowFault("a quote stands inside a field without quotes")
                }
                if isWanted { unquoted.append(record[place]) }
                place += 1
            }
            return false
        }
        place += 1
        while place < record.count {
            let byte = record[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard place < record.count, record[place] == byte else { return true }
                place += 1
            }
            unquoted.append(byte)
        }
        throw RowFault("a quote is opened and not closed")
    }

    private func takeComma(of record: Span<UInt8>, _ place: inout Int) throws(RowFault) -> Bool {
        if place == record.count { return false }
        guard record[place] == UInt8(ascii: ",") else { throw RowFault("there is something behind a closing quote") }
        place += 1
        return true
    }
}
