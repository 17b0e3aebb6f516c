import Testing
import Tidy

@Suite struct LexerTests {
    /// Code words only: what a ban could match.
    private func code(_ text: String, _ dialect: Lexer.Dialect = .swift) -> String {
        Lexer.tokens(of: text, dialect: dialect)
            .filter { $0.kind == .identifier || $0.kind == .punctuation }
            .map(\.text).joined(separator: " ")
    }

    @Test(arguments: [
        ("a // Date() \n b", "a b"),
        ("a /* Date() /* inner */ Date() */ b", "a b"),
        ("a \"Date()\" b", "a b"),
        ("a \"\" b", "a b"),
        ("a \"\\\"Date()\" b", "a b"),
        ("a \"\\\\\" b", "a b"),
        ("a \"// no comment\" b", "a b"),
        ("a #\"say \"Date()\" \\\"# b", "a b"),
        ("a \"\"\"\n\"Date()\" // text\n\"\"\" b", "a b"),
        ("a ##\"\"\"\n\"\"\"# Date()\n\"\"\"## b", "a b"),
        ("a #/Date\\(\"/# b", "a b"),
        ("func `Date() is banned`() {}", "func ( ) { }"),
        ("`default`.x", "default . x"),
        ("#if os(Linux)", "# if os ( Linux )"),
        ("a \"unterminated Date()\nb", "a b"),
        ("größe", "größe"),
    ])
    func `words in comments, literals and raw identifiers are no code`(text: String, expected: String) {
        #expect(code(text) == expected)
    }

    @Test(arguments: [
        ("\"at \\(Date()) o'clock\" b", "Date ( ) b"),
        ("\"\\(f(\"Date()\", x))\" b", "f ( , x ) b"),
        ("#\"\\(Date()) \\#(now)\"# b", "now b"),
        ("\"\"\"\n\\(a)\n\\(b)\n\"\"\" c", "a b c"),
        ("\"\\(a + \"\\(b)\")\" c", "a + b c"),
    ])
    func `interpolated code is code`(text: String, expected: String) {
        #expect(code(text) == expected)
    }

    @Test(arguments: [
        ("a '\"' b", "a b"),
        ("a '\\'' b", "a b"),
        ("a /* /* */ b", "a b"),
        ("a \"\\\"clock_gettime\" b", "a b"),
    ])
    func `C has character literals and comments that do not nest`(text: String, expected: String) {
        #expect(code(text, .c) == expected)
    }

    @Test func `a token knows the line it begins on`() {
        let tokens = Lexer.tokens(of: "/*\n*/ a\n\"\"\"\n\\(b)\n\"\"\"\nc")
        #expect(tokens.map(\.line) == [1, 2, 3, 4, 6])
        #expect(tokens.map(\.kind) == [.comment, .identifier, .string, .identifier, .identifier])
    }

    @Test func `every beginning of a source text is lexed without a trap`() {
        let text = "a(\"x \\(b + \"y\\(c)\") z\") /* d /* e */ */ #\"f\\#(g)\"# `h i` \"\"\"\nj\\(k)\n\"\"\" #/l/# // m"
        for count in 0...text.utf8.count {
            let beginning = String(decoding: Array(text.utf8.prefix(count)), as: UTF8.self)
            for dialect in [Lexer.Dialect.swift, .c] {
                let tokens = Lexer.tokens(of: beginning, dialect: dialect)
                #expect(tokens.allSatisfy { $0.line >= 1 && $0.line <= 3 }, "first \(count) bytes")
            }
        }
    }
}
