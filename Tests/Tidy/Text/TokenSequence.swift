/// Questions about a run of tokens that several rules ask.
struct TokenSequence {
    /// Code only: comments are kept apart, so that `Task /* why */ .sleep` is still `Task.sleep`.
    let code: [Token]
    let comments: [Token]

    init(_ tokens: [Token]) {
        code = tokens.filter { $0.kind != .comment }
        comments = tokens.filter { $0.kind == .comment }
    }

    func hasPattern(_ pattern: [Token], at index: Int) -> Bool {
        guard index + pattern.count <= code.count else { return false }
        for offset in pattern.indices where !code[index + offset].matches(pattern[offset]) { return false }
        return true
    }

    func token(_ index: Int) -> Token? { code.indices.contains(index) ? code[index] : nil }

    /// The tokens between the bracket at `opening` and its partner.
    func contents(ofBracketAt opening: Int) -> Range<Int> {
        let partner = ["(": ")", "[": "]", "{": "}"][code[opening].text] ?? ""
        var depth = 0
        for index in opening..<code.count where code[index].kind == .punctuation {
            if code[index].text == code[opening].text { depth += 1 }
            if code[index].text == partner { depth -= 1 }
            if depth == 0 { return opening + 1..<index }
        }
        return opening + 1..<code.count
    }

    /// `// reason: ...` on the line before waives the bans that can be waived.
    func hasReason(before line: Int) -> Bool {
        comments.contains { comment in
            guard comment.line == line - 1, comment.text.hasPrefix("// reason: ") else { return false }
            return comment.text.utf8.count > "// reason: ".utf8.count
        }
    }
}
