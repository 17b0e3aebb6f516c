import Diagnostics

/// What somebody meant where libyaml gave up. Three things that plans are full of need quotes in YAML, and libyaml's own
/// words lead nowhere near them.
struct SyntaxDiagnosis {
    private let source: SourceText
    private var bytes: [UInt8] { source.bytes }

    init(_ source: SourceText) {
        self.source = source
    }

    func diagnostic(of error: YAMLSyntaxError) -> Diagnostic {
        let place = min(error.offset, bytes.count)
        if let quoted = templateInFlow(at: place) ?? reservedStart(at: place) ?? address(near: place) { return quoted }
        if place < bytes.count, bytes[place] == UInt8(ascii: "\t"), error.problem.contains("cannot start any token") {
            return .error("a tab cannot indent", at: span(place..<place + 1), fix: "indent with spaces")
        }
        let words = Self.plain[error.problem] ?? error.problem
        // Of an open bracket or quote, where it was opened says more than where the text ended.
        let notes = error.context.map { context in
            [Diagnostic.Note(context, at: span(error.contextOffset..<error.contextOffset))]
        }
        let isSamePlace =
            error.contextOffset == error.offset || source.line(at: error.contextOffset) == source.line(at: place)
        return .error(words, at: span(place..<place), notes: isSamePlace ? [] : notes ?? [])
    }

    private static let plain = [
        "did not find expected ',' or '}'": "the mapping in braces needs ',' or '}' here",
        "did not find expected ',' or ']'": "the list in brackets needs ',' or ']' here",
        "mapping values are not allowed in this context":
            "a second ': ' in one line; quote the text, or begin a new line",
        "could not find expected ':'": "a key needs ': ' behind it",
        "did not find expected key": "this does not stand under the keys before it; check the indentation",
        "did not find expected '-' indicator": "this does not stand under the items before it; check the indentation",
        "found unexpected end of stream": "the text ends inside quotes",
        "found character that cannot start any token": "this character cannot begin a value; put quotes around it",
    ]

    private func span(_ range: Range<Int>) -> SourceSpan { SourceSpan(source, range) }

    private func quoted(_ range: Range<Int>) -> String {
        let text = String(decoding: bytes[range], as: UTF8.self)
        return text.contains("\"") ? "write '\(text)'" : "write \"\(text)\""
    }

    /// `{amount: ${amount}}`: the brace of `${` opens a mapping, and the text before it ends.
    private func templateInFlow(at place: Int) -> Diagnostic? {
        let line = source.range(ofLine: source.line(at: place))
        // libyaml may notice at the brace, or only at what follows it.
        guard
            let dollar = (line.lowerBound..<min(place + 1, line.upperBound)).last(where: {
                bytes[$0] == UInt8(ascii: "$") && $0 + 1 < line.upperBound && bytes[$0 + 1] == UInt8(ascii: "{")
            }), !isQuoted(dollar, in: line), dollar + 1 == place || opensFlow(line.lowerBound..<dollar)
        else { return nil }
        let start = (line.lowerBound..<dollar).last { isFlowBoundary($0) }.map { $0 + 1 } ?? line.lowerBound
        var end = dollar
        var depth = 0
        while end < line.upperBound {
            if bytes[end] == UInt8(ascii: "{") { depth += 1 }
            if bytes[end] == UInt8(ascii: "}") { depth -= 1 }
            // The text may be a key.
            if depth == 0, bytes[end] == UInt8(ascii: ":"), isFlowBoundary(end) { break }
            if depth < 0 || depth == 0 && (bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "]")) { break }
            end += 1
        }
        let range = trimmed(start..<end)
        return .error("'${...}' between braces or brackets needs quotes", at: span(range), fix: quoted(range))
    }

    private func isFlowBoundary(_ place: Int) -> Bool {
        let byte = bytes[place]
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "[") {
            return byte != UInt8(ascii: "{") || place == 0 || bytes[place - 1] != UInt8(ascii: "$")
        }
        return byte == UInt8(ascii: ":") && place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: " ")
    }

    private func opensFlow(_ range: Range<Int>) -> Bool {
        var depth = 0
        for place in range {
            if bytes[place] == UInt8(ascii: "{") || bytes[place] == UInt8(ascii: "[") { depth += 1 }
            if bytes[place] == UInt8(ascii: "}") || bytes[place] == UInt8(ascii: "]") { depth -= 1 }
        }
        return depth > 0
    }

    private func isQuoted(_ place: Int, in line: Range<Int>) -> Bool {
        var quote: UInt8?
        for byte in bytes[line.lowerBound..<place] {
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
        }
        return quote != nil
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        let start = range.first { bytes[$0] != UInt8(ascii: " ") } ?? range.lowerBound
        let end = range.last { bytes[$0] != UInt8(ascii: " ") }.map { $0 + 1 } ?? range.upperBound
        return start..<max(start, end)
    }

    /// `at: @flash`: YAML keeps `@` and the backtick for later.
    private func reservedStart(at place: Int) -> Diagnostic? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "@") || bytes[place] == UInt8(ascii: "`") else {
            return nil
        }
        let line = source.range(ofLine: source.line(at: place))
        let end = (place..<line.upperBound).first { " ,}]".utf8.contains(bytes[$0]) } ?? line.upperBound
        let sign = String(UnicodeScalar(bytes[place]))
        return .error("text that begins with '\(sign)' needs quotes", at: span(place..<end), fix: quoted(place..<end))
    }

    /// `listen: [::1]:8080`: a list, and then text where none may stand.
    private func address(near place: Int) -> Diagnostic? {
        let line = source.range(ofLine: source.line(at: min(place, max(0, bytes.count - 1))))
        for start in line where bytes[start] == UInt8(ascii: "[") && !isQuoted(start, in: line) {
            guard let close = (start..<line.upperBound).first(where: { bytes[$0] == UInt8(ascii: "]") }),
                isAddress(start..<close + 1)
            else { continue }
            let word = wordStart(before: start, in: line)
            let end = (close..<line.upperBound).first { " ,}".utf8.contains(bytes[$0]) } ?? line.upperBound
            return .error(
                "an IPv6 address in brackets needs quotes", at: span(word..<end), fix: quoted(word..<end))
        }
        return nil
    }

    private func wordStart(before place: Int, in line: Range<Int>) -> Int {
        (line.lowerBound..<place).last { " {,".utf8.contains(bytes[$0]) }.map { $0 + 1 } ?? line.lowerBound
    }

    /// How to write the list at `range`, if it is an address in truth.
    func quotedAddress(in range: Range<Int>) -> String? {
        isAddress(range) ? quoted(range) : nil
    }

    private func isAddress(_ range: Range<Int>) -> Bool {
        guard range.count >= 4, bytes[range.lowerBound] == UInt8(ascii: "["),
            bytes[range.upperBound - 1] == UInt8(ascii: "]")
        else { return false }
        let inside = bytes[range.lowerBound + 1..<range.upperBound - 1]
        return inside.count { $0 == UInt8(ascii: ":") } >= 2
            && inside.allSatisfy { ":.%/".utf8.contains($0) || Character(UnicodeScalar($0)).isHexDigit }
    }
}
