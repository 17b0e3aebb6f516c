/// Rules that read a file's plain lines.
struct TextRules {
    /// Put together from pieces, so that this file does not carry what it bans.
    private static let machinePaths = ["/wo" + "rk/", "/tm" + "p/spw"]
    private static let outsideDesign = ".." + "/shared"
    private static let postponed = ["TO" + "DO", "FIX" + "ME"]

    func violations(inWordsOf file: RepositoryFile) -> [Violation] {
        var violations: [Violation] = []
        for (number, line) in file.lines {
            for path in Self.machinePaths where isFoundAsPath(path, in: line) {
                violations.append(
                    Violation(
                        file.path, number, "'\(path)' is a path of one machine; write it relative to the repository"))
            }
            if line.contains(Self.outsideDesign) {
                violations.append(
                    Violation(
                        file.path, number,
                        "'\(Self.outsideDesign)' lies outside the repository; say it here, or link into docs/"))
            }
        }
        return violations
    }

    /// A relative `framework/` or `a/work/b` is no machine path: the root slash follows nothing word-like.
    private func isFoundAsPath(_ path: String, in line: Substring) -> Bool {
        var rest = line
        while let range = rest.firstRange(of: path) {
            guard let before = line[..<range.lowerBound].utf8.last else { return true }
            if !Ascii.isWord(before), before != UInt8(ascii: "."), before != UInt8(ascii: "}") { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }

    func violations(inPostponementsOf file: RepositoryFile, _ comments: [Token]) -> [Violation] {
        comments.flatMap { comment in
            comment.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { offset, line in
                postponements(in: line, path: file.path, number: comment.line + offset)
            }
        }
    }

    func violations(inPostponementsOfScript file: RepositoryFile) -> [Violation] {
        file.lines.flatMap { postponements(in: $0.text, path: file.path, number: $0.number) }
    }

    private func postponements(in line: Substring, path: String, number: Int) -> [Violation] {
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return Self.postponed.filter { word in words.contains { $0 == word } }.map {
            Violation(path, number, "'\($0)' postpones; do it now, or open an issue and leave the note out")
        }
    }
}
