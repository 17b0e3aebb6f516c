/// JSON that keeps the order of its members, for files that are compared, and read by people.
///
/// Equal values are written alike, so a file is as stable as what it is made from. It is a tree in memory and no codec
/// for hot paths: a reader of single fields scans the bytes.
package enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// What is read is one only where `integer` ends.
    case unsigned(UInt64)
    /// JSON has no infinity and no NaN: they are written as null.
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    package static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.text)) }

    package static func count(_ count: some UnsignedInteger) -> JSONValue {
        Int64(exactly: count).map(JSONValue.integer) ?? .unsigned(UInt64(count))
    }

    package static func count(_ count: Int) -> JSONValue { .integer(Int64(count)) }

    /// An object without the members that are nil.
    package static func present(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { key, value in value.map { (key, $0) } })
    }

    /// Nil is null.
    package static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.text) ?? .null }
}

extension JSONValue: Equatable {
    /// Values that are written alike are equal: 1 is 1.0. Members are compared in their order.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == $1.1 }
        case (.integer, _), (.unsigned, _), (.number, _), (_, .integer), (_, .unsigned), (_, .number):
            left.isScalar && right.isScalar && left.written(.compact) == right.written(.compact)
        default: false
        }
    }
}

/// What a reader asks for; nil where the value is of another kind.
extension JSONValue {
    package var isNull: Bool { if case .null = self { true } else { false } }
    package var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }
    package var string: String? { if case .text(let text) = self { text } else { nil } }
    package var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    package var members: [(String, JSONValue)]? { if case .object(let members) = self { members } else { nil } }

    /// A whole number, exactly, however it is written: 3, 3.0, 3e0.
    package var int64: Int64? { whole() }
    package var uint64: UInt64? { whole() }
    package var int: Int? { whole() }

    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The member of an object; nil where there is none.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == key }?.1
    }

    private func whole<Whole: FixedWidthInteger>() -> Whole? {
        switch self {
        case .integer(let value): Whole(exactly: value)
        case .unsigned(let value): Whole(exactly: value)
        case .number(let value): Whole(exactly: value)
        default: nil
        }
    }

    var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
