/// A text that was read, and where its lines begin. Lines end with LF or CRLF; a lone CR belongs to its line, and is
/// shown escaped. The bytes need not be UTF-8.
package final class SourceText: Sendable {
    package let name: String
    package let bytes: [UInt8]
    /// The offset of each line's first byte. After a final line end there is one more, empty line.
    private let lineStarts: [Int]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    package convenience init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// From 0.
    package func line(at offset: Int) -> Int {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// A line's bytes without its end.
    package func range(ofLine line: Int) -> Range<Int> {
        let start = lineStarts[line]
        guard line + 1 < lineStarts.count else { return start..<bytes.count }
        let end = lineStarts[line + 1] - 1
        return start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)
    }
}

/// Some bytes of a text; an empty range is the place before its offset.
package struct SourceSpan: Sendable {
    package let source: SourceText
    package let range: Range<Int>

    /// Offsets outside the text are moved to its nearest end: a diagnostic is worth more than its exact place.
    package init(_ source: SourceText, _ range: Range<Int>) {
        self.source = source
        self.range = range.clamped(to: 0..<source.bytes.count)
    }
}
