/// Cuts Swift or C source into tokens.
///
/// Goal: a ban on `Date()` must see the call, and must not see the words in a comment, a string literal or the
/// raw identifier of a test. Method: one pass over the bytes; comments and literals become single tokens, code
/// inside a string's interpolation is lexed like any other code.
///
/// What it does not do: it knows no grammar, no operators longer than a character, and takes a bare `/regex/` for
/// operators. A quote inside such a literal swallows at most the rest of its line.
package struct Lexer {
    package enum Dialect: Sendable {
        case swift
        case c
    }

    private let bytes: [UInt8]
    private let dialect: Dialect
    private var position = 0
    private var line = 1
    private var tokens: [Token] = []

    package static func tokens(of text: String, dialect: Dialect = .swift) -> [Token] {
        var lexer = Lexer(bytes: Array(text.utf8), dialect: dialect)
        lexer.lexCode(insideInterpolation: false)
        return lexer.tokens
    }

    private init(bytes: [UInt8], dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    private mutating func lexCode(insideInterpolation: Bool) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case Ascii.newline:
                line += 1
                position += 1
            case Ascii.space, Ascii.tab, Ascii.carriageReturn:
                position += 1
            case Ascii.slash where byteAt(position + 1) == Ascii.slash:
                lexLineComment()
            case Ascii.slash where byteAt(position + 1) == Ascii.star:
                lexBlockComment()
            case Ascii.quote:
                lexString(pounds: 0)
            case Ascii.apostrophe where dialect == .c:
                lexCharacterLiteral()
            case Ascii.pound where dialect == .swift:
                lexAfterPounds()
            case Ascii.backtick where dialect == .swift:
                lexBackticks()
            case _ where Ascii.isWord(byte):
                lexWord()
            default:
                if insideInterpolation, byte == Ascii.closeParen, depth == 0 { return }
                if byte == Ascii.openParen { depth += 1 }
                if byte == Ascii.closeParen { depth -= 1 }
                append(.punctuation, position..<position + 1, line: line)
                position += 1
            }
        }
    }

    private mutating func lexLineComment() {
        let begin = position
        while position < bytes.count, bytes[position] != Ascii.newline { position += 1 }
        append(.comment, begin..<position, line: line)
    }

    /// Swift's block comments nest, C's do not.
    private mutating func lexBlockComment() {
        let begin = position
        let firstLine = line
        var depth = 0
        while position < bytes.count {
            if startsWith([Ascii.slash, Ascii.star]), depth == 0 || dialect == .swift {
                depth += 1
                position += 2
            } else if startsWith([Ascii.star, Ascii.slash]) {
                depth -= 1
                position += 2
                if depth == 0 { break }
            } else {
                stepOverContent()
            }
        }
        append(.comment, begin..<min(position, bytes.count), line: firstLine)
    }

    private mutating func lexAfterPounds() {
        var pounds = 0
        while byteAt(position + pounds) == Ascii.pound { pounds += 1 }
        switch byteAt(position + pounds) {
        case Ascii.quote:
            position += pounds
            lexString(pounds: pounds)
        case Ascii.slash:
            position += pounds
            lexExtendedRegex(pounds: pounds)
        default:
            append(.punctuation, position..<position + 1, line: line)
            position += 1
        }
    }

    private mutating func lexExtendedRegex(pounds: Int) {
        let closing = [Ascii.slash] + Array(repeating: Ascii.pound, count: pounds)
        let begin = position
        let firstLine = line
        position += 1
        while position < bytes.count, !startsWith(closing) { stepOverContent() }
        position = min(position + closing.count, bytes.count)
        append(.string, begin..<position, line: firstLine)
    }

    private mutating func lexString(pounds: Int) {
        let isMultiline = dialect == .swift && startsWith([Ascii.quote, Ascii.quote, Ascii.quote])
        let quotes = isMultiline ? 3 : 1
        let tail = Array(repeating: Ascii.pound, count: pounds)
        let closing = Array(repeating: Ascii.quote, count: quotes) + tail
        let escape = [Ascii.backslash] + tail
        var content: [UInt8] = []
        let index = tokens.count
        tokens.append(Token(.string, "", line: line))
        position += quotes
        while position < bytes.count {
            if startsWith(closing) {
                position += closing.count
                break
            }
            if bytes[position] == Ascii.newline, !isMultiline { break }
            guard startsWith(escape) else {
                content.append(bytes[position])
                stepOverContent()
                continue
            }
            position += escape.count
            if dialect == .swift, byteAt(position) == Ascii.openParen {
                position += 1
                lexCode(insideInterpolation: true)
                position += 1
            } else if position < bytes.count {
                content.append(bytes[position])
                stepOverContent()
            }
        }
        tokens[index].text = String(decoding: content, as: UTF8.self)
    }

    private mutating func lexCharacterLiteral() {
        let begin = position
        position += 1
        while let byte = byteAt(position), byte != Ascii.apostrophe, byte != Ascii.newline {
            position += byte == Ascii.backslash ? 2 : 1
        }
        if byteAt(position) == Ascii.apostrophe { position += 1 }
        append(.string, begin..<min(position, bytes.count), line: line)
    }

    private mutating func lexBackticks() {
        let begin = position + 1
        position = begin
        while let byte = byteAt(position), byte != Ascii.backtick, byte != Ascii.newline { position += 1 }
        let isPlain = bytes[begin..<position].allSatisfy(Ascii.isWord)
        append(isPlain ? .identifier : .rawIdentifier, begin..<position, line: line)
        if byteAt(position) == Ascii.backtick { position += 1 }
    }

    private mutating func lexWord() {
        let begin = position
        while let byte = byteAt(position), Ascii.isWord(byte) { position += 1 }
        append(.identifier, begin..<position, line: line)
    }

    private mutating func stepOverContent() {
        if bytes[position] == Ascii.newline { line += 1 }
        position += 1
    }

    private func byteAt(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private func startsWith(_ prefix: [UInt8]) -> Bool {
        guard position + prefix.count <= bytes.count else { return false }
        for offset in prefix.indices where bytes[position + offset] != prefix[offset] { return false }
        return true
    }

    private mutating func append(_ kind: Token.Kind, _ range: Range<Int>, line: Int) {
        tokens.append(Token(kind, String(decoding: bytes[range], as: UTF8.self), line: line))
    }
}
