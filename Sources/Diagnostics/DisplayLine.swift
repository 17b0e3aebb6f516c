/// One line as a terminal shows it: every cell is a character, its bytes in the source, and its columns.
///
/// Tabs reach to the next multiple of eight. What could drive a terminal, reorder text or hide in it (control and
/// format characters, bytes that are not UTF-8) is written out: `\x1B`, `\u{202E}`. Emoji and East Asian wide
/// characters take two columns, combining marks none of their own.
struct DisplayLine {
    struct Cell: Equatable {
        let text: String
        let columns: Range<Int>
        let bytes: Range<Int>
    }

    /// A cluster of more scalars is shown as the replacement character: a screenful of accents hides the next line.
    static let scalarsPerCellMax = 16

    /// What follows in a longer line is one cell: every diagnostic lays its line out anew.
    static let bytesMax = 1 << 16

    private(set) var cells: [Cell] = []
    /// The line's bytes in the source.
    let bytes: Range<Int>
    var width: Int { cells.last?.columns.upperBound ?? 0 }

    init(_ source: SourceText, line: Int) {
        self.init(source.bytes, source.range(ofLine: line))
    }

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = range
        let end = min(range.upperBound, range.lowerBound + Self.bytesMax)
        cells.reserveCapacity(end - range.lowerBound)
        var place = range.lowerBound
        while place < end {
            let run = Self.validRun(bytes, place..<end)
            for character in String(decoding: bytes[run], as: UTF8.self) { append(character) }
            place = run.upperBound
            while place < end, Self.scalarLength(bytes, place..<end) == nil {
                append(Self.escaped(byte: bytes[place]), byteCount: 1)
                place += 1
            }
        }
        if end < range.upperBound { append("…", byteCount: range.upperBound - end) }
    }

    private mutating func append(_ character: Character) {
        let byteCount = character.utf8.count
        if character == "\t" {
            append(String(repeating: " ", count: 8 - width % 8), byteCount: 1)
        } else if Self.isHarmful(character) {
            append(character.unicodeScalars.map(Self.escaped).joined(), byteCount: byteCount)
        } else if character.unicodeScalars.count > Self.scalarsPerCellMax {
            append("\u{FFFD}", byteCount: byteCount)
        } else {
            append(String(character), columnCount: character.columnCount, byteCount: byteCount)
        }
    }

    /// For text without wide characters.
    private mutating func append(_ text: String, byteCount: Int) {
        append(text, columnCount: text.count, byteCount: byteCount)
    }

    private mutating func append(_ text: String, columnCount: Int, byteCount: Int) {
        let start = cells.last?.bytes.upperBound ?? bytes.lowerBound
        cells.append(Cell(text: text, columns: width..<width + columnCount, bytes: start..<start + byteCount))
    }
}

extension DisplayLine {
    /// Text from elsewhere (messages, file names) on one line, without what could drive a terminal.
    static func harmless(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return DisplayLine(bytes, bytes.indices).cells.map(\.text).joined()
    }

    private static func isHarmful(_ character: Character) -> Bool {
        character.unicodeScalars.enumerated().contains { place, scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
            // Joiners and tags are part of an emoji, and harmful alone.
            case .format: place == 0 || !(scalar.value == 0x200D || 0xE0020...0xE007F ~= scalar.value)
            default: false
            }
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        if scalar.isASCII { return escaped(byte: UInt8(scalar.value)) }
        return "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }

    private static func escaped(byte: UInt8) -> String {
        "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// The longest prefix that is UTF-8.
    private static func validRun(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var end = range.lowerBound
        while end < range.upperBound, let length = scalarLength(bytes, end..<range.upperBound) { end += length }
        return range.lowerBound..<end
    }

    /// The bytes of the scalar at the range's start; nil when it is none.
    private static func scalarLength(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        if bytes[range.lowerBound] < 0x80 { return 1 }
        var input = bytes[range].prefix(4).makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        guard case .valid(let encoded) = parser.parseScalar(from: &input) else { return nil }
        return encoded.count
    }
}
