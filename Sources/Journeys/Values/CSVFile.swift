import Diagnostics

/// Reads RFC 4180: commas, lines that end with LF or CRLF, quotes around what holds either, doubled inside. The first
/// line names the columns; empty lines are passed over.
struct CSVFile {
    /// What is wrong, and in which line, from 1.
    struct Fault: Error {
        let line: Int
        let reason: String
    }

    static let bytesMax = 256 << 20

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    static func table(_ bytes: [UInt8]) throws(Fault) -> TextTable {
        guard bytes.count <= bytesMax else { throw Fault(line: 1, reason: "it has more than \(bytesMax) bytes") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Fault(line: 1, reason: "it is not UTF-8") }
        var file = CSVFile(bytes)
        guard let names = try file.row() else { throw Fault(line: 1, reason: "it is empty") }
        let columns = names.map { String(decoding: $0, as: UTF8.self) }
        var rows: [[[UInt8]]] = []
        while true {
            let line = file.line
            guard let row = try file.row() else { break }
            guard row.count == columns.count else {
                throw Fault(line: line, reason: "it has \(row.count) fields, the first line has \(columns.count)")
            }
            guard !row.contains(where: { CardMask.first(in: $0.span) != nil }) else {
                throw Fault(line: line, reason: CardMask.objection)
            }
            rows.append(row)
        }
        if rows.isEmpty { throw Fault(line: 1, reason: "it has no rows behind the names of its columns") }
        return TextTable(columns: columns, rows: rows)
    }

    private mutating func row() throws(Fault) -> [[UInt8]]? {
        while place < bytes.count, takeLineEnd() {}
        guard place < bytes.count else { return nil }
        var fields: [[UInt8]] = []
        repeat { fields.append(try field()) } while take(UInt8(ascii: ","))
        guard place == bytes.count || takeLineEnd() else {
            throw Fault(line: line, reason: "there is something behind a closing quote")
        }
        return fields
    }

    private mutating func field() throws(Fault) -> [UInt8] {
        guard take(UInt8(ascii: "\"")) else {
            let rest = bytes[place...]
            let end = rest.firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\n") } ?? bytes.count
            var text = bytes[place..<end]
            place = end
            if end < bytes.count, bytes[end] == UInt8(ascii: "\n"), text.last == UInt8(ascii: "\r") {
                text.removeLast()
            }
            return Array(text)
        }
        let opening = line
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte == UInt8(ascii: "\""), !take(UInt8(ascii: "\"")) { return text }
            text.append(byte)
        }
        throw Fault(line: opening, reason: "a quote is opened and not closed")
    }

    private mutating func takeLineEnd() -> Bool {
        if place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\r"), bytes[place + 1] == UInt8(ascii: "\n") {
            place += 1
        }
        guard take(UInt8(ascii: "\n")) else { return false }
        line += 1
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }
}
