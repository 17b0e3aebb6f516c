/// A piece of code that must not stand in some places, and what to write instead.
struct Ban: Sendable {
    enum Scope: Sendable {
        case everywhere
        /// L0, L1 and C: what must give the same result from the same arguments.
        case deterministicLayers
        case tests
        /// All but the command line and the tools, whose output is for a person.
        case awayFromConsole
        /// What sends load, and so must not choose whom to.
        case drivers
    }

    enum Condition: Sendable {
        case always
        /// A call is fine when it carries this argument.
        case unlessArgument(String)
        /// `enum Task {` declares, `Task {` escapes.
        case unlessDeclared
        case ifStringArgumentSays([String])
    }

    enum Waiver: Sendable {
        case never
        case reasonInTests
        /// The loop may know what the concurrency checker cannot, if it says what.
        case reasonInLoopAndTests
    }

    var pattern: [Token]
    var shown: String
    var scope: Scope
    var condition: Condition
    var waiver: Waiver
    /// The files whose own business the banned code is.
    var homes: Set<String>
    /// The sentence after the name: what is wrong, then what replaces it.
    var advice: String

    init(
        _ pattern: String, _ advice: String, in scope: Scope = .everywhere, when condition: Condition = .always,
        waiver: Waiver = .never, homes: Set<String> = []
    ) {
        self.pattern = Lexer.tokens(of: pattern)
        self.shown = pattern
        self.scope = scope
        self.condition = condition
        self.waiver = waiver
        self.homes = homes
        self.advice = advice
    }

    func applies(at index: Int, of tokens: TokenSequence) -> Bool {
        guard tokens.hasPattern(pattern, at: index) else { return false }
        switch condition {
        case .always: return true
        case .unlessDeclared: return !isDeclared(at: index, of: tokens)
        case .unlessArgument(let label):
            return !isDeclared(at: index, of: tokens) && !arguments(at: index, of: tokens).contains { $0.text == label }
        case .ifStringArgumentSays(let words):
            return arguments(at: index, of: tokens).contains { argument in
                argument.kind == .string && words.contains { argument.text.lowercased().contains($0) }
            }
        }
    }

    private func isDeclared(at index: Int, of tokens: TokenSequence) -> Bool {
        guard let before = tokens.token(index - 1) else { return false }
        return ["enum", "extension", "struct", "class", "actor", "func"].contains(before.text)
    }

    /// The pattern ends with the call's opening bracket.
    private func arguments(at index: Int, of tokens: TokenSequence) -> ArraySlice<Token> {
        tokens.code[tokens.contents(ofBracketAt: index + pattern.count - 1)]
    }
}
