/// How much white space a file has.
package enum JSONForm: Sendable {
    /// Two spaces an indent; arrays of scalars in one line.
    case indented
    /// None at all.
    case compact
}

extension JSONValue {
    package func written(_ form: JSONForm = .indented) -> String {
        String(decoding: bytes(form), as: UTF8.self)
    }

    package func bytes(_ form: JSONForm = .indented) -> [UInt8] {
        var writer = JSONWriter(form: form)
        writer.write(self, depth: 0)
        return writer.bytes
    }

    /// A string as JSON, in its quotes. Beside what RFC 8259 demands it escapes what breaks scripts and terminals: DEL,
    /// C1 controls, U+2028 and U+2029.
    package static func quoted(_ text: String) -> String {
        JSONValue.text(text).written(.compact)
    }
}

struct JSONWriter {
    let form: JSONForm
    private(set) var bytes: [UInt8] = []

    init(form: JSONForm) {
        self.form = form
    }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: append("null")
        case .boolean(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .unsigned(let value): append(String(value))
        case .number(let value): append(Self.text(of: value))
        case .text(let text): quote(text)
        case .array(let elements): write(elements, depth: depth)
        case .object(let members): write(members, depth: depth)
        }
    }

    private mutating func write(_ elements: [JSONValue], depth: Int) {
        let isFlat = form == .compact || elements.allSatisfy(\.isScalar)
        append("[")
        for (place, element) in elements.enumerated() {
            if place > 0 { append(isFlat && form == .indented ? ", " : ",") }
            if !isFlat { breakLine(depth: depth + 1) }
            write(element, depth: depth + 1)
        }
        if !isFlat { breakLine(depth: depth) }
        append("]")
    }

    private mutating func write(_ members: [(String, JSONValue)], depth: Int) {
        append("{")
        for (place, member) in members.enumerated() {
            if place > 0 { append(",") }
            if form == .indented { breakLine(depth: depth + 1) }
            quote(member.0)
            append(form == .indented ? ": " : ":")
            write(member.1, depth: depth + 1)
        }
        if form == .indented, !members.isEmpty { breakLine(depth: depth) }
        append("}")
    }

    /// The shortest text that reads as the same number.
    private static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        return value == value.rounded() && abs(value) <= 0x1p53 ? String(Int64(value)) : String(value)
    }

    private mutating func quote(_ text: String) { Self.quote(text, into: &bytes) }

    /// Whatever runs on without an escape is put behind the rest in one piece.
    static func quote(_ text: String, into bytes: inout [UInt8]) {
        let letters = text.utf8Span.span
        bytes.append(UInt8(ascii: "\""))
        var place = 0
        while place < letters.count {
            var end = place
            while end < letters.count, isPlain(letters[end]) { end += 1 }
            if end > place { append(letters.extracting(place..<end), to: &bytes) }
            guard end < letters.count else { break }
            place = end + special(at: end, of: letters, into: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(_ run: Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: run.count) { room in
            for index in run.indices { room.append(run[index]) }
        }
    }

    /// Of one byte, and written as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        0x20..<0x7F ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Writes the scalar that begins here, and tells how many bytes it has.
    private static func special(at place: Int, of letters: Span<UInt8>, into bytes: inout [UInt8]) -> Int {
        let (scalar, count) = scalar(at: place, of: letters)
        switch scalar {
        case UInt32(UInt8(ascii: "\"")): bytes.append(contentsOf: "\\\"".utf8)
        case UInt32(UInt8(ascii: "\\")): bytes.append(contentsOf: "\\\\".utf8)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: escape(scalar, into: &bytes)
        default: append(letters.extracting(place..<place + count), to: &bytes)
        }
        return count
    }

    /// A string's bytes are sound, so the first one tells how many follow.
    private static func scalar(at place: Int, of letters: Span<UInt8>) -> (scalar: UInt32, count: Int) {
        let first = letters[place]
        let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var scalar = count == 1 ? UInt32(first) : UInt32(first & (0x7F &>> UInt8(count)))
        for offset in 1..<count { scalar = scalar << 6 | UInt32(letters[place + offset] & 0x3F) }
        return (scalar, count)
    }

    private static func escape(_ scalar: UInt32, into bytes: inout [UInt8]) {
        let digits = String(scalar, radix: 16)
        bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }

    private mutating func breakLine(depth: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
