/// Names and sizes: files and types are domain nouns, tests state a behaviour, and a file stays readable.
struct NamingRules {
    static let linesMax = 700
    private static let emptyNouns = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities"]

    func violations(inNameOf file: RepositoryFile) -> [Violation] {
        var violations: [Violation] = []
        if let noun = Self.emptyNouns.first(where: { file.name.split(separator: ".")[0].hasSuffix($0) }) {
            violations.append(
                Violation(file.path, 1, "the file name says '\(noun)'; name it for what it is in the domain"))
        }
        let count = file.text.utf8.count { $0 == Ascii.newline }
        if count > Self.linesMax {
            violations.append(
                Violation(file.path, Self.linesMax + 1, "\(count) lines; split it by type, at most \(Self.linesMax)"))
        }
        return violations
    }

    func violations(inTypesOf file: RepositoryFile, _ tokens: TokenSequence) -> [Violation] {
        let kinds = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        return tokens.code.indices.compactMap { index in
            guard kinds.contains(tokens.code[index].text), let name = tokens.token(index + 1), name.kind == .identifier,
                let noun = Self.emptyNouns.first(where: { name.text.hasSuffix($0) })
            else { return nil }
            return Violation(
                file.path, name.line, "the type '\(name.text)' says '\(noun)'; name it for what it is in the domain")
        }
    }

    func violations(inTestsOf file: RepositoryFile, _ tokens: TokenSequence) -> [Violation] {
        let attribute = Lexer.tokens(of: "@Test")
        return tokens.code.indices.compactMap { index in
            guard tokens.hasPattern(attribute, at: index), let name = nameOfFunction(after: index + 2, tokens),
                name.kind != .rawIdentifier
            else { return nil }
            return Violation(
                file.path, name.line,
                "the test '\(name.text)' does not state a behaviour; name it with a sentence in backticks")
        }
    }

    private func nameOfFunction(after index: Int, _ tokens: TokenSequence) -> Token? {
        var index = index
        while let token = tokens.token(index) {
            if token.isIdentifier("func") { return tokens.token(index + 1) }
            if token.isPunctuation("(") { index = tokens.contents(ofBracketAt: index).upperBound }
            if token.isPunctuation("{") { return nil }
            index += 1
        }
        return nil
    }
}
