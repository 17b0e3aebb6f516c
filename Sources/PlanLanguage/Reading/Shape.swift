import Diagnostics
import PlanModel
import PlanValues

/// A form together with how a value of it is read. Whoever declares a place of the grammar gives both at once, so
/// that checker, schema and reference cannot disagree.
///
/// `read` reports what is wrong and returns nil then. `name` is the key that the value stands under.
struct Shape<Value: Sendable>: Sendable {
    let form: Form
    let read: @Sendable (_ node: YAMLNode, _ name: String, _ reading: inout PlanReading) -> Value?

    /// The same form, read further.
    func then<Next: Sendable>(
        _ next: @escaping @Sendable (Value, YAMLNode, String, inout PlanReading) -> Next?
    ) -> Shape<Next> {
        Shape<Next>(form: form) { node, name, reading in
            read(node, name, &reading).flatMap { next($0, node, name, &reading) }
        }
    }

    func map<Next: Sendable>(_ transform: @escaping @Sendable (Value) -> Next) -> Shape<Next> {
        then { value, _, _, _ in transform(value) }
    }

    var located: Shape<Located<Value>> { then { value, node, _, _ in Located(value, at: node.span) } }
}

extension PlanReading {
    mutating func wrongKind(_ node: YAMLNode, _ name: String, _ wanted: String, fix: String? = nil) {
        if node.isNull, node.written.isEmpty {
            error("'\(name)' has no value; it is \(wanted)", at: node.span, fix: fix)
        } else {
            error("'\(name)' is \(wanted), not \(node.kind)", at: node.span, fix: fix)
        }
    }
}

// MARK: Scalars

extension Shape where Value == String {
    static let text = Shape(form: .text) { node, name, reading in
        if case .text(let text) = node.content {
            if !text.isEmpty { return text }
            reading.error("'\(name)' is empty", at: node.span)
            return nil
        }
        let isQuotable = node.isScalar && !node.written.isEmpty
        reading.wrongKind(node, name, "text", fix: isQuotable ? "write \"\(node.written)\"" : nil)
        return nil
    }
}

extension Shape where Value == Bool {
    static let boolean = Shape(form: .boolean) { node, name, reading in
        if case .boolean(let value) = node.content { return value }
        let meant = ["yes": "true", "on": "true", "no": "false", "off": "false"][node.written.lowercased()]
        reading.wrongKind(node, name, "true or false", fix: meant.map { "write \($0)" })
        return nil
    }
}

extension Shape where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Shape {
        Shape(form: .integer(range)) { node, name, reading in
            guard case .integer(let value) = node.content else {
                let bare = node.written.filter { $0 != "_" && $0 != "," }
                let isGrouped = bare != node.written && Int(bare) != nil
                if case .float = node.content {
                    reading.error("'\(name)' is a whole number, not \(node.written)", at: node.span)
                    return nil
                }
                reading.wrongKind(node, name, "a whole number", fix: isGrouped ? "write \(bare)" : nil)
                return nil
            }
            guard range.contains(value) else {
                let bounds =
                    range.upperBound == .max
                    ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
                reading.error("'\(name)' is \(bounds), not \(value)", at: node.span)
                return nil
            }
            return value
        }
    }
}

extension Shape where Value == Double {
    static func number(_ range: ClosedRange<Double>) -> Shape {
        Shape(form: .number(range)) { node, name, reading in
            let value: Double
            switch node.content {
            case .integer(let integer): value = Double(integer)
            case .float(let float): value = float
            default:
                reading.wrongKind(node, name, "a number")
                return nil
            }
            guard range.contains(value) else {
                let bounds =
                    range.upperBound.isInfinite || range.upperBound == .greatestFiniteMagnitude
                    ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
                reading.error("'\(name)' is \(bounds), not \(node.written)", at: node.span)
                return nil
            }
            return value
        }
    }
}

extension Shape where Value: PlanValue {
    static func value(takesNumbers: Bool = false) -> Shape {
        let form = Form.phrase(
            kind: Value.kind, pattern: Value.pattern, examples: Value.examples, takesNumbers: takesNumbers)
        return Shape(form: form) { node, name, reading in
            guard node.isScalar, !node.isNull else {
                reading.wrongKind(node, name, Value.kind, fix: "write '\(Value.examples[0])'")
                return nil
            }
            do throws(ValueMistake) {
                return try Value(parsing: node.written)
            } catch {
                reading.error("'\(name)' " + error.rule, at: node.span, fix: error.fix)
                return nil
            }
        }
    }
}

extension Shape {
    /// One of some words.
    static func choice(_ words: KeyValuePairs<String, Value>) -> Shape {
        choice(words.map { (word: $0.key, value: $0.value) })
    }

    private static func choice(_ table: [(word: String, value: Value)]) -> Shape {
        let names = table.map(\.word)
        return Shape(form: .choice(names)) { node, name, reading in
            if node.isScalar, let match = table.first(where: { $0.word == node.written }) { return match.value }
            guard node.isScalar, !node.isNull else {
                reading.wrongKind(node, name, "one of " + names.joined(separator: ", "))
                return nil
            }
            let closest = Spelling.closest(to: node.written, among: names)
            let fix =
                closest.map { "did you mean '\($0)'?" } ?? "write " + names.map { "'\($0)'" }.joined(separator: " or ")
            reading.error("'\(name)' cannot be '\(node.written)'", at: node.span, fix: fix)
            return nil
        }
    }

    /// One of some words, as it is written.
    static func choice(of words: [String]) -> Shape where Value == String { choice(words.map { ($0, $0) }) }

    /// A phrase with a form of its own; `parse` gives nil for what is none.
    static func phrase(
        _ kind: String, pattern: String, examples: [String], _ parse: @escaping @Sendable (String) -> Value?
    ) -> Shape {
        Shape(form: .phrase(kind: kind, pattern: pattern, examples: examples, takesNumbers: false)) {
            node, name, reading in
            let fix = "write " + examples.map { "'\($0)'" }.joined(separator: " or ")
            guard case .text(let text) = node.content else {
                reading.wrongKind(node, name, kind, fix: fix)
                return nil
            }
            if let value = parse(text) { return value }
            reading.error("'\(name)' is \(kind), not '\(text)'", at: node.span, fix: fix)
            return nil
        }
    }
}

extension Shape where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var word: Shape {
        let words = Value.allCases.map(\.rawValue)
        return Shape(form: .choice(words)) { node, name, reading in
            if node.isScalar, let value = Value(rawValue: node.written) { return value }
            guard node.isScalar, !node.isNull else {
                reading.wrongKind(node, name, "one of " + words.joined(separator: ", "))
                return nil
            }
            let closest = Spelling.closest(to: node.written, among: words)
            let fix =
                closest.map { "did you mean '\($0)'?" } ?? "write " + words.map { "'\($0)'" }.joined(separator: " or ")
            reading.error("'\(name)' cannot be '\(node.written)'", at: node.span, fix: fix)
            return nil
        }
    }
}
