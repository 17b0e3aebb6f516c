/// Reads JSON tokens from bytes, strictly (RFC 8259): UTF-8 without a byte order mark, surrogates in pairs, no leading
/// zeros, no raw control characters.
///
/// Goal: one place that knows JSON's tokens, for those who build a tree (`JSONValue`) and for those who know which value
/// they want next.
///
/// Method: a place in the bytes moves on with each token. What stands wrong is told with its line and column, which are
/// counted only then.
///
/// It does not step over what nobody looks at without reading it: that is `JSONPathScan`.
package struct JSONScanner {
    package let bytes: [UInt8]
    package private(set) var place = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Bytes

    /// The next byte that is not white space, not taken.
    package mutating func peek() -> UInt8? {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            case let byte: return byte
            }
        }
        return nil
    }

    package mutating func end() throws(JSONFault) {
        if peek() != nil { throw fault(.trailingBytes) }
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

    package func fault(_ reason: JSONFault.Reason, at place: Int? = nil) -> JSONFault {
        let before = bytes[..<(place ?? self.place)]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONFault(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: before.endIndex - lineStart + 1,
            reason: reason)
    }

    // MARK: Collections

    /// Where an object or an array is being read: nothing of it yet, or something.
    package struct OpenCollection {
        fileprivate var isBegun = false
    }

    package mutating func beginObject() throws(JSONFault) -> OpenCollection {
        guard try take("{") else { throw missing("'{'") }
        return OpenCollection()
    }

    package mutating func beginArray() throws(JSONFault) -> OpenCollection {
        guard try take("[") else { throw missing("'['") }
        return OpenCollection()
    }

    /// The next key, and where it stands, with its colon: whoever asked takes the value. Nil at the object's end.
    package mutating func nextKey(of object: inout OpenCollection) throws(JSONFault) -> (key: String, place: Int)? {
        guard try goesOn(&object, until: "}", "',' or '}'") else { return nil }
        guard peek() == UInt8(ascii: "\"") else { throw missing("a key in quotes") }
        let keyPlace = place
        let key = try string()
        guard try take(":") else { throw missing("':'") }
        return (key, keyPlace)
    }

    /// Whether another element stands here: whoever asked takes it.
    package mutating func hasNext(of array: inout OpenCollection) throws(JSONFault) -> Bool {
        try goesOn(&array, until: "]", "',' or ']'")
    }

    private mutating func goesOn(
        _ collection: inout OpenCollection, until end: Unicode.Scalar, _ wanted: String
    ) throws(JSONFault) -> Bool {
        if collection.isBegun, try take(",") { return true }
        if try take(end) { return false }
        if collection.isBegun { throw missing(wanted) }
        collection.isBegun = true
        return true
    }

    // MARK: Scalars

    mutating func word(_ word: StaticString) throws(JSONFault) {
        let text = "\(word)"
        for byte in text.utf8 {
            guard takeRaw(byte) else { throw missing("'\(text)'") }
        }
    }

    /// Where the number stands, and whether it has neither fraction nor exponent.
    package mutating func number() throws(JSONFault) -> (range: Range<Int>, isWhole: Bool) {
        _ = peek()
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
        return (start..<place, isWhole)
    }

    private mutating func digits() throws(JSONFault) -> Range<Int> {
        let start = place
        while place < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] { place += 1 }
        guard place > start else { throw missing("a digit") }
        return start..<place
    }

    package mutating func string() throws(JSONFault) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw missing("a string") }
        let start = place
        place += 1
        var content: [UInt8] = []
        var runStart = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                let run = bytes[runStart..<place]
                place += 1
                let text = content.isEmpty ? validated(run) : validated((content + run)[...])
                guard let text else { throw fault(.invalidUTF8, at: start) }
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

    private func validated(_ bytes: ArraySlice<UInt8>) -> String? {
        String(validating: bytes.span)
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONFault) {
        guard let (scalar, count) = JSONEscapes.scalar(at: place, in: bytes.span) else { throw escapeFault() }
        content.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        place += count
    }

    /// Why the escape that begins here is none.
    private func escapeFault() -> JSONFault {
        let letters = bytes[(place + 1)...].prefix(5)
        if let letter = letters.first, letter != UInt8(ascii: "u") { return fault(.invalidEscape) }
        let areDigits = letters.dropFirst().allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard areDigits else { return fault(.invalidEscape) }
        return letters.count == 5 ? fault(.unpairedSurrogate) : fault(.endOfText, at: bytes.count)
    }
}
