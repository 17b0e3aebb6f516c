/// The habits of the project, checked.
///
/// Goal: what a reviewer would have to look for in every change is found by a test, with the place and the
/// replacement. Method: source files are cut into tokens, so that words in comments and literals are not taken for
/// code; each group of rules is a struct that gets one file, or all of them, and returns violations. What it does
/// not do: it parses no grammar and resolves no names; the compiler's own checks (explicit imports, the shadowing
/// `Task`) stand beside it.
package struct Tidiness: Sendable {
    package var table: LayerTable

    package init(table: LayerTable = .spillway) {
        self.table = table
    }

    /// The code that the bans look for, as their messages show it.
    package var bannedCode: [String] { Ban.spillway.map(\.shown) }

    package func violations(in repository: Repository) -> [Violation] {
        let paths = repository.paths
        let perFile = repository.files.flatMap { violations(in: $0, paths: paths) }
        return (perFile + LayerRules(table: table).violations(in: repository)).sorted()
    }

    private func violations(in file: RepositoryFile, paths: Set<String>) -> [Violation] {
        var found = TextRules().violations(inWordsOf: file)
        if file.isSwift || file.isC { found += violations(inSource: file) }
        if file.isScript || file.isShell {
            found += ScriptRules().violations(in: file)
            found += TextRules().violations(inPostponementsOfScript: file)
        }
        if file.isScript || file.isShell || file.isSwift || file.isC {
            found += NamingRules().violations(inNameOf: file)
        }
        if file.isMarkdown { found += LinkRules().violations(in: file, paths: paths) }
        return found
    }

    private func violations(inSource file: RepositoryFile) -> [Violation] {
        let tokens = TokenSequence(Lexer.tokens(of: file.text, dialect: file.isC ? .c : .swift))
        var found = BanRules(bans: Ban.spillway, table: table).violations(in: file, tokens)
        found += TextRules().violations(inPostponementsOf: file, tokens.comments)
        guard file.isSwift else { return found }
        found += LayerRules(table: table).violations(inImportsOf: file, tokens)
        found += NamingRules().violations(inTypesOf: file, tokens)
        found += NamingRules().violations(inTestsOf: file, tokens)
        return found
    }
}
