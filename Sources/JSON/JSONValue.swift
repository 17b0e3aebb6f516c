/// JSON that keeps the order of its members, for files that are compared and read by people.
package enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    package static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.text)) }

    /// Two spaces an indent; arrays of scalars in one line.
    package func written(indent: String = "") -> String {
        switch self {
        case .null: return "null"
        case .boolean(let value): return value ? "true" : "false"
        case .number(let value):
            return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        case .text(let text): return Self.quoted(text)
        case .array(let elements):
            let isFlat = elements.allSatisfy(\.isScalar)
            if isFlat { return "[" + elements.map { $0.written() }.joined(separator: ", ") + "]" }
            let rows = elements.map { indent + "  " + $0.written(indent: indent + "  ") }
            return "[\n" + rows.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let rows = members.map { "\(indent)  \(Self.quoted($0.0)): \($0.1.written(indent: indent + "  "))" }
            return "{\n" + rows.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\0"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
