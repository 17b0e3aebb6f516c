package import Diagnostics
internal import JSON
internal import PlanModel
internal import StackVocabulary

/// What is wrong with a declared source: each time with its line or row, and with the place in the plan that asks for it.
/// Nothing that is behind it is read.
package struct SourceFault: Error, Sendable, CustomStringConvertible {
    /// Never empty. The first one ended the reading.
    package let diagnostics: [Diagnostic]

    init(_ diagnostics: [Diagnostic]) {
        precondition(!diagnostics.isEmpty, "a fault without words")
        self.diagnostics = diagnostics
    }

    init(_ source: DeclaredSource, _ words: String, at span: SourceSpan? = nil, fix: String? = nil) {
        self.init([.error("source '\(source.table.name)': \(words)", at: span ?? source.span, fix: fix)])
    }

    /// `shop.yaml:31: source 'payments': line 17: 'status' is "WAT", which no word of 'words' stands for`
    package var description: String {
        let first = diagnostics[0]
        let place = first.span.map { "\($0.source.name):\($0.source.line(at: $0.range.lowerBound) + 1): " } ?? ""
        return place + first.message + (first.fix.map { "; \($0)" } ?? "")
    }

    private static let shownMax = 40
    private static let digitsShownMax = 11

    /// What others wrote: cut short, without what a terminal would take for a command, and without what may be a card's
    /// number.
    static func shown(_ bytes: Span<UInt8>) -> String {
        var (taken, digits): ([UInt8], Int) = ([], 0)
        for index in 0..<min(bytes.count, 4 * shownMax) {
            digits = UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index] ? digits + 1 : 0
            if digits > digitsShownMax { return "a text with more than \(digitsShownMax) digits in a row" }
            taken.append(bytes[index])
        }
        let text = String(decoding: taken, as: UTF8.self)
        return JSONValue.quoted(text.count > shownMax ? text.prefix(shownMax) + "..." : text)
    }
}

/// A fault on its way to whoever knows which source it is of.
struct RowFault: Error {
    let words: String
    /// Where the plan names the column.
    var span: SourceSpan?
    var fix: String?

    init(_ words: String, at span: SourceSpan? = nil, fix: String? = nil) {
        self.words = words
        self.span = span
        self.fix = fix
    }
}
