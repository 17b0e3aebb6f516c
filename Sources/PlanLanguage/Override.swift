import Diagnostics

/// `--set target.connections=64`: a path of keys, and a value in YAML.
///
/// In a list a number chooses the element, counted from 0, or a text the one of that `name`. The one key of a stage, step
/// or target (`hold: {...}`) may be left out of the path.
struct Override {
    private let path: [String]
    private let value: YAMLNode
    private let span: SourceSpan

    init?(_ text: String, _ collector: inout DiagnosticCollector) {
        let whole = SourceText(name: "--set", text: text)
        let span = SourceSpan(whole, 0..<whole.bytes.count)
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            collector.report(
                .error("a setting has a path and a value", at: span, fix: "write --set target.connections=64"))
            return nil
        }
        let key = String(text[..<equals])
        let source = SourceText(name: "--set \(key)", text: String(text[text.index(after: equals)...]))
        guard let value = YAMLReader.read(source, into: &collector) else { return nil }
        path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        self.value = value
        self.span = SourceSpan(whole, 0..<key.utf8.count)
    }

    func applied(to root: YAMLNode, _ collector: inout DiagnosticCollector) -> YAMLNode? {
        do throws(Missing) {
            return try set(path[...], in: root)
        } catch {
            collector.report(.error("there is no '\(error.part)' to set", at: span, fix: error.fix))
            return nil
        }
    }

    private struct Missing: Error {
        let part: String
        let fix: String?
    }

    private func set(_ path: ArraySlice<String>, in node: YAMLNode) throws(Missing) -> YAMLNode {
        guard let part = path.first else { return value }
        switch node.content {
        case .mapping(let entries): return try set(path, part, in: entries, node)
        case .null where node.written.isEmpty: return try set(path, part, in: [], node)
        case .sequence(var nodes):
            guard let index = Int(part) ?? nodes.firstIndex(where: { Self.name(of: $0) == part }),
                nodes.indices.contains(index)
            else {
                throw Missing(part: part, fix: "the list has \(nodes.count) elements, counted from 0")
            }
            nodes[index] = try set(path.dropFirst(), inElement: nodes[index])
            return YAMLNode(.sequence(nodes), at: node.span)
        default: throw Missing(part: part, fix: "'\(node.written)' has no parts")
        }
    }

    private func set(
        _ path: ArraySlice<String>, _ part: String, in entries: [YAMLNode.Entry], _ node: YAMLNode
    ) throws(Missing) -> YAMLNode {
        var entries = entries
        if let place = entries.firstIndex(where: { $0.key == part }) {
            let entry = entries[place]
            entries[place] = .init(
                key: entry.key, keySpan: entry.keySpan, value: try set(path.dropFirst(), in: entry.value))
        } else {
            let empty = YAMLNode(.mapping([]), at: span)
            entries.append(.init(key: part, keySpan: span, value: try set(path.dropFirst(), in: empty)))
        }
        return YAMLNode(.mapping(entries), at: node.span)
    }

    /// Of a stage, step or target; what other mappings hold is named in full.
    private func set(_ path: ArraySlice<String>, inElement node: YAMLNode) throws(Missing) -> YAMLNode {
        guard case .mapping(let entries) = node.content, entries.count == 1, let part = path.first,
            entries[0].key != part, case .mapping = entries[0].value.content
        else { return try set(path, in: node) }
        let entry = entries[0]
        return YAMLNode(
            .mapping([.init(key: entry.key, keySpan: entry.keySpan, value: try set(path, in: entry.value))]),
            at: node.span)
    }

    /// A nameless stage is called for its kind.
    private static func name(of node: YAMLNode) -> String? {
        guard case .mapping(let entries) = node.content else { return nil }
        if let name = node["name"] { return name.written }
        return entries.count == 1 ? entries[0].value["name"]?.written ?? entries[0].key : nil
    }
}
