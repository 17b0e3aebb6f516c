/// One step of libyaml through a text.
struct YAMLEvent {
    enum Kind {
        case scalar(String, isPlain: Bool)
        case alias(String)
        case sequenceStart
        case mappingStart
        case end
        case documentStart
        case documentEnd
        case streamEnd
    }

    let kind: Kind
    let anchor: String?
    let hasTag: Bool
    /// Bytes of the text.
    let range: Range<Int>
}

/// Why libyaml went no further, and where.
struct YAMLSyntaxError: Error {
    let problem: String
    let offset: Int
    /// What was being read then: `while parsing a flow mapping`.
    let context: String?
    let contextOffset: Int
}
