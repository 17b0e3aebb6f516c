package import Diagnostics

/// A value of a YAML text and the bytes it was written with. Aliases are expanded: their spans are the anchor's.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        case float(Double)
        case text(String)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        /// As written, whatever it would be as a value: the key of `503: shed` is the text `503`.
        package let key: String
        package let keySpan: SourceSpan
        package let value: YAMLNode
    }

    package let content: Content
    package let span: SourceSpan
    /// A scalar's characters as they stand in the text, without quotes; empty for sequences and mappings.
    package let written: String

    package init(_ content: Content, written: String = "", at span: SourceSpan) {
        self.content = content
        self.written = written
        self.span = span
    }

    package var isNull: Bool { if case .null = content { true } else { false } }

    package var isScalar: Bool {
        switch content {
        case .sequence, .mapping: false
        default: true
        }
    }

    /// What it is, for messages: `a number`.
    package var kind: String {
        switch content {
        case .null: "nothing"
        case .boolean: "true or false"
        case .integer, .float: "a number"
        case .text: "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
