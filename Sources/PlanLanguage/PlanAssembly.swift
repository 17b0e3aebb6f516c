import Diagnostics
import PlanModel

/// One tree out of a plan or a profile, the files that it includes, and the settings of the command line.
///
/// Included files add journeys and data to a plan, and channels to a profile; a name in two files is a mistake, never a
/// silent override. `--set` goes last: whatever the text says there, it says the new value instead.
struct PlanAssembly {
    private static let includeDepthMax = 8

    let document: Document
    let resolve: (String) throws(IncludeError) -> SourceText

    func tree(of source: SourceText, overrides: [String], into collector: inout DiagnosticCollector) -> YAMLNode? {
        guard var root = YAMLReader.read(source, into: &collector) else { return nil }
        guard case .mapping = root.content else {
            let kind = root.isNull ? "the file is empty" : "a \(document) is a mapping, not \(root.kind)"
            collector.report(.error(kind, at: SourceSpan(source, 0..<0), fix: "begin with '\(document): NAME'"))
            return nil
        }
        if let other = Document.allCases.first(where: { $0 != document && root["\($0)"] != nil }),
            root["\(document)"] == nil
        {
            collector.report(
                .error(
                    "this is a \(other), and no \(document)", at: SourceSpan(source, 0..<0),
                    fix: "a \(document) begins with '\(document): NAME'"))
            return nil
        }
        root = including(root, [source.name], &collector)
        for override in overrides { root = Override(override, &collector)?.applied(to: root, &collector) ?? root }
        root.reportCards(into: &collector)
        return root
    }

    private func including(_ root: YAMLNode, _ chain: [String], _ collector: inout DiagnosticCollector) -> YAMLNode {
        guard let paths = root["include"] else { return root }
        let nodes: [YAMLNode] = if case .sequence(let nodes) = paths.content { nodes } else { [paths] }
        return nodes.reduce(root) { tree, node in
            guard case .text(let path) = node.content,
                let included = included(path, at: node.span, chain, &collector)
            else { return tree }
            return merged(tree, included)
        }
    }

    private func included(
        _ path: String, at span: SourceSpan, _ chain: [String], _ collector: inout DiagnosticCollector
    ) -> YAMLNode? {
        let source: SourceText
        do throws(IncludeError) {
            source = try resolve(path)
        } catch {
            collector.report(.error("'\(path)' cannot be read: \(error.reason)", at: span))
            return nil
        }
        if chain.contains(source.name) || chain.count > Self.includeDepthMax {
            let isCycle = chain.contains(source.name)
            collector.report(
                .error(
                    isCycle
                        ? "'\(path)' includes itself"
                        : "files include each other more than \(Self.includeDepthMax) deep", at: span))
            return nil
        }
        guard let root = YAMLReader.read(source, into: &collector) else { return nil }
        guard case .mapping(let entries) = root.content else {
            collector.report(.error("an included file is a mapping with \(contents(" or "))", at: root.span))
            return nil
        }
        for entry in entries where !document.includable.contains(entry.key) && entry.key != "include" {
            collector.report(
                .error(
                    "an included file has no '\(entry.key)'", at: entry.keySpan, fix: "it holds \(contents(" and "))"))
        }
        return including(root, chain + [source.name], &collector)
    }

    private func contents(_ word: String) -> String {
        document.includable.map { "'\($0)'" }.joined(separator: word)
    }

    /// The document's own entries first. Entries of one name stand twice then, and are reported where they are read.
    private func merged(_ tree: YAMLNode, _ included: YAMLNode) -> YAMLNode {
        guard case .mapping(var entries) = tree.content, case .mapping(let others) = included.content else {
            return tree
        }
        for other in others where document.includable.contains(other.key) {
            guard case .mapping(let added) = other.value.content,
                let place = entries.firstIndex(where: { $0.key == other.key })
            else {
                if !entries.contains(where: { $0.key == other.key }) { entries.append(other) }
                continue
            }
            guard case .mapping(let own) = entries[place].value.content else { continue }
            entries[place] = YAMLNode.Entry(
                key: other.key, keySpan: entries[place].keySpan,
                value: YAMLNode(.mapping(own + added), at: entries[place].value.span))
        }
        return YAMLNode(.mapping(entries), at: tree.span)
    }
}
