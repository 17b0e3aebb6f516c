package import Timebase

/// What a distribution can be of: durations, or plain numbers.
package protocol Distributed: Sendable, Equatable, Comparable {
    static var zero: Self { get }
    static var examples: [String] { get }
    init(parsingDistributed text: String) throws(ValueMistake)
    var distributedText: String { get }
}

extension TimeSpan: Distributed {
    package init(parsingDistributed text: String) throws(ValueMistake) { self = try TimeSpan(parsing: text) }
    package var distributedText: String { description }
}

extension Double: Distributed {
    package static let examples = ["4900", "0.5"]
    package init(parsingDistributed text: String) throws(ValueMistake) {
        guard let quantity = Quantity(text), quantity.unit.isEmpty else {
            throw Quantity.mistake(in: text, kind: "a number", examples: Self.examples)
        }
        self = quantity.value
    }
    package var distributedText: String { plain }
}

/// Where values come from that are not all alike:
///
///     2s                                        always
///     uniform min=1s max=3s
///     exponential 2s                            its mean
///     normal mean=1s sd=200ms                   never below zero
///     lognormal p50=35ms p99=250ms max=10s      `max` may be left out
package enum Distribution<Value: Distributed>: Sendable, Equatable {
    case constant(Value)
    case uniform(min: Value, max: Value)
    case exponential(mean: Value)
    case normal(mean: Value, deviation: Value)
    case lognormal(p50: Value, p99: Value, max: Value?)
}

extension Distribution: CustomStringConvertible {
    package var description: String {
        switch self {
        case .constant(let value): value.distributedText
        case .uniform(let min, let max): "uniform min=\(min.distributedText) max=\(max.distributedText)"
        case .exponential(let mean): "exponential \(mean.distributedText)"
        case .normal(let mean, let deviation): "normal mean=\(mean.distributedText) sd=\(deviation.distributedText)"
        case .lognormal(let p50, let p99, let max):
            "lognormal p50=\(p50.distributedText) p99=\(p99.distributedText)"
                + (max.map { " max=\($0.distributedText)" } ?? "")
        }
    }
}

extension Distribution: PlanValue {
    package static var kind: String { Value.self == TimeSpan.self ? "a distribution of durations" : "a distribution" }
    package static var examples: [String] {
        let example = Value.examples[0]
        return [example, "exponential \(example)"]
    }
    package static var pattern: String {
        #"^((uniform|normal|lognormal)( (min|max|mean|sd|p50|p99)=[0-9][0-9.a-z]*)+|exponential [0-9][0-9.a-z]*|[0-9][0-9.a-z]*)$"#
    }

    package init(parsing text: String) throws(ValueMistake) {
        let words = text.split(separator: " ").map(String.init)
        guard let name = words.first else {
            throw ValueMistake("is \(Self.kind), not empty", fix: Quantity.choice(Self.examples))
        }
        switch name {
        case "exponential": self = .exponential(mean: try Self.onlyValue(words, of: name))
        case "uniform":
            var values = try Parameters<Value>(words, ["min", "max"])
            let (min, max) = (try values.take("min"), try values.take("max"))
            try Self.require(
                min < max, "has 'min' and 'max' the wrong way round",
                "write 'uniform min=\(max.distributedText) max=\(min.distributedText)'")
            self = .uniform(min: min, max: max)
        case "normal":
            var values = try Parameters<Value>(words, ["mean", "sd"])
            self = .normal(mean: try values.take("mean"), deviation: try values.take("sd"))
        case "lognormal":
            var values = try Parameters<Value>(words, ["p50", "p99", "max"])
            let (p50, p99, max) = (try values.take("p50"), try values.take("p99"), values.takeIfThere("max"))
            try Self.require(p50 > .zero, "needs a 'p50' above zero", nil)
            try Self.require(p99 > p50, "needs a 'p99' above its 'p50'", nil)
            try Self.require(max.map { $0 >= p99 } ?? true, "has a 'max' below its 'p99'", nil)
            self = .lognormal(p50: p50, p99: p99, max: max)
        default:
            guard words.count == 1, name.first.map({ "0"..."9" ~= $0 || $0 == "-" }) ?? false else {
                throw ValueMistake(
                    "knows no distribution '\(name)'",
                    fix: "there are uniform, exponential, normal, lognormal, or a single value")
            }
            self = .constant(try Value(parsingDistributed: name))
        }
    }

    private static func onlyValue(_ words: [String], of name: String) throws(ValueMistake) -> Value {
        guard words.count == 2 else {
            throw ValueMistake("needs one value behind '\(name)'", fix: "write '\(name) \(Value.examples[0])'")
        }
        let value = try Value(parsingDistributed: words[1])
        try require(value > .zero, "needs a mean above zero", nil)
        return value
    }

    private static func require(_ condition: Bool, _ rule: String, _ fix: String?) throws(ValueMistake) {
        if !condition { throw ValueMistake(rule, fix: fix) }
    }
}

/// The `name=value` words behind a distribution's name.
private struct Parameters<Value: Distributed> {
    private let name: String
    private let known: [String]
    private var values: [String: Value] = [:]

    init(_ words: [String], _ known: [String]) throws(ValueMistake) {
        name = words[0]
        self.known = known
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "=") else {
                throw ValueMistake("has '\(word)' without a name", fix: "write '\(name) \(shape)'")
            }
            let key = String(word[..<equals])
            guard known.contains(key) else {
                throw ValueMistake("has no '\(key)' in '\(name)'", fix: "write '\(name) \(shape)'")
            }
            guard values[key] == nil else { throw ValueMistake("has '\(key)' twice") }
            values[key] = try Value(parsingDistributed: String(word[word.index(after: equals)...]))
        }
    }

    private var shape: String { known.map { "\($0)=\(Value.examples[0])" }.joined(separator: " ") }

    mutating func take(_ key: String) throws(ValueMistake) -> Value {
        guard let value = values[key] else {
            throw ValueMistake("needs '\(key)' in '\(name)'", fix: "write '\(name) \(shape)'")
        }
        return value
    }

    mutating func takeIfThere(_ key: String) -> Value? { values[key] }
}
