/// A path into JSON, compiled to bytes: finds one value in a text without building a tree.
///
/// Goal: taking `$.id` out of an answer costs a pass over the bytes before it and allocates nothing.
///
/// Method: members that are not on the path are stepped over by their form alone. What is read is read strictly
/// (RFC 8259), up to the end of the value that was looked for; what is malformed there, nested deeper than `depthMax`,
/// or absent is not found. Of equal keys the first counts.
///
/// It does not look behind the value, and does not check that strings are UTF-8.
package struct JSONPathScan: Sendable {
    package enum Part: Sendable, Equatable {
        case member(String)
        case index(Int)
    }

    package enum Kind: Sendable, Equatable {
        case null, boolean, number, text, array, object
    }

    /// A value's place: of a text, what stands between its quotes.
    package struct Finding: Sendable, Equatable {
        package let kind: Kind
        package let range: Range<Int>
        /// Of a text: whether it must be unescaped.
        package let hasEscapes: Bool
    }

    private enum Turn: Sendable {
        case member([UInt8])
        case index(Int)
    }

    package static let depthMax = 64

    private let turns: [Turn]

    package init(_ parts: [Part]) {
        turns = parts.map { part in
            switch part {
            case .member(let name): .member(Array(name.utf8))
            case .index(let index): .index(index)
            }
        }
    }

    package func find(in bytes: Span<UInt8>) -> Finding? {
        var reader = JSONReader()
        guard turns.count < Self.depthMax else { return nil }
        for index in turns.indices {
            switch turns[index] {
            case .member(let name):
                guard reader.enterMember(name.span, of: bytes) else { return nil }
            case .index(let index):
                guard reader.enterElement(index, of: bytes) else { return nil }
            }
        }
        return reader.finding(in: bytes, depthMax: Self.depthMax - turns.count)
    }
}

/// A place in a JSON text; the text itself comes with each call.
struct JSONReader {
    var place = 0

    /// The next byte that is no white space, not taken; 0 at the end.
    @inline(__always)
    mutating func peek(_ bytes: Span<UInt8>) -> UInt8 {
        while place < bytes.count {
            let byte = bytes[place]
            if byte > 0x20 { return byte }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return 0 }
            place &+= 1
        }
        return 0
    }

    @inline(__always)
    mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard peek(bytes) == byte else { return false }
        place &+= 1
        return true
    }

    /// Goes to the value of this member of the object that begins here.
    mutating func enterMember(_ name: Span<UInt8>, of bytes: Span<UInt8>) -> Bool {
        guard take(UInt8(ascii: "{"), bytes) else { return false }
        repeat {
            guard let key = string(bytes), take(UInt8(ascii: ":"), bytes) else { return false }
            if key.hasEscapes
                ? JSONEscapes.areEqual(bytes.extracting(key.range), name)
                : areEqual(bytes.extracting(key.range), name)
            {
                return true
            }
            guard skipValue(bytes, depthMax: JSONPathScan.depthMax) else { return false }
        } while take(UInt8(ascii: ","), bytes)
        return false
    }

    /// Goes to this element of the array that begins here.
    mutating func enterElement(_ index: Int, of bytes: Span<UInt8>) -> Bool {
        guard take(UInt8(ascii: "["), bytes), peek(bytes) != UInt8(ascii: "]") else { return false }
        for _ in 0..<index {
            guard skipValue(bytes, depthMax: JSONPathScan.depthMax), take(UInt8(ascii: ","), bytes) else {
                return false
            }
        }
        return true
    }

    mutating func finding(in bytes: Span<UInt8>, depthMax: Int) -> JSONPathScan.Finding? {
        let first = peek(bytes)
        let kind: JSONPathScan.Kind
        switch first {
        case UInt8(ascii: "\""):
            return string(bytes).map { .init(kind: .text, range: $0.range, hasEscapes: $0.hasEscapes) }
        case UInt8(ascii: "{"): kind = .object
        case UInt8(ascii: "["): kind = .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): kind = .boolean
        case UInt8(ascii: "n"): kind = .null
        default: kind = .number
        }
        let start = place
        guard skipValue(bytes, depthMax: depthMax) else { return nil }
        return .init(kind: kind, range: start..<place, hasEscapes: false)
    }

    /// Steps over a value of any kind. Which brackets are open is a stack of bits, one for an object.
    mutating func skipValue(_ bytes: Span<UInt8>, depthMax: Int) -> Bool {
        var (open, depth): (UInt64, Int) = (0, 0)
        while true {
            let first = peek(bytes)
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                place &+= 1
                guard depth < depthMax else { return false }
                let isObject = first == UInt8(ascii: "{")
                open = open &<< 1 | (isObject ? 1 : 0)
                depth &+= 1
                if peek(bytes) != first &+ 2 {
                    if isObject { guard key(bytes) else { return false } }
                    continue
                }
            } else {
                guard skipScalar(first, bytes) else { return false }
            }
            while true {
                if depth == 0 { return true }
                let isObject = open & 1 == 1
                let next = peek(bytes)
                place &+= 1
                if next == UInt8(ascii: ",") {
                    if isObject { guard key(bytes) else { return false } }
                    break
                }
                guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
                open &>>= 1
                depth &-= 1
            }
        }
    }

    @inline(__always)
    private mutating func key(_ bytes: Span<UInt8>) -> Bool {
        string(bytes) != nil && take(UInt8(ascii: ":"), bytes)
    }

    @inline(__always)
    private mutating func skipScalar(_ first: UInt8, _ bytes: Span<UInt8>) -> Bool {
        switch first {
        case UInt8(ascii: "\""): string(bytes) != nil
        case UInt8(ascii: "t"): word("true", bytes)
        case UInt8(ascii: "f"): word("false", bytes)
        case UInt8(ascii: "n"): word("null", bytes)
        default: number(bytes)
        }
    }

    private mutating func word(_ word: String, _ bytes: Span<UInt8>) -> Bool {
        let letters = word.utf8.span
        guard bytes.count &- place >= letters.count else { return false }
        place &+= letters.count
        return areEqual(bytes.extracting(place &- letters.count..<place), letters)
    }

    private mutating func number(_ bytes: Span<UInt8>) -> Bool {
        _ = takeRaw(UInt8(ascii: "-"), bytes)
        if takeRaw(UInt8(ascii: "0"), bytes) {
            if place < bytes.count, isDigit(bytes[place]) { return false }
        } else {
            guard digits(bytes) else { return false }
        }
        if takeRaw(UInt8(ascii: "."), bytes) { guard digits(bytes) else { return false } }
        if takeRaw(UInt8(ascii: "e"), bytes) || takeRaw(UInt8(ascii: "E"), bytes) {
            if !takeRaw(UInt8(ascii: "+"), bytes) { _ = takeRaw(UInt8(ascii: "-"), bytes) }
            guard digits(bytes) else { return false }
        }
        return true
    }

    @inline(__always)
    private mutating func takeRaw(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place &+= 1
        return true
    }

    private mutating func digits(_ bytes: Span<UInt8>) -> Bool {
        let start = place
        while place < bytes.count, isDigit(bytes[place]) { place &+= 1 }
        return place > start
    }

    /// What stands between the quotes of the text that begins here.
    @inline(__always)
    mutating func string(_ bytes: Span<UInt8>) -> (range: Range<Int>, hasEscapes: Bool)? {
        guard take(UInt8(ascii: "\""), bytes) else { return nil }
        let start = place
        var hasEscapes = false
        while place < bytes.count {
            let byte = bytes[place]
            place &+= 1
            if byte == UInt8(ascii: "\"") { return (start..<place &- 1, hasEscapes) }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                guard let (_, count) = JSONEscapes.scalar(at: place &- 1, in: bytes) else { return nil }
                place &+= count &- 1
            } else if byte < 0x20 {
                return nil
            }
        }
        return nil
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    private func areEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }
}
