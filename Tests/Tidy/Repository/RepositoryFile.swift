/// One file: where it stands, what it says, whether it can be executed.
package struct RepositoryFile: Sendable {
    package let path: String
    package let text: String
    package let isExecutable: Bool

    package init(_ path: String, _ text: String, isExecutable: Bool = false) {
        self.path = path
        self.text = text
        self.isExecutable = isExecutable
    }

    var components: [String] { path.split(separator: "/").map(String.init) }
    var name: String { components.last ?? path }
    var nameExtension: String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return String(name[name.index(after: dot)...])
    }

    var isSwift: Bool { nameExtension == "swift" }
    var isC: Bool { ["c", "h"].contains(nameExtension) }
    var isMarkdown: Bool { nameExtension == "md" }
    /// What a person starts: `scripts/test`, `.ci/run`. `scripts/lib` holds what they source.
    var isScript: Bool {
        path == ".ci/run" || (components.first == "scripts" && components.count == 2)
    }
    var isShell: Bool {
        guard isScript else { return components.first == "scripts" && nameExtension == "sh" }
        return !text.hasPrefix("#!") || text.prefix { $0 != "\n" }.hasSuffix("sh")
    }

    /// Lines with their numbers, counted from one.
    var lines: [(number: Int, text: Substring)] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0.offset + 1, $0.element) }
    }
}
