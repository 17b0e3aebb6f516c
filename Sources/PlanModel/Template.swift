package import Diagnostics

/// A text with references in it: `/v1/payments/${recent.payment}`. Parsed, not compiled: what a reference becomes in a
/// request is decided where requests are made.
package struct Template: Sendable {
    package enum Segment: Sendable {
        case literal(String)
        case reference(Reference)
    }

    package struct Reference: Sendable {
        /// `card.token` is `["card", "token"]`; never empty.
        package let path: [String]
        package let span: SourceSpan

        package init(path: [String], span: SourceSpan) {
            precondition(!path.isEmpty, "a reference without a name")
            self.path = path
            self.span = span
        }
    }

    package let segments: [Segment]
    package let span: SourceSpan

    package init(_ segments: [Segment], span: SourceSpan) {
        self.segments = segments
        self.span = span
    }

    package var references: [Reference] {
        segments.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
    }

    /// The text, if there is no reference in it.
    package var literal: String? {
        guard references.isEmpty else { return nil }
        return segments.map { if case .literal(let text) = $0 { text } else { "" } }.joined()
    }
}

/// A JSON value whose texts may hold references. A text that is one reference and nothing else becomes a value of the
/// kind that it names: `"${amount}"` is a number.
package indirect enum JSONTemplate: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case text(Template)
    case array([JSONTemplate])
    case object([(key: String, value: JSONTemplate)])

    package var templates: [Template] {
        switch self {
        case .text(let template): [template]
        case .array(let elements): elements.flatMap(\.templates)
        case .object(let members): members.flatMap(\.value.templates)
        case .null, .boolean, .integer, .float: []
        }
    }
}
