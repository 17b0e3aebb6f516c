import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `observe` and `guards`.
enum ObservationGrammar {
    private static let prometheus = Key<Located<MetricsSource>>.required(
        "prometheus", source.located, "where metrics are scraped; `stack` is the embedded stack's own")
    private static let source = Shape<MetricsSource>(
        form: .phrase(
            kind: "a URL, or `stack`", pattern: "^(https?://[^@?# ]+|stack)$",
            examples: ["http://127.0.0.1:8080/metrics", "stack"], takesNumbers: false)
    ) { node, name, reading in
        if case .text("stack") = node.content { return .stack }
        return Phrases.address.read(node, name, &reading).map(MetricsSource.url)
    }
    private static let every = Key<TimeSpan>.defaulted(
        "every", Phrases.positiveSpan, to: .seconds(1), shown: "1s", "how often")
    private static let series = Key<[(name: Located<String>, value: String)]>.required(
        "series", .names(.text, declaring: .series), "names for guards and targets, each with its selector")

    static let observe = Shape<[Observation]>.list(
        .record("observe", "Time series drawn beside the load.", [prometheus, every, series]) { fields, _ in
            Observation(
                prometheus: fields[prometheus], every: fields[every],
                series: fields[series].map { (name: $0.name, selector: $0.value) })
        }, countMin: 0)

    // MARK: Guards

    private enum Unit { case ratio, count, latency }

    private static let subjects: [(words: String, subject: Guard.Subject, unit: Unit)] =
        [
            ("error ratio", .errorRatio, .ratio), ("shed ratio", .shedRatio, .ratio),
            ("unknown ratio", .unknownRatio, .ratio), ("dropped", .dropped, .count), ("requests", .requests, .count),
            ("in flight", .inFlight, .count), ("money violations", .moneyViolations, .count),
        ]
        + [("p50", 50.0), ("p90", 90), ("p95", 95), ("p99", 99), ("p99.9", 99.9)].map {
            ($0.0, .latency(percentile: $0.1), .latency)
        }

    static let guards = Shape<[Guard]>.list(
        Shape<Guard>(
            form: .phrase(
                kind: "a condition that aborts the drill", pattern: #"^[^<>]+ [<>] [^ ]+( for [^ ]+)?$"#,
                examples: ["error ratio > 20% for 5s", "p99 > 800ms for 10s", "requests > 5000000"], takesNumbers: false
            ),
            read: condition), countMin: 0)

    private static func condition(_ node: YAMLNode, _ name: String, _ reading: inout PlanReading) -> Guard? {
        let form = "write 'error ratio > 20% for 5s'"
        guard case .text(let text) = node.content else {
            reading.wrongKind(node, "a guard", "a condition", fix: form)
            return nil
        }
        let words = text.split(separator: " ").map(String.init)
        guard let sign = words.firstIndex(where: { $0 == ">" || $0 == "<" }), sign > 0, sign + 1 < words.count else {
            reading.error("a guard compares with '>' or '<'", at: node.span, fix: form)
            return nil
        }
        let rest = words[(sign + 2)...]
        guard rest.isEmpty || rest.count == 2 && rest.first == "for" else {
            reading.error("behind the limit stands 'for' and a duration, or nothing", at: node.span, fix: form)
            return nil
        }
        let subjectWords = words[..<sign].joined(separator: " ")
        let known = subjects.first { $0.words == subjectWords }
        if known == nil, !reading.mentionSeries(subjectWords, at: node.span, among: subjects.map(\.words)) {
            return nil
        }
        do throws(ValueMistake) {
            let limit = try limit(words[sign + 1], known?.unit ?? .count)
            let span = rest.isEmpty ? TimeSpan.zero : try TimeSpan(parsing: rest[rest.index(before: rest.endIndex)])
            return Guard(
                subject: known?.subject ?? .series(subjectWords), isAbove: words[sign] == ">", limit: limit, span: span,
                text: Located(text, at: node.span))
        } catch {
            reading.error("'\(subjectWords)' " + error.rule, at: node.span, fix: error.fix)
            return nil
        }
    }

    private static func limit(_ text: String, _ unit: Unit) throws(ValueMistake) -> Double {
        switch unit {
        case .ratio: return try Ratio(parsing: text).value
        case .latency: return Double(try TimeSpan(parsing: text).nanoseconds)
        case .count: return try Double(parsingDistributed: text)
        }
    }
}

extension PlanReading {
    /// False for a slip in one of the guards' own words, which is no series.
    fileprivate mutating func mentionSeries(_ name: String, at span: SourceSpan, among words: [String]) -> Bool {
        if let closest = Spelling.closest(to: name, among: words), !isDeclared(.series, name) {
            error("a guard cannot watch '\(name)'", at: span, fix: "did you mean '\(closest)'?")
            return false
        }
        mention(.series, name, at: span)
        return true
    }
}
