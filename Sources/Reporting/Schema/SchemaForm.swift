import JSON

/// What a JSON Schema says of a value, in the few forms that report.json has.
///
/// Keys that a schema does not name are allowed everywhere: later versions may add some.
indirect enum SchemaForm: Sendable {
    case text, boolean, count, whole, number
    /// Milliseconds with decimals.
    case time
    case digits
    case base64
    case words([String])
    case constant(JSONValue)
    case list(SchemaForm, count: Int? = nil)
    case orNull(SchemaForm)
    /// Values by names that are not known before.
    case map(SchemaForm, keys: [String]? = nil)
    /// A key that ends in `?` may be missing.
    case object([(String, SchemaForm)])
    case either([SchemaForm])
    case named(String)

    var json: JSONValue {
        switch self {
        case .text: Self.type("string")
        case .boolean: Self.type("boolean")
        case .count: Self.type("integer", [("minimum", .integer(0))])
        case .whole: Self.type("integer")
        case .number, .time: Self.type("number")
        case .digits: Self.type("string", [("pattern", .text("^[0-9]{1,20}$"))])
        case .base64: Self.type("string", [("pattern", .text("^[A-Za-z0-9+/]+={0,2}$"))])
        case .words(let words): .object([("enum", .texts(words))])
        case .constant(let value): .object([("const", value)])
        case .list(let element, let count): Self.list(element, count)
        case .orNull(let form): .object([("anyOf", .array([form.json, Self.type("null")]))])
        case .map(let value, let keys): Self.map(value, keys)
        case .object(let members): Self.object(members)
        case .either(let forms): .object([("oneOf", .array(forms.map(\.json)))])
        case .named(let name): .object([("$ref", .text("#/$defs/\(name)"))])
        }
    }

    private static func type(_ name: String, _ rest: [(String, JSONValue)] = []) -> JSONValue {
        .object([("type", .text(name))] + rest)
    }

    private static func list(_ element: SchemaForm, _ count: Int?) -> JSONValue {
        let bounds = count.map { [("minItems", JSONValue.count($0)), ("maxItems", .count($0))] } ?? []
        return type("array", [("items", element.json)] + bounds)
    }

    private static func map(_ value: SchemaForm, _ keys: [String]?) -> JSONValue {
        let names = keys.map { [("propertyNames", JSONValue.object([("enum", .texts($0))]))] } ?? []
        return type("object", names + [("additionalProperties", value.json)])
    }

    private static func object(_ members: [(String, SchemaForm)]) -> JSONValue {
        let required = members.map(\.0).filter { !$0.hasSuffix("?") }
        let properties = members.map { name, form in
            (name.hasSuffix("?") ? String(name.dropLast()) : name, form.json)
        }
        return type(
            "object",
            [("properties", .object(properties))] + (required.isEmpty ? [] : [("required", .texts(required))]))
    }
}
