import Diagnostics

/// A key of a record and what stands under it.
struct Key<Value: Sendable>: Sendable {
    let form: KeyForm
    fileprivate let shape: Shape<Value>
    fileprivate let fallback: Value?

    static func required(_ name: String, _ shape: Shape<Value>, _ about: String) -> Key {
        Key(form: KeyForm(name: name, about: about, form: shape.form, presence: .required), shape: shape, fallback: nil)
    }

    /// `shown` is the default as a plan would write it.
    static func defaulted(
        _ name: String, _ shape: Shape<Value>, to fallback: Value, shown: String, _ about: String
    ) -> Key {
        Key(
            form: KeyForm(name: name, about: about, form: shape.form, presence: .defaulted(shown)), shape: shape,
            fallback: fallback)
    }

    static func optional<Wrapped>(_ name: String, _ shape: Shape<Wrapped>, _ about: String) -> Key
    where Value == Wrapped? {
        Key(
            form: KeyForm(name: name, about: about, form: shape.form, presence: .optional),
            shape: shape.map { Optional($0) }, fallback: .some(nil))
    }
}

/// A key whatever its value's type is.
protocol AnyKey: Sendable {
    var form: KeyForm { get }
    func readBoxed(_ node: YAMLNode, _ reading: inout PlanReading) -> (any Sendable)?
    var fallbackBoxed: (any Sendable)? { get }
}

private struct Box<Value: Sendable>: Sendable {
    let value: Value
}

extension Key: AnyKey {
    func readBoxed(_ node: YAMLNode, _ reading: inout PlanReading) -> (any Sendable)? {
        shape.read(node, form.name, &reading).map(Box.init)
    }

    var fallbackBoxed: (any Sendable)? { fallback.map(Box.init) }
}

/// The values of a record's keys, defaults filled in.
struct Fields {
    fileprivate var values: [String: any Sendable] = [:]
    fileprivate(set) var spans: [String: SourceSpan] = [:]
    let span: SourceSpan

    subscript<Value>(key: Key<Value>) -> Value {
        guard let box = values[key.form.name] as? Box<Value> else {
            preconditionFailure("the record does not list its key '\(key.form.name)'")
        }
        return box.value
    }

    /// Where the key stands; the record's own place when it does not.
    func span<Value>(of key: Key<Value>) -> SourceSpan { spans[key.form.name] ?? span }
    func has<Value>(_ key: Key<Value>) -> Bool { spans[key.form.name] != nil }
}

extension Shape {
    /// Every key is read, known or not, before the record is built; it is not when a required one is missing or wrong.
    static func record(
        _ title: String, _ about: String, _ keys: [any AnyKey],
        _ build: @escaping @Sendable (Fields, inout PlanReading) -> Value?
    ) -> Shape {
        let form = RecordForm(title: title, about: about, keys: keys.map(\.form))
        let byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.form.name, $0) })
        let names = keys.map(\.form.name)
        return Shape(form: .record(form)) { node, name, reading in
            let isEmpty = node.isNull && node.written.isEmpty && !form.keys.contains { $0.isRequired }
            guard case .mapping(let entries) = isEmpty ? .mapping([]) : node.content else {
                reading.wrongKind(node, name, "a mapping", fix: "its keys are " + names.joined(separator: ", "))
                return nil
            }
            var fields = Fields(span: node.span)
            for entry in entries {
                guard let key = byName[entry.key] else {
                    reading.unknownKey(entry, in: name, names)
                    continue
                }
                fields.spans[entry.key] = entry.value.span
                fields.values[entry.key] = key.readBoxed(entry.value, &reading)
            }
            var isWhole = true
            for key in keys where fields.values[key.form.name] == nil {
                if let fallback = key.fallbackBoxed {
                    fields.values[key.form.name] = fallback
                } else {
                    isWhole = false
                    if fields.spans[key.form.name] == nil { reading.missing(key.form, in: name, node) }
                }
            }
            return isWhole ? build(fields, &reading) : nil
        }
    }
}

extension KeyForm {
    var isRequired: Bool { if case .required = presence { true } else { false } }
}

extension PlanReading {
    fileprivate mutating func unknownKey(_ entry: YAMLNode.Entry, in name: String, _ known: [String]) {
        let fix = Self.advice(entry.key, known, "its keys are ")
        error(
            name.isEmpty ? "a \(document) has no key '\(entry.key)'" : "'\(name)' has no key '\(entry.key)'",
            at: entry.keySpan, fix: fix)
    }

    fileprivate mutating func missing(_ key: KeyForm, in name: String, _ node: YAMLNode) {
        // The first line says enough of a mapping that goes on for pages.
        let source = node.span.source
        let line = source.range(ofLine: source.line(at: node.span.range.lowerBound))
        let lowerBound = node.span.range.lowerBound
        let upperBound = name.isEmpty ? lowerBound : max(lowerBound, min(node.span.range.upperBound, line.upperBound))
        let place = SourceSpan(source, lowerBound..<upperBound)
        error(
            name.isEmpty ? "the \(document) has no '\(key.name)'" : "'\(name)' has no '\(key.name)'", at: place,
            fix: key.form.example.map { "write '\(key.name): \($0)'" })
    }
}

extension Form {
    /// One value as a plan would write it.
    var example: String? {
        switch self {
        case .phrase(_, _, let examples, _): examples.first
        case .choice(let words): words.first
        case .integer(let range): String(max(1, range.lowerBound))
        case .boolean: "true"
        case .oneOrMany(let form): form.example
        case .either(let forms): forms.first?.example
        default: nil
        }
    }
}
