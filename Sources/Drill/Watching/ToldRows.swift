import Audit
import JSON
import StackVocabulary

/// Rows of a table as a stack's operator tells them, a JSON object a line, and behind them up to where they go. A run has
/// millions of them: no tree is built of any.
struct ToldRows {
    let rows: [ToldRow]
    let last: Int64
    let watermark: Int64

    /// Nil where the last line is missing.
    init?(_ bytes: [UInt8]) {
        var rows: [ToldRow] = []
        let text = bytes.span
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
            if let row = ToldRow(text.extracting(start..<end)) { rows.append(row) }
            start = end + 1
        }
        guard let end = rows.popLast(), let last = end.last, let watermark = end.watermark else { return nil }
        self.rows = rows
        self.last = last
        self.watermark = watermark
    }
}

/// What the watch wants to know of one row, whatever its table.
struct ToldRow {
    enum Word {
        case payment, approved, failed
    }

    private(set) var id: RecordID?
    private(set) var payment: RecordID?
    private(set) var record: RecordID?
    private(set) var change: Int64?
    private(set) var amount: Int64?
    private(set) var account: String?
    private(set) var currency: String?
    private(set) var kind: Word?
    private(set) var outcome: Word?
    private(set) var state: Word?
    private(set) var last: Int64?
    private(set) var watermark: Int64?

    /// Nil for what is no object.
    init?(_ line: Span<UInt8>) {
        var scan = JSONMemberScan()
        while let member = scan.next(in: line) { take(member, of: line) }
        guard scan.isWhole else { return nil }
    }

    /// Nil where a part is missing.
    var line: LedgerWatch.Line? {
        guard let change, let account, let currency, let amount else { return nil }
        return LedgerWatch.Line(change: change, record: record, account: account, currency: currency, amount: amount)
    }

    private mutating func take(_ member: JSONMemberScan.Member, of line: Span<UInt8>) {
        let key = line.extracting(member.key)
        let value = line.extracting(member.value.range)
        switch member.value.kind {
        case .number: take(key, number: value)
        case .text:
            if member.value.hasEscapes { return take(key, text: Self.unescaped(value).utf8Span.span) }
            take(key, text: value)
        case .null, .boolean, .array, .object: return
        }
    }

    private mutating func take(_ key: Span<UInt8>, number: Span<UInt8>) {
        if key.says("change") {
            change = Int64(Self.text(number))
        } else if key.says("amount") {
            amount = Int64(Self.text(number))
        } else if key.says("last") {
            last = Int64(Self.text(number))
        } else if key.says("watermark") {
            watermark = Int64(Self.text(number))
        }
    }

    private mutating func take(_ key: Span<UInt8>, text: Span<UInt8>) {
        if key.says("record") {
            record = RecordID(text)
        } else if key.says("account") {
            account = Self.text(text)
        } else if key.says("currency") {
            currency = Self.text(text)
        } else if key.says("id") {
            id = RecordID(text)
        } else if key.says("payment") {
            payment = RecordID(text)
        } else if key.says("kind") {
            kind = Self.word(text)
        } else if key.says("outcome") {
            outcome = Self.word(text)
        } else if key.says("state") {
            state = Self.word(text)
        }
    }

    private static func word(_ text: Span<UInt8>) -> Word? {
        if text.says("payment") { return .payment }
        if text.says("approved") { return .approved }
        return text.says("failed") ? .failed : nil
    }

    private static func text(_ bytes: Span<UInt8>) -> String { String(validating: bytes) ?? "" }

    private static func unescaped(_ bytes: Span<UInt8>) -> String {
        let quoted = "\"\(text(bytes))\""
        return (try? JSONValue(parsing: Array(quoted.utf8)))?.string ?? ""
    }
}

extension Span<UInt8> {
    fileprivate func says(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for index in indices where unsafe letters[index] != self[index] { return false }
            return true
        }
    }
}
