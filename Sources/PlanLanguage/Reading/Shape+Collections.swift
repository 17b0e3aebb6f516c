import Diagnostics
import PlanModel

extension Shape {
    /// Of a list with mistakes the other elements are read all the same; the mistakes are reported, so no plan
    /// comes of it.
    static func list<Element: Sendable>(_ element: Shape<Element>, countMin: Int = 1) -> Shape
    where Value == [Element] {
        Shape(form: .list(element.form, countMin: countMin)) { node, name, reading in
            guard case .sequence(let nodes) = node.content else {
                reading.wrongKind(
                    node, name, "a list", fix: node.isScalar && !node.isNull ? "write [\(node.written)]" : nil)
                return nil
            }
            if nodes.count < countMin { reading.error("'\(name)' is an empty list", at: node.span) }
            return nodes.compactMap { element.read($0, name, &reading) }
        }
    }

    static func oneOrMany<Element: Sendable>(_ element: Shape<Element>) -> Shape where Value == [Element] {
        let many = Shape<[Element]>.list(element)
        return Shape(form: .oneOrMany(element.form)) { node, name, reading in
            if case .sequence = node.content { return many.read(node, name, &reading) }
            return element.read(node, name, &reading).map { [$0] }
        }
    }

    /// Names of the author's own choice, in the order of the text.
    static func names<Element: Sendable>(
        _ element: Shape<Element>, declaring kind: PlanReading.Kind? = nil
    ) -> Shape where Value == [(name: Located<String>, value: Element)] {
        Shape(form: .names(element.form)) { node, name, reading in
            guard case .mapping(let entries) = node.content else {
                reading.wrongKind(node, name, "a mapping of names")
                return nil
            }
            if entries.isEmpty { reading.error("'\(name)' is empty", at: node.span) }
            return entries.compactMap { entry in
                let key = Located(entry.key, at: entry.keySpan)
                if let kind { reading.declare(kind, key) }
                return element.read(entry.value, entry.key, &reading).map { (key, $0) }
            }
        }
    }

    /// The first for scalars, the second for lists and mappings.
    static func scalar(_ scalar: Shape, or other: Shape) -> Shape {
        Shape(form: .either([scalar.form, other.form])) { node, name, reading in
            (node.isScalar ? scalar : other).read(node, name, &reading)
        }
    }
}

/// One kind of what a variant can be.
struct Variant<Value: Sendable>: Sendable {
    let form: VariantForm
    let matches: @Sendable (String) -> Bool
    let read: @Sendable (YAMLNode.Entry, inout PlanReading) -> Value?

    init<Content: Sendable>(
        _ name: String, _ about: String, _ shape: Shape<Content>,
        _ build: @escaping @Sendable (Content, YAMLNode.Entry, inout PlanReading) -> Value?
    ) {
        form = VariantForm(name: name, pattern: nil, about: about, form: shape.form)
        matches = { $0 == name }
        read = { entry, reading in
            shape.read(entry.value, entry.key, &reading).flatMap { build($0, entry, &reading) }
        }
    }

    /// For keys that begin with one of some words.
    init<Content: Sendable>(
        _ name: String, words: [String], pattern: String, _ about: String, _ shape: Shape<Content>,
        _ build: @escaping @Sendable (Content, YAMLNode.Entry, inout PlanReading) -> Value?
    ) {
        form = VariantForm(name: name, pattern: pattern, about: about, form: shape.form)
        matches = { key in words.contains { key == $0 || key.hasPrefix($0 + " ") } }
        read = { entry, reading in
            shape.read(entry.value, entry.key, &reading).flatMap { build($0, entry, &reading) }
        }
    }
}

extension Shape {
    static func variants(_ noun: String, _ variants: [Variant<Value>]) -> Shape {
        let names = variants.map(\.form.name)
        return Shape(form: .variants(noun, variants.map(\.form))) { node, name, reading in
            guard case .mapping(let entries) = node.content, let entry = entries.first else {
                let example: String
                if case .text(let text) = node.content, variants.contains(where: { $0.matches(text) }) {
                    example = "write '- \(text): {}'"
                } else {
                    example = "write '- \(names[0]): {...}'"
                }
                reading.error("\(noun) is a mapping with one key, not \(node.kind)", at: node.span, fix: example)
                return nil
            }
            if entries.count > 1 {
                let second = entries[1]
                reading.error(
                    "'\(second.key)' stands beside '\(entry.key)'; \(noun) has one key", at: second.keySpan,
                    fix: "indent what belongs to '\(entry.key)', or put it in braces")
                return nil
            }
            guard let variant = variants.first(where: { $0.matches(entry.key) }) else {
                let word = entry.key.prefix { $0 != " " }
                reading.error(
                    "\(noun) cannot be '\(entry.key)'", at: entry.keySpan,
                    fix: PlanReading.advice(
                        String(
                            names.contains(entry.key)
                                ? Substring(entry.key)
                                : names.contains { $0.contains(" ") } ? Substring(entry.key) : word), names,
                        "there are "))
                return nil
            }
            return variant.read(entry, &reading)
        }
    }
}
