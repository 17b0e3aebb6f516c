/// What may stand at a place of a plan or a profile, as data: the JSON Schema and the reference are written from it.
indirect enum Form: Sendable {
    case text
    case boolean
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A phrase with a pattern; `takesNumbers` when a bare number is one too.
    case phrase(kind: String, pattern: String, examples: [String], takesNumbers: Bool)
    case choice([String])
    case list(Form, countMin: Int)
    case oneOrMany(Form)
    /// Names of the author's own choice.
    case names(Form)
    case record(RecordForm)
    case variants(String, [VariantForm])
    case either([Form])
    case json(hasTemplates: Bool)
}

/// A mapping with known keys.
struct RecordForm: Sendable {
    /// In the reference, and in the schema's `$defs`.
    let title: String
    let about: String
    let keys: [KeyForm]
}

struct KeyForm: Sendable {
    enum Presence: Sendable {
        case required
        case optional
        case defaulted(String)
    }

    let name: String
    let about: String
    let form: Form
    let presence: Presence
}

/// A mapping with one key that says which kind it is: `- hold: {...}`.
struct VariantForm: Sendable {
    /// `hold`, or for people when there is a pattern: `POST /path`.
    let name: String
    /// An expression for keys that are no single word.
    let pattern: String?
    let about: String
    let form: Form
}
