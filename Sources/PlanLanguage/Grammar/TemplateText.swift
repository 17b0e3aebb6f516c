import Diagnostics
import PlanModel

/// `literal ${reference} literal`; `$${` is a `${` of the text itself.
enum TemplateText {
    /// The text as written has no escapes in it, so that places inside it are places in the plan; where it has, the whole
    /// text is marked.
    static func read(_ text: String, _ node: YAMLNode, _ name: String, _ reading: inout PlanReading) -> Template? {
        var segments: [Template.Segment] = []
        var literal = ""
        var rest = Substring(text)
        while let dollar = rest.firstRange(of: "${") {
            let before = rest[..<dollar.lowerBound]
            if before.hasSuffix("$") {
                literal += before.dropLast() + "${"
                rest = rest[dollar.upperBound...]
                continue
            }
            guard let close = rest[dollar.upperBound...].firstIndex(of: "}") else {
                reading.error(
                    "'\(name)' opens '${' and does not close it", at: node.span,
                    fix: "write '}' behind the name, or '$${' for the text '${'")
                return nil
            }
            literal += before
            if !literal.isEmpty { segments.append(.literal(literal)) }
            literal = ""
            let inside = rest[dollar.upperBound..<close]
            let span = place(of: dollar.lowerBound..<rest.index(after: close), in: text, node)
            guard let path = path(inside) else {
                reading.error(
                    "'${\(inside)}' is no reference", at: span,
                    fix: "write a name, as in '${amount}' or '${card.token}'")
                return nil
            }
            let reference = Template.Reference(path: path, span: span)
            reading.templates.append(.init(reference: reference, kept: reading.kept, extraRoots: reading.extraRoots))
            segments.append(.reference(reference))
            rest = rest[rest.index(after: close)...]
        }
        literal += rest
        if !literal.isEmpty { segments.append(.literal(literal)) }
        return Template(segments, span: node.span)
    }

    private static func path(_ text: Substring) -> [String]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isPath = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        }
        return isPath ? parts.map(String.init) : nil
    }

    private static func place(of range: Range<String.Index>, in text: String, _ node: YAMLNode) -> SourceSpan {
        let bytes = Array(text.utf8)
        let source = node.span.source
        let written = node.span.range
        // Plain and quoted scalars without escapes hold their text as it is, at most behind a quote.
        for start in [written.lowerBound, written.lowerBound + 1] where start + bytes.count <= written.upperBound {
            guard source.bytes[start..<start + bytes.count].elementsEqual(bytes) else { continue }
            let lower = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
            let upper = text.utf8.distance(from: text.startIndex, to: range.upperBound)
            return SourceSpan(source, start + lower..<start + upper)
        }
        return node.span
    }
}

extension Shape where Value == Template {
    /// Numbers and truth values are their own text: `count: 1000` in a form.
    static let template = Shape(
        form: .phrase(kind: "text with ${references}", pattern: "", examples: ["${id}"], takesNumbers: true)
    ) { node, name, reading in
        guard node.isScalar, !node.isNull else {
            reading.wrongKind(node, name, "text")
            return nil
        }
        return TemplateText.read(node.written, node, name, &reading)
    }
}

extension Shape where Value == JSONTemplate {
    static let json = Shape(form: .json(hasTemplates: true)) { node, name, reading in JSONTemplate(node, name, &reading)
    }
}

extension JSONTemplate {
    fileprivate init?(_ node: YAMLNode, _ name: String, _ reading: inout PlanReading) {
        switch node.content {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .float(let value):
            guard value.isFinite else {
                reading.error("JSON has no '\(node.written)'", at: node.span)
                return nil
            }
            self = .float(value)
        case .text(let text):
            guard let template = TemplateText.read(text, node, name, &reading) else { return nil }
            self = .text(template)
        case .sequence(let nodes): self = .array(nodes.compactMap { JSONTemplate($0, name, &reading) })
        case .mapping(let entries):
            self = .object(
                entries.compactMap { entry in
                    JSONTemplate(entry.value, entry.key, &reading).map { (key: entry.key, value: $0) }
                })
        }
    }
}
