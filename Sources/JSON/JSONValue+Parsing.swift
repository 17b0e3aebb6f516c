extension JSONValue {
    package static let depthMax = 64
    package static let bytesMax = 256 << 20

    /// Reads a whole text strictly (RFC 8259), and beyond the RFC no key twice. Whole numbers stay exact from the least
    /// `Int64` to the greatest `UInt64`; others become the nearest `Double`.
    package init(
        parsing bytes: [UInt8], depthMax: Int = depthMax, bytesMax: Int = bytesMax
    ) throws(JSONFault) {
        guard bytes.count <= bytesMax else { throw JSONFault(line: 1, column: 1, reason: .tooLong(bytesMax: bytesMax)) }
        var scanner = JSONScanner(bytes)
        self = try scanner.value(depthMax: depthMax)
        try scanner.end()
    }
}

/// Trees of values: one step down for each level of the text, so the limit on levels is the stack's as well.
extension JSONScanner {
    /// A value of any kind, with at most `depthMax` levels of objects and arrays.
    package mutating func value(depthMax: Int) throws(JSONFault) -> JSONValue {
        try value(depth: 0, depthMax)
    }

    private mutating func value(depth: Int, _ depthMax: Int) throws(JSONFault) -> JSONValue {
        guard let next = peek() else { throw fault(.endOfText) }
        switch next {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < depthMax else { throw fault(.tooDeep(depthMax: depthMax)) }
            return next == UInt8(ascii: "{")
                ? try object(depth: depth + 1, depthMax) : try array(depth: depth + 1, depthMax)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try numberValue()
        default: throw fault(.expected("a value"))
        }
    }

    private static let comparedMax = 16

    private mutating func object(depth: Int, _ depthMax: Int) throws(JSONFault) -> JSONValue {
        var members: [(String, JSONValue)] = []
        var keys: Set<String> = []
        var object = try beginObject()
        while let (key, keyPlace) = try nextKey(of: &object) {
            // Most objects have few members: comparing costs less than a set.
            let isNew: Bool
            if members.count < Self.comparedMax {
                isNew = !members.contains { $0.0 == key }
            } else {
                if keys.isEmpty { keys = Set(members.map(\.0)) }
                isNew = keys.insert(key).inserted
            }
            guard isNew else { throw fault(.duplicateKey(key), at: keyPlace) }
            members.append((key, try value(depth: depth, depthMax)))
        }
        return .object(members)
    }

    private mutating func array(depth: Int, _ depthMax: Int) throws(JSONFault) -> JSONValue {
        var elements: [JSONValue] = []
        var array = try beginArray()
        while try hasNext(of: &array) { elements.append(try value(depth: depth, depthMax)) }
        return .array(elements)
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        try self.word(word)
        return value
    }

    private mutating func numberValue() throws(JSONFault) -> JSONValue {
        let (range, isWhole) = try number()
        let text = String(decoding: bytes[range], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        if isWhole, let value = UInt64(text) { return .unsigned(value) }
        guard let value = Double(text), value.isFinite else { throw fault(.numberTooLarge, at: range.lowerBound) }
        return .number(value)
    }
}
