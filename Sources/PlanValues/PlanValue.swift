/// A value that a plan writes as one word or phrase: `250ms`, `200/s`, `5%`, `lognormal p50=35ms p99=250ms`.
///
/// Parsing and `description` are inverse: what a value describes itself as is read as the same value.
package protocol PlanValue: Sendable, Equatable, CustomStringConvertible {
    /// With its article, for messages and the reference: `a duration`.
    static var kind: String { get }
    static var examples: [String] { get }
    /// An ECMA 262 regular expression that every text of this kind matches, for the JSON Schema; what it lets through
    /// beyond that is found by `init(parsing:)`.
    static var pattern: String { get }

    init(parsing text: String) throws(ValueMistake)
}

/// What is wrong with a value's text, in words that follow the name of its key: `'rate'` + ` needs a unit`.
package struct ValueMistake: Error, Equatable {
    package let rule: String
    package let fix: String?

    package init(_ rule: String, fix: String? = nil) {
        self.rule = rule
        self.fix = fix
    }
}
