extension JSONValue {
    public static let depthMax = 64
    public static let bytesMax = 256 << 20

    /// Reads a whole text strictly (RFC 8259): UTF-8 without a byte order mark, surrogates in pairs, no leading zeros,
    /// no raw control characters, and beyond the RFC no key twice. Whole numbers stay exact from the least `Int64` to
    /// the greatest `UInt64`; others become the nearest `Double`.
    public init(
        parsing bytes: [UInt8], depthMax: Int = depthMax, bytesMax: Int = bytesMax
    ) throws(JSONFault) {
        guard bytes.count <= bytesMax else { throw JSONFault(line: 1, column: 1, reason: .tooLong(bytesMax: bytesMax)) }
        var parser = JSONParser(bytes, depthMax: depthMax)
        self = try parser.value(depth: 0)
        try parser.end()
    }
}

/// One step down for each level of the text, so its limit on levels is the stack's as well.
struct JSONParser {
    private let bytes: [UInt8]
    private let depthMax: Int
    private var place = 0

    init(_ bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard let next = peek() else { throw fault(.endOfText) }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault(.expected("a value"))
        }
    }

    mutating func end() throws(JSONFault) {
        if peek() != nil { throw fault(.trailingBytes) }
    }

    // MARK: Collections

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth <= depthMax else { throw fault(.tooDeep(depthMax: depthMax)) }
        place += 1
        var members: [(String, JSONValue)] = []
        var keys: Set<String> = []
        if try take("}") { return .object(members) }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw missing("a key in quotes") }
            let keyPlace = place
            let key = try string()
            guard keys.insert(key).inserted else { throw fault(.duplicateKey(key), at: keyPlace) }
            guard try take(":") else { throw missing("':'") }
            members.append((key, try value(depth: depth)))
        } while try take(",")
        guard try take("}") else { throw missing("',' or '}'") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth <= depthMax else { throw fault(.tooDeep(depthMax: depthMax)) }
        place += 1
        var elements: [JSONValue] = []
        if try take("]") { return .array(elements) }
        repeat { elements.append(try value(depth: depth)) } while try take(",")
        guard try take("]") else { throw missing("',' or ']'") }
        return .array(elements)
    }

    // MARK: Scalars

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let text = "\(word)"
        for byte in text.utf8 {
            guard takeRaw(byte) else { throw missing("'\(text)'") }
        }
        return value
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = place
        _ = takeRaw(UInt8(ascii: "-"))
        let whole = try digits()
        if whole.count > 1, bytes[whole.lowerBound] == UInt8(ascii: "0") {
            throw fault(.expected("a number without leading zeros"), at: whole.lowerBound)
        }
        var isWhole = true
        if takeRaw(UInt8(ascii: ".")) {
            isWhole = false
            _ = try digits()
        }
        if takeRaw(UInt8(ascii: "e")) || takeRaw(UInt8(ascii: "E")) {
            isWhole = false
            if !takeRaw(UInt8(ascii: "+")) { _ = takeRaw(UInt8(ascii: "-")) }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        if isWhole, let value = UInt64(text) { return .unsigned(value) }
        guard let value = Double(text), value.isFinite else { throw fault(.numberTooLarge, at: start) }
        return .number(value)
    }

    private mutating func digits() throws(JSONFault) -> Range<Int> {
        let start = place
        while place < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] { place += 1 }
        guard place > start else { throw missing("a digit") }
        return start..<place
    }

    private mutating func string() throws(JSONFault) -> String {
        let start = place
        place += 1
        var content: [UInt8] = []
        var runStart = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                content.append(contentsOf: bytes[runStart..<place])
                place += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw fault(.invalidUTF8, at: start)
                }
                return text
            case UInt8(ascii: "\\"):
                content.append(contentsOf: bytes[runStart..<place])
                try escape(into: &content)
                runStart = place
            case 0..<0x20: throw fault(.controlCharacter)
            default: place += 1
            }
        }
        throw fault(.endOfText)
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONFault) {
        let start = place
        guard start + 1 < bytes.count else { throw fault(.endOfText, at: bytes.count) }
        let letter = bytes[start + 1]
        place += 2
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

    private mutating func scalar(from start: Int) throws(JSONFault) -> Unicode.Scalar {
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

    private mutating func hexadecimal(from start: Int) throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard place < bytes.count else { throw fault(.endOfText) }
            guard let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue else {
                throw fault(.invalidEscape, at: start)
            }
            unit = unit << 4 | UInt32(digit)
            place += 1
        }
        return unit
    }

    // MARK: Bytes

    /// The next byte that is not white space, not taken.
    private mutating func peek() -> UInt8? {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// A text that ends here is told as such by whoever asks next.
    private mutating func take(_ character: Unicode.Scalar) throws(JSONFault) -> Bool {
        guard let next = peek() else { throw fault(.endOfText) }
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func takeRaw(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private func missing(_ what: String) -> JSONFault {
        fault(place < bytes.count ? .expected(what) : .endOfText)
    }

    private func fault(_ reason: JSONFault.Reason, at place: Int? = nil) -> JSONFault {
        let before = bytes[..<(place ?? self.place)]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONFault(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: before.endIndex - lineStart + 1,
            reason: reason)
    }
}
