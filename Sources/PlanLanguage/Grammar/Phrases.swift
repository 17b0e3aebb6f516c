import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// Small forms that several sections share.
enum Phrases {
    static let address = withPort(
        from: 1,
        Shape<HTTPAddress>.phrase(
            "a URL", pattern: "^https?://[^@?# ]+$", examples: ["https://pay.example.test:8443"], HTTPAddress.init))

    static let hostPort = withPort(
        from: 0,
        Shape<HostPort>.phrase(
            "a host and a port", pattern: #"^(\[[0-9a-fA-F:.%]+\]|[^:\[\] ]+):[0-9]+$"#,
            examples: ["127.0.0.1:0", "[::1]:8080"], HostPort.init))

    /// Says so where nothing but the port is wrong.
    static func withPort<Value>(from least: Int, _ shape: Shape<Value>) -> Shape<Value> {
        Shape(form: shape.form) { node, name, reading in
            if case .text(let text) = node.content, let port = HostPort.strayPort(in: text, from: least) {
                reading.error("the port of '\(name)' is from \(least) to 65535, not \(port)", at: node.span)
                return nil
            }
            return shape.read(node, name, &reading)
        }
    }

    /// What may name a folder, a metric, or a part of a path.
    static func title(_ example: String) -> Shape<String> {
        .phrase("a name", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", examples: [example]) { text in
            isTitle(text) ? text : nil
        }
    }

    static func isTitle(_ text: String) -> Bool {
        let isSpelled = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        return isSpelled && text.count <= 64 && text.first.map { $0.isLetter || $0.isNumber } ?? false
    }

    static let network = Shape<NetworkBlock>.phrase(
        "a network", pattern: "^[0-9a-fA-F.:]+(/[0-9]+)?$", examples: ["127.0.0.0/8", "10.1.2.3"], NetworkBlock.init
    ).then { block, node, name, reading in
        if block.isClean { return block }
        reading.error(
            "'\(node.written)' has bits set behind its prefix", at: node.span,
            fix: "write the network's first address, or a longer prefix")
        return nil as NetworkBlock?
    }

    static let jsonPath = Shape<JSONPath>.phrase(
        "a JSON path", pattern: #"^\$(\.[^.\[\] ]+|\[[0-9]+\])*$"#, examples: ["$.id", "$.items[0].id"], JSONPath.init)

    static let span = Shape<TimeSpan>.value()

    /// A duration of no length is most often a slip.
    static let positiveSpan = span.then { value, node, name, reading in
        if value > .zero { return value }
        reading.error("'\(name)' must be longer than 0s", at: node.span)
        return nil as TimeSpan?
    }

    /// No drill lasts a year, and what is added to an instant must not overflow.
    private static let year = TimeSpan.seconds(31_536_000)

    static func withinYear(_ shape: Shape<TimeSpan>) -> Shape<TimeSpan> {
        shape.then { value, node, name, reading in
            if value <= year { return value }
            reading.error("'\(name)' is longer than a year", at: node.span)
            return nil
        }
    }

    static let boundedSpan = withinYear(span)
    static let positiveBoundedSpan = withinYear(positiveSpan)

    static func span(within range: ClosedRange<TimeSpan>) -> Shape<TimeSpan> {
        span.then { value, node, name, reading in
            if range.contains(value) { return value }
            reading.error("'\(name)' is from \(range.lowerBound) to \(range.upperBound), not \(value)", at: node.span)
            return nil as TimeSpan?
        }
    }

    /// What lets nothing through is no limit, but a wall.
    static let limit = Shape<Rate>.value().then { value, node, name, reading in
        if value.perSecond > 0 { return value }
        reading.error("'\(name)' must be more than 0", at: node.span, fix: "leave it out, or write '100/s'")
        return nil as Rate?
    }

    static let someRatio = Shape<Ratio>.value().then { value, node, name, reading in
        if value.value > 0 { return value }
        reading.error("'\(name)' must be more than 0%", at: node.span)
        return nil as Ratio?
    }

    static let positiveRate = Shape<Rate>.value().then { value, node, name, reading in
        if value.perSecond > 0 { return value }
        reading.error("'\(name)' must be more than 0", at: node.span, fix: "a stage without arrivals is 'pause'")
        return nil as Rate?
    }

    /// A bank that takes nothing is one in maintenance.
    static let quota = Shape<Rate>.value().then { value, node, name, reading in
        if value.perSecond > 0 { return value }
        reading.error(
            "'\(name)' must be more than 0", at: node.span, fix: "a bank that takes nothing has the fault 'maintenance'"
        )
        return nil as Rate?
    }

    static let status = Shape<Int>.integer(100...599)

    static let scalar = Shape<JSONScalar>(
        form: .either([.text, .number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude), .boolean])
    ) { node, name, reading in
        switch node.content {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .text(let text): return .text(text)
        case .sequence, .mapping:
            reading.wrongKind(node, name, "a single value")
            return nil
        }
    }

    static let priority = Shape<Priority>.word

    static let weight = Shape<Double>.number(0...1_000_000)

    static let templates = Shape<[(name: Located<String>, value: Template)]>.names(.template)
        .map { pairs in pairs.map { (name: $0.name.value, value: $0.value) } }

    static let texts = Shape<[(name: Located<String>, value: String)]>.names(
        Shape<String>(form: .either([.text, .number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude)])) {
            node, name, reading in
            if node.isScalar, !node.isNull { return node.written }
            reading.wrongKind(node, name, "text")
            return nil
        }
    ).map { pairs in pairs.map { (name: $0.name.value, value: $0.value) } }

    /// The name of something that the plan declares.
    static func name(of kind: PlanReading.Kind) -> Shape<String> {
        Shape<String>.text.then { name, node, _, reading in
            reading.mention(kind, name, at: node.span)
            return name
        }
    }
}
