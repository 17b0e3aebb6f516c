/// Reads JSON tokens from the bytes of one line, strictly (RFC 8259): no leading zeros, no raw control characters,
/// UTF-8 checked, surrogates in pairs. It builds no tree: the caller knows which value it wants next.
struct JSONScanner {
    let bytes: [UInt8]
    let line: Int
    private(set) var place = 0

    static let depthMax = 32

    init(_ bytes: [UInt8], line: Int) {
        self.bytes = bytes
        self.line = line
    }

    func fault(_ reason: RecordingFault.Reason, at place: Int? = nil) -> RecordingFault {
        RecordingFault(line: line, column: (place ?? self.place) + 1, reason: reason)
    }

    /// The next byte that is not white space, not taken.
    mutating func peek() -> UInt8? {
        while place < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
        return place < bytes.count ? bytes[place] : nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        place += 1
        return true
    }

    mutating func expect(_ byte: UInt8) throws(RecordingFault) {
        guard let next = peek() else { throw fault(.endOfLine) }
        guard next == byte else { throw fault(.expected("'\(Character(Unicode.Scalar(byte)))'")) }
        place += 1
    }

    mutating func expectEnd() throws(RecordingFault) {
        if peek() != nil { throw fault(.trailingBytes) }
    }

    /// Calls `member` after each key of an object; it must take the value.
    mutating func object(
        _ member: (inout JSONScanner, _ key: String, _ keyPlace: Int) throws(RecordingFault) -> Void
    ) throws(RecordingFault) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            _ = peek()
            let keyPlace = place
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try member(&self, key, keyPlace)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    mutating func array(_ element: (inout JSONScanner) throws(RecordingFault) -> Void) throws(RecordingFault) {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Takes a value of any kind.
    mutating func skip(depth: Int = 0) throws(RecordingFault) {
        guard depth < Self.depthMax else { throw fault(.expected("at most \(Self.depthMax) levels")) }
        switch peek() {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"):
            try object { (scanner, _, _) throws(RecordingFault) in try scanner.skip(depth: depth + 1) }
        case UInt8(ascii: "["): try array { scanner throws(RecordingFault) in try scanner.skip(depth: depth + 1) }
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func word(_ word: StaticString) throws(RecordingFault) {
        let text = "\(word)"
        for byte in text.utf8 {
            guard place < bytes.count, bytes[place] == byte else { throw fault(.expected("'\(text)'")) }
            place += 1
        }
    }

    private mutating func number() throws(RecordingFault) {
        _ = takeRaw(UInt8(ascii: "-"))
        _ = try integerDigits()
        if takeRaw(UInt8(ascii: ".")) { _ = try digits() }
        if takeRaw(UInt8(ascii: "e")) || takeRaw(UInt8(ascii: "E")) {
            if !takeRaw(UInt8(ascii: "+")) { _ = takeRaw(UInt8(ascii: "-")) }
            _ = try digits()
        }
    }

    /// A number of seconds as exact nanoseconds: `12`, `1762819200.000000001`. No sign, no exponent.
    mutating func seconds() throws(RecordingFault) -> Int64 {
        _ = peek()
        let start = place
        let whole = try integerDigits()
        let fraction = takeRaw(UInt8(ascii: ".")) ? try digits() : 0..<0
        if place < bytes.count, [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[place]) {
            throw fault(.instantOutOfRange, at: start)
        }
        guard whole.count <= 10, fraction.count <= 9 else { throw fault(.instantOutOfRange, at: start) }
        var nanoseconds: Int64 = 0
        for digit in bytes[whole] { nanoseconds = nanoseconds * 10 + Int64(digit - UInt8(ascii: "0")) }
        guard nanoseconds < 9_223_372_036 else { throw fault(.instantOutOfRange, at: start) }
        for digit in bytes[fraction] { nanoseconds = nanoseconds * 10 + Int64(digit - UInt8(ascii: "0")) }
        for _ in fraction.count..<9 { nanoseconds *= 10 }
        return nanoseconds
    }

    private mutating func integerDigits() throws(RecordingFault) -> Range<Int> {
        let found = try digits()
        if found.count > 1, bytes[found.lowerBound] == UInt8(ascii: "0") {
            throw fault(.expected("a number without leading zeros"), at: found.lowerBound)
        }
        return found
    }

    private mutating func digits() throws(RecordingFault) -> Range<Int> {
        let start = place
        while place < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] { place += 1 }
        guard place > start else { throw place < bytes.count ? fault(.expected("a number")) : fault(.endOfLine) }
        return start..<place
    }

    private mutating func takeRaw(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    mutating func string() throws(RecordingFault) -> String {
        let start = place
        let content = try stringBytes()
        guard let text = String(validating: content, as: UTF8.self) else { throw fault(.invalidUTF8, at: start) }
        return text
    }

    /// The string's bytes with its escapes resolved; raw bytes are checked by whoever makes a `String` of them.
    private mutating func stringBytes() throws(RecordingFault) -> [UInt8] {
        guard let quote = peek() else { throw fault(.endOfLine) }
        guard quote == UInt8(ascii: "\"") else { throw fault(.expected("a string")) }
        place += 1
        var content: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return content
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw fault(.controlCharacter, at: place - 1)
            default: content.append(byte)
            }
        }
        throw fault(.endOfLine)
    }

    private mutating func escape(into content: inout [UInt8]) throws(RecordingFault) {
        let start = place - 1
        guard place < bytes.count else { throw fault(.endOfLine) }
        let letter = bytes[place]
        place += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content.append(contentsOf: UTF8.encode(try scalar(from: start)).map(Array.init) ?? [])
        default: throw fault(.invalidEscape, at: start)
        }
    }

    private mutating func scalar(from start: Int) throws(RecordingFault) -> Unicode.Scalar {
        let unit = try hexadecimal(from: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, takeRaw(UInt8(ascii: "\\")), takeRaw(UInt8(ascii: "u")) else {
            throw fault(.unpairedSurrogate, at: start)
        }
        let low = try hexadecimal(from: start)
        guard 0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw fault(.unpairedSurrogate, at: start) }
        return scalar
    }

    private mutating func hexadecimal(from start: Int) throws(RecordingFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard place < bytes.count, let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue else {
                throw fault(.invalidEscape, at: start)
            }
            unit = unit << 4 | UInt32(digit)
            place += 1
        }
        return unit
    }
}
