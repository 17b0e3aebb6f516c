/// Relative links of the Markdown files lead to something in the repository.
///
/// What it does not do: it follows no link into the network and checks no `#anchor`.
struct LinkRules {
    func violations(in file: RepositoryFile, paths: Set<String>) -> [Violation] {
        var isInFence = false
        var violations: [Violation] = []
        for (number, line) in file.lines {
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isInFence.toggle()
                continue
            }
            if isInFence { continue }
            for target in targets(in: withoutCode(line)) where !exists(target, from: file, paths) {
                violations.append(
                    Violation(file.path, number, "the link '\(target)' leads nowhere; correct it or write the page"))
            }
        }
        return violations
    }

    /// A line without its `code spans`.
    private func withoutCode(_ line: Substring) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map { String($0.element) }.joined()
    }

    /// `[text](target)`, `![image](target "title")` and `[name]: target`.
    private func targets(in line: String) -> [String] {
        var targets: [String] = []
        var rest = Substring(line)
        while let range = rest.firstRange(of: "](") {
            let inside = rest[range.upperBound...].prefix { $0 != ")" && $0 != " " }
            targets.append(String(inside))
            rest = rest[inside.endIndex...]
        }
        if line.hasPrefix("["), let range = line.firstRange(of: "]: ") {
            targets.append(String(line[range.upperBound...].prefix { $0 != " " }))
        }
        return targets
    }

    private func exists(_ target: String, from file: RepositoryFile, _ paths: Set<String>) -> Bool {
        let path = target.prefix { $0 != "#" }
        if path.isEmpty || path.contains("://") || path.hasPrefix("mailto:") { return true }
        var parts = path.hasPrefix("/") ? [] : Array(file.components.dropLast())
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(String(part))
            } else if parts.popLast() == nil {
                return false
            }
        }
        return paths.contains(parts.joined(separator: "/"))
    }
}
