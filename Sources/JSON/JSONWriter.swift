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

    private mutating func quote(_ text: String) {
        append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": escape(scalar)
            default: bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
            }
        }
        append("\"")
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }

    private mutating func breakLine(depth: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
