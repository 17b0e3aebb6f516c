package import ChannelProfile
internal import JSON
internal import Money
internal import Timebase

/// Reads a statement in either form, strictly, as it comes in: an audit must not guess what a bank meant.
///
/// A statement has one line more than the last one in each line; whatever is missing inside it is seen by that. What is
/// missing at its end is for its carrier to see.
package struct ChannelStatementReader {
    package static let lineBytesMax = 1_024

    private let form: StatementRule.Form
    /// A line that has begun and not ended.
    private var begun: [UInt8] = []
    /// Of the text, the line that comes next.
    private var lineNumber = 1
    private var sequence: UInt64 = 0
    private var needsHeader: Bool

    package init(_ form: StatementRule.Form) {
        self.form = form
        needsHeader = form == .csv
    }

    /// The lines that end in this piece. After a fault there is nothing more to read.
    package mutating func read(_ piece: [UInt8]) throws(StatementFault) -> [StatementLine] {
        var lines: [StatementLine] = []
        var start = 0
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let line = plain(piece, start..<end) {
                try take(line)
                lines.append(line)
                start = end + 1
                continue
            }
            try begin(piece[start..<end])
            if let line = try line() { lines.append(line) }
            start = end + 1
        }
        try begin(piece[start...])
        return lines
    }

    /// To be called at the end.
    package func finish() throws(StatementFault) {
        guard begun.isEmpty else { throw fault("the statement ends inside a line") }
        guard !needsHeader else { throw fault("the statement has no header") }
    }

    private mutating func begin(_ bytes: ArraySlice<UInt8>) throws(StatementFault) {
        guard begun.count + bytes.count <= Self.lineBytesMax else {
            throw fault("a line of more than \(Self.lineBytesMax) bytes")
        }
        begun += bytes
    }

    private mutating func line() throws(StatementFault) -> StatementLine? {
        let bytes = begun
        begun.removeAll(keepingCapacity: true)
        let fields: StatementFields
        switch form {
        case .csv:
            fields = StatementFields(number: lineNumber, texts: try csvFields(bytes))
            guard !needsHeader else {
                try checkHeader(fields)
                return nil
            }
        case .ndjson: fields = StatementFields(number: lineNumber, texts: try jsonFields(bytes))
        }
        let line = try fields.line()
        try take(line)
        return line
    }

    private mutating func take(_ line: StatementLine) throws(StatementFault) {
        guard line.sequence == sequence + 1 else {
            throw fault("expected line \(sequence + 1) of the statement, found line \(line.sequence)")
        }
        sequence += 1
        lineNumber += 1
    }

    /// A whole line that needs no second look.
    private func plain(_ piece: [UInt8], _ range: Range<Int>) -> StatementLine? {
        guard form == .csv, !needsHeader, begun.isEmpty, 2...Self.lineBytesMax ~= range.count,
            piece[range.upperBound - 1] == UInt8(ascii: "\r")
        else { return nil }
        return StatementLine.plain(piece.span.extracting(range.lowerBound..<range.upperBound - 1))
    }

    private mutating func checkHeader(_ fields: StatementFields) throws(StatementFault) {
        let names = StatementLine.Field.allCases.map(\.rawValue)
        guard fields.texts == names else { throw fault("expected the header '\(names.joined(separator: ","))'") }
        needsHeader = false
        lineNumber += 1
    }

    private func fault(_ reason: String) -> StatementFault { StatementFault(line: lineNumber, reason: reason) }

    // MARK: Fields

    /// RFC 4180, but for line breaks in quotes, which no field can have.
    private func csvFields(_ line: [UInt8]) throws(StatementFault) -> [String?] {
        guard line.last == UInt8(ascii: "\r") else { throw fault("expected CR LF at the end of the line") }
        var fields: [String?] = []
        var rest = line.dropLast()
        while true {
            let field = rest.first == UInt8(ascii: "\"") ? try quoted(&rest) : try bare(&rest)
            guard let text = String(validating: field, as: UTF8.self) else { throw fault("bytes that are not UTF-8") }
            fields.append(text)
            guard let comma = rest.popFirst() else { break }
            guard comma == UInt8(ascii: ",") else { throw fault("expected ',' behind a field in quotes") }
        }
        let count = StatementLine.Field.allCases.count
        guard fields.count == count else { throw fault("expected \(count) fields, found \(fields.count)") }
        return fields.map { $0.map(StatementLine.withoutApostrophe) }
    }

    private func bare(_ rest: inout ArraySlice<UInt8>) throws(StatementFault) -> [UInt8] {
        let field = rest.prefix { $0 != UInt8(ascii: ",") }
        rest = rest.dropFirst(field.count)
        guard !field.contains(UInt8(ascii: "\"")) else { throw fault("a quote inside a field without quotes") }
        return Array(field)
    }

    private func quoted(_ rest: inout ArraySlice<UInt8>) throws(StatementFault) -> [UInt8] {
        var field: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                guard rest.first == byte else { return field }
                rest = rest.dropFirst()
            }
            field.append(byte)
        }
        throw fault("a field in quotes that does not end on its line")
    }

    /// In the order of the fields, and as texts.
    private func jsonFields(_ line: [UInt8]) throws(StatementFault) -> [String?] {
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONValue(parsing: line, depthMax: 2)
        } catch {
            throw fault("column \(error.column): \(error.reason)")
        }
        guard let members = value.members else { throw fault("expected an object") }
        let names = StatementLine.Field.allCases.map(\.rawValue)
        if let stranger = members.first(where: { !names.contains($0.0) }) {
            throw fault("\(StatementFields.shown(stranger.0)) is no field of a statement")
        }
        var texts: [String?] = []
        for field in StatementLine.Field.allCases {
            guard let member = value[field.rawValue] else { throw fault("'\(field.rawValue)' is missing") }
            texts.append(try text(of: member, field))
        }
        return texts
    }

    private func text(of value: JSONValue, _ field: StatementLine.Field) throws(StatementFault) -> String? {
        switch (field, value) {
        case (.sequence, _), (.at, _), (.amount, _):
            if case .integer(let number) = value { return String(number) }
            if case .unsigned(let number) = value { return String(number) }
            throw fault("'\(field.rawValue)': expected a whole number")
        case (.payment, .null), (.currency, .null): return nil
        case (_, .text(let text)) where !text.isEmpty: return text
        default: throw fault("'\(field.rawValue)': expected a string")
        }
    }
}

/// What is wrong with a statement, and where.
package struct StatementFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; the header of a CSV is one.
    package let line: Int
    package let reason: String

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    package var description: String { "line \(line): \(reason)" }
}
