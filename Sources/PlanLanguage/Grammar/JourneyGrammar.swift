import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `journeys` and `classify`.
enum JourneyGrammar {
    private static let weight = Key<Double>.defaulted(
        "weight", Phrases.weight, to: 1, shown: "1", "its share is its weight over the sum of all")
    private static let priority = Key<Priority>.defaulted(
        "priority", Phrases.priority, to: .normal, shown: "normal", "what may be shed before what")
    private static let retry = Key<Retry?>.optional("retry", retryShape, "what the client tries again")
    private static let duplicate = Key<Duplicate?>.optional("duplicate", duplicateShape, "the same key sent twice")
    private static let steps = Key<[Step]>.required(
        "steps",
        Shape<[Step]>(form: StepGrammar.steps.form) { node, name, reading in
            reading.kept = []
            defer { reading.kept = [] }
            return StepGrammar.steps.read(node, name, &reading)
        }, "one after the other")

    private typealias Draft = @Sendable (Located<String>) -> Journey

    private static let shape = Shape<Draft>.record(
        "journeys.NAME", "What one arrival does.", [weight, priority, retry, duplicate, steps]
    ) { fields, _ in
        { name in
            Journey(
                name: name, weight: fields[weight], priority: fields[priority], retry: fields[retry],
                duplicate: fields[duplicate], steps: fields[steps])
        }
    }

    static let section = Shape<[(name: Located<String>, value: Draft)]>.names(shape, declaring: .journey).map {
        pairs in pairs.map { $0.value($0.name) }
    }

    // MARK: Retry and duplicate

    private static let on = Key<[Cause]>.required("on", .list(cause), "`timeout`, `refused`, `reset`, or a status")
    private static let attempts = Key<Int>.required("attempts", .integer(2...100), "the first among them")
    private static let sameKey = Key<Bool>.defaulted(
        "same-key", .boolean, to: true, shown: "true", "the idempotency key of the first attempt is sent again")
    private static let honour = Key<Bool>.defaulted(
        "honour", .choice(["retry-after": true, "nothing": false]), to: false, shown: "nothing",
        "whether a `Retry-After` header is waited for")
    private static let backoff = Key<Backoff>.defaulted(
        "backoff", backoffShape, to: .constant(.zero), shown: "0s", "the wait before the next attempt")
    private static let retryShape = Shape<Retry>.record(
        "retry", "What the client tries again, as real clients do.", [on, attempts, sameKey, honour, backoff]
    ) { fields, _ in
        Retry(
            causes: fields[on], attempts: fields[attempts], sameKey: fields[sameKey], honoursRetryAfter: fields[honour],
            backoff: fields[backoff])
    }

    private static let brokenExchange = Shape<Cause>.choice(["timeout": .timeout, "refused": .refused, "reset": .reset])
    private static let cause = Shape<Cause>(form: .either([brokenExchange.form, Phrases.status.form])) {
        node, name, reading in
        if case .integer = node.content { return Phrases.status.read(node, name, &reading).map(Cause.status) }
        return brokenExchange.read(node, name, &reading)
    }

    private static let backoffShape = Shape<Backoff>(
        form: .phrase(
            kind: "a wait", pattern: #"^(exponential )?[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h)$"#,
            examples: ["exponential 100ms", "100ms"], takesNumbers: false)
    ) { node, name, reading in
        let isExponential = node.written.hasPrefix("exponential ")
        let text = isExponential ? String(node.written.dropFirst("exponential ".count)) : node.written
        let rest = YAMLNode(node.isScalar ? .text(text) : node.content, written: text, at: node.span)
        return Phrases.span.read(rest, name, &reading).map { isExponential ? .exponential(first: $0) : .constant($0) }
    }

    private static let rate = Key<Ratio>.required("rate", .value(), "of all arrivals")
    private static let concurrent = Key<Bool>.defaulted(
        "concurrent", .boolean, to: false, shown: "false", "both at once, rather than one after the other")
    private static let duplicateShape = Shape<Duplicate>.record(
        "duplicate", "Some requests are sent twice with the same key.", [rate, concurrent]
    ) { fields, _ in Duplicate(rate: fields[rate], isConcurrent: fields[concurrent]) }

    // MARK: Classification

    private static let shed = Key<[Int]>.defaulted(
        "shed", .oneOrMany(Phrases.status), to: [429, 503], shown: "[429, 503]", "an explicit rejection")
    private static let declined = Key<[Int]>.defaulted(
        "declined", .oneOrMany(Phrases.status), to: [402], shown: "[402]", "a correct business \"no\"")
    private static let unknown = Key<[Int]>.defaulted(
        "unknown", .oneOrMany(Phrases.status), to: [504], shown: "[504]", "says nothing about the payment")
    static let classifyDefault = Classification(shed: [429, 503], declined: [402], unknown: [504])
    static let classify = Shape<Classification>.record(
        "classify", "Which statuses are no errors, or say nothing.", [shed, declined, unknown]
    ) { fields, reading in
        var seen: [Int: String] = [:]
        for (name, statuses) in [("shed", fields[shed]), ("declined", fields[declined]), ("unknown", fields[unknown])] {
            for status in statuses {
                if let other = seen[status] {
                    reading.error("\(status) is both '\(other)' and '\(name)'", at: fields.span, fix: "leave one out")
                }
                seen[status] = name
            }
        }
        return Classification(shed: fields[shed], declined: fields[declined], unknown: fields[unknown])
    }
}
