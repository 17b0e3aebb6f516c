package import Diagnostics

/// Reads one YAML document into a tree with places.
///
/// Goal: a text is a tree of plain values or a list of diagnostics, whatever its bytes are. Method: libyaml finds the
/// structure (`YAMLEventReader`), the core schema of YAML 1.2 gives scalars their meaning, and everything that
/// could surprise is refused by name: tags, merge keys, repeated keys, several documents. Size, depth and number of
/// nodes are bounded, and each node of an expanded alias counts. libyaml stops at the first error of syntax; what is
/// merely refused is reported all at once.
///
/// What it does not do: it knows no keys of a plan.
package struct YAMLReader {
    package struct Limits: Sendable {
        package var bytes = 4 << 20
        package var depth = 48
        package var nodes = 250_000
        package init() {}
    }

    private let source: SourceText
    private let limits: Limits
    private var collector: DiagnosticCollector
    private var anchors: [String: Measured] = [:]
    private var nodeCount = 0

    /// A node with the size of its subtree, which an alias takes again.
    private struct Measured {
        let node: YAMLNode
        let nodes: Int
        let depth: Int
    }

    /// Ends the reading; the diagnostic stands in the collector.
    private struct Stop: Error {}

    /// The tree, if there were no errors. A text without a document is an empty value.
    package static func read(
        _ source: SourceText, limits: Limits = Limits(), into collector: inout DiagnosticCollector
    ) -> YAMLNode? {
        guard let text = UTF8Text.checked(source, bytesMax: limits.bytes, &collector) else { return nil }
        var reader = YAMLReader(source: source, limits: limits, collector: DiagnosticCollector())
        var node: YAMLNode?
        do {
            node = try reader.document(source.bytes[text])
        } catch {
            node = nil
        }
        for diagnostic in reader.collector.diagnostics { collector.report(diagnostic) }
        return reader.collector.hasErrors ? nil : node
    }

    private mutating func document(_ bytes: ArraySlice<UInt8>) throws(Stop) -> YAMLNode {
        var events = YAMLEventReader(bytes)
        let empty = YAMLNode(.null, at: SourceSpan(source, bytes.startIndex..<bytes.startIndex))
        guard case .documentStart = try next(&events).kind else { return empty }
        let root = try node(try next(&events), &events, depth: 0).node
        _ = try next(&events)
        let after = try next(&events)
        if case .documentStart = after.kind {
            report("there is a second document; a file holds one", at: after.range, fix: "move it to its own file")
        }
        return root
    }

    private mutating func next(_ events: inout YAMLEventReader) throws(Stop) -> YAMLEvent {
        do throws(YAMLSyntaxError) {
            return try events.next()
        } catch {
            collector.report(SyntaxDiagnosis(source).diagnostic(of: error))
            throw Stop()
        }
    }

    private mutating func report(_ message: String, at range: Range<Int>, fix: String? = nil) {
        collector.report(.error(message, at: SourceSpan(source, range), fix: fix))
    }

    // MARK: Nodes

    private mutating func node(
        _ event: YAMLEvent, _ events: inout YAMLEventReader, depth: Int
    ) throws(Stop) -> Measured {
        if case .alias(let name) = event.kind { return try alias(name, at: event.range, depth: depth) }
        try count(1, depth: depth, at: event.range)
        if event.hasTag { report("tags such as '!!str' are not used in plans", at: event.range, fix: "leave it out") }
        let before = nodeCount
        let (node, height) = try content(of: event, &events, depth: depth)
        let measured = Measured(node: node, nodes: nodeCount - before + 1, depth: height)
        if let anchor = event.anchor { anchors[anchor] = measured }
        return measured
    }

    private mutating func alias(_ name: String, at range: Range<Int>, depth: Int) throws(Stop) -> Measured {
        guard let known = anchors[name] else {
            let closest = Spelling.closest(to: name, among: anchors.keys.sorted())
            report(
                "no anchor '&\(name)' stands before this", at: range, fix: closest.map { "did you mean '*\($0)'?" })
            return Measured(node: YAMLNode(.null, at: SourceSpan(source, range)), nodes: 1, depth: 0)
        }
        try count(known.nodes, depth: depth + known.depth, at: range)
        return known
    }

    private mutating func count(_ nodes: Int, depth: Int, at range: Range<Int>) throws(Stop) {
        nodeCount += nodes
        if nodeCount > limits.nodes {
            report("the text has more than \(limits.nodes) values, those of aliases counted each time", at: range)
            throw Stop()
        }
        if depth > limits.depth {
            report("values are nested deeper than \(limits.depth)", at: range)
            throw Stop()
        }
    }

    private mutating func content(
        of event: YAMLEvent, _ events: inout YAMLEventReader, depth: Int
    ) throws(Stop) -> (YAMLNode, depth: Int) {
        switch event.kind {
        case .sequenceStart: return try sequence(event, &events, depth: depth)
        case .mappingStart: return try mapping(event, &events, depth: depth)
        case .scalar(let text, let isPlain):
            let span = SourceSpan(source, event.range)
            let content = isPlain ? CoreSchema.meaning(ofPlain: text) : .text(text)
            return (YAMLNode(content, written: text, at: span), 0)
        case .alias, .end, .documentStart, .documentEnd, .streamEnd:
            preconditionFailure("libyaml sent \(event.kind) where a value begins")
        }
    }

    private mutating func sequence(
        _ start: YAMLEvent, _ events: inout YAMLEventReader, depth: Int
    ) throws(Stop) -> (YAMLNode, depth: Int) {
        var elements: [YAMLNode] = []
        var height = 0
        while true {
            let event = try next(&events)
            if case .end = event.kind {
                let range = extent(from: start, to: event, last: elements.last?.span)
                if let fix = SyntaxDiagnosis(source).quotedAddress(in: range) {
                    report("'[...]' is a list; an IPv6 address needs quotes", at: range, fix: fix)
                }
                return (YAMLNode(.sequence(elements), at: SourceSpan(source, range)), height)
            }
            let element = try node(event, &events, depth: depth + 1)
            elements.append(element.node)
            height = max(height, element.depth + 1)
        }
    }

    private mutating func mapping(
        _ start: YAMLEvent, _ events: inout YAMLEventReader, depth: Int
    ) throws(Stop) -> (YAMLNode, depth: Int) {
        var entries: [YAMLNode.Entry] = []
        var seen: [String: SourceSpan] = [:]
        var height = 0
        while true {
            let event = try next(&events)
            if case .end = event.kind {
                let range = extent(from: start, to: event, last: entries.last?.value.span)
                return (YAMLNode(.mapping(entries), at: SourceSpan(source, range)), height)
            }
            let key = try node(event, &events, depth: depth + 1)
            let value = try node(try next(&events), &events, depth: depth + 1)
            height = max(height, value.depth + 1)
            guard let entry = entry(key.node, value.node, isPlain: event.isPlain, seen: seen) else { continue }
            seen[entry.key] = entry.keySpan
            entries.append(entry)
        }
    }

    private mutating func entry(
        _ key: YAMLNode, _ value: YAMLNode, isPlain: Bool, seen: [String: SourceSpan]
    ) -> YAMLNode.Entry? {
        guard key.isScalar, !key.isNull || !key.written.isEmpty else {
            collector.report(.error("a key must be text, not \(key.kind)", at: key.span))
            return nil
        }
        if isPlain, key.written == "<<" {
            collector.report(
                .error("merge keys ('<<') are not used in plans", at: key.span, fix: "write the keys out"))
            return nil
        }
        if let first = seen[key.written] {
            collector.report(
                .error(
                    "'\(key.written)' stands twice", at: key.span, fix: "leave one out",
                    notes: [.init("it stands here first", at: first)]))
            return nil
        }
        return YAMLNode.Entry(key: key.written, keySpan: key.span, value: value)
    }

    /// A block collection ends where its last value does; libyaml says: where the next token begins.
    private func extent(from start: YAMLEvent, to end: YAMLEvent, last: SourceSpan?) -> Range<Int> {
        if !end.range.isEmpty { return start.range.lowerBound..<end.range.upperBound }
        // The last value may be an alias, whose span lies before.
        let upper = max(start.range.upperBound, last?.range.upperBound ?? 0)
        return start.range.lowerBound..<upper
    }
}

extension YAMLEvent {
    fileprivate var isPlain: Bool { if case .scalar(_, let isPlain) = kind { isPlain } else { false } }
}
