import Diagnostics

/// Whether bytes are a text at all: UTF-8 without control characters, not too large.
enum UTF8Text {
    /// The range of the text behind a byte order mark; nil when it is none, which is reported.
    static func checked(
        _ source: SourceText, bytesMax: Int, _ collector: inout DiagnosticCollector
    ) -> Range<Int>? {
        let bytes = source.bytes
        guard bytes.count <= bytesMax else {
            collector.report(
                .error("the file has \(bytes.count) bytes; at most \(bytesMax) are read", at: SourceSpan(source, 0..<0))
            )
            return nil
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            collector.report(
                .error("the file is UTF-16", at: SourceSpan(source, 0..<0), fix: "save it as UTF-8"))
            return nil
        }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if let (place, count, what) = firstRefused(bytes, from: start) {
            collector.report(.error(what, at: SourceSpan(source, place..<place + count)))
            return nil
        }
        return start..<bytes.count
    }

    private static func firstRefused(_ bytes: [UInt8], from start: Int) -> (place: Int, count: Int, what: String)? {
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            if byte < 0x80 {
                if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D {
                    return (place, 1, byte == 0 ? "a zero byte is no text" : "a control character is no text")
                }
                if byte == 0x7F { return (place, 1, "a control character is no text") }
                place += 1
                continue
            }
            var input = bytes[place...].prefix(4).makeIterator()
            var parser = Unicode.UTF8.ForwardParser()
            guard case .valid(let encoded) = parser.parseScalar(from: &input) else {
                return (place, 1, "this byte is not UTF-8")
            }
            switch Unicode.UTF8.decode(encoded).value {
            case 0x80...0x84, 0x86...0x9F, 0xFEFF, 0xFFFE, 0xFFFF:
                return (place, encoded.count, "a control character is no text")
            default: place += encoded.count
            }
        }
        return nil
    }
}
