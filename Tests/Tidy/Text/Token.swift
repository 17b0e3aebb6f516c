/// One lexical piece of a source file, with the line it begins on.
package struct Token: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case identifier
        /// An identifier that only backticks make possible, such as a test's name.
        case rawIdentifier
        case punctuation
        /// The literal's own characters; interpolated code follows as tokens of its own.
        case string
        case comment
    }

    package var kind: Kind
    package var text: String
    package var line: Int

    package init(_ kind: Kind, _ text: String, line: Int) {
        self.kind = kind
        self.text = text
        self.line = line
    }

    package func matches(_ other: Token) -> Bool { kind == other.kind && text == other.text }

    package func isPunctuation(_ character: String) -> Bool { kind == .punctuation && text == character }

    package func isIdentifier(_ name: String) -> Bool { kind == .identifier && text == name }
}
