import JSON

/// The JSON Schemas (2020-12) of plans and mock profiles, for completion and first checks in editors.
///
/// They come from the grammar that reads both, and say as much of it as a schema can: keys, forms, ranges, phrases.
/// What needs the whole (names that lead somewhere, what belongs together) is left to `Plan.parse` and its like.
package enum PlanSchema {
    package static func text(of document: Document) -> String {
        switch document {
        case .plan: schema(of: PlanGrammar.shape.form, title: "Spillway traffic plan").written() + "\n"
        case .profile: schema(of: ProfileGrammar.shape.form, title: "Spillway mock profile").written() + "\n"
        }
    }

    private static func schema(of form: Form, title: String) -> JSONValue {
        var definitions: [(String, JSONValue)] = []
        let root = reference(to: form, &definitions)
        return .object(
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
                ("title", .text(title)),
            ] + members(root) + [("$defs", .object(definitions))])
    }

    private static func members(_ value: JSONValue) -> [(String, JSONValue)] {
        if case .object(let members) = value { members } else { [] }
    }

    private static func reference(to form: Form, _ definitions: inout [(String, JSONValue)]) -> JSONValue {
        switch form {
        case .text: return type("string", [("minLength", .number(1))])
        case .boolean: return type("boolean")
        case .integer(let range):
            let maximum: [(String, JSONValue)] =
                range.upperBound == .max ? [] : [("maximum", .number(Double(range.upperBound)))]
            return type("integer", [("minimum", .number(Double(range.lowerBound)))] + maximum)
        case .number(let range): return type("number", bounds(range))
        case .phrase(let kind, let pattern, let examples, let takesNumbers):
            let types: JSONValue = takesNumbers ? .texts(["string", "number", "boolean"]) : .text("string")
            return .object(
                [("type", types), ("description", .text(kind))]
                    + (pattern.isEmpty ? [] : [("pattern", .text(pattern))]) + [("examples", .texts(examples))])
        case .choice(let words): return .object([("enum", .texts(words))])
        case .list(let element, let countMin):
            return type(
                "array", [("items", reference(to: element, &definitions)), ("minItems", .number(Double(countMin)))])
        case .oneOrMany(let element):
            let one = reference(to: element, &definitions)
            return .object([("anyOf", .array([one, type("array", [("items", one), ("minItems", .number(1))])]))])
        case .names(let element):
            return type(
                "object",
                [("additionalProperties", reference(to: element, &definitions)), ("minProperties", .number(1))])
        case .either(let forms):
            return .object([("anyOf", .array(forms.map { reference(to: $0, &definitions) }))])
        case .json: return .boolean(true)
        case .record(let record): return definition(record, &definitions)
        case .variants(_, let variants): return choice(variants, &definitions)
        }
    }

    private static func type(_ name: String, _ rest: [(String, JSONValue)] = []) -> JSONValue {
        .object([("type", .text(name))] + rest)
    }

    private static func bounds(_ range: ClosedRange<Double>) -> [(String, JSONValue)] {
        [("minimum", range.lowerBound), ("maximum", range.upperBound)]
            .filter { abs($0.1) < .greatestFiniteMagnitude }.map { ($0.0, .number($0.1)) }
    }

    private static func definition(_ record: RecordForm, _ definitions: inout [(String, JSONValue)]) -> JSONValue {
        let pointer = JSONValue.object([("$ref", .text("#/$defs/" + record.title.replacing(" ", with: "-")))])
        let name = record.title.replacing(" ", with: "-")
        guard !definitions.contains(where: { $0.0 == name }) else { return pointer }
        let place = definitions.count
        definitions.append((name, .boolean(true)))
        let properties = record.keys.map { key in
            (key.name, described(reference(to: key.form, &definitions), key.about))
        }
        let required = record.keys.filter(\.isRequired).map(\.name)
        // A section without a needed key may stand empty: `- GET /health:`.
        let types: JSONValue = required.isEmpty ? .texts(["object", "null"]) : .text("object")
        definitions[place].1 = .object(
            [("type", types), ("description", .text(record.about)), ("properties", .object(properties))]
                + (required.isEmpty ? [] : [("required", .texts(required))])
                + [("additionalProperties", .boolean(false))])
        return pointer
    }

    private static func described(_ schema: JSONValue, _ about: String) -> JSONValue {
        let members = members(schema).filter { $0.0 != "description" }
        return .object([("description", .text(about))] + members)
    }

    private static func choice(_ variants: [VariantForm], _ definitions: inout [(String, JSONValue)]) -> JSONValue {
        var properties: [(String, JSONValue)] = []
        var patterns: [(String, JSONValue)] = []
        for variant in variants {
            let schema = described(reference(to: variant.form, &definitions), variant.about)
            if let pattern = variant.pattern {
                patterns.append((pattern, schema))
            } else {
                properties.append((variant.name, schema))
            }
        }
        return type(
            "object",
            [("minProperties", .number(1)), ("maxProperties", .number(1)), ("properties", .object(properties))]
                + (patterns.isEmpty ? [] : [("patternProperties", .object(patterns))])
                + [("additionalProperties", .boolean(false))])
    }
}
