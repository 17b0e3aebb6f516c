/// A verb of the program: what it is called, what may follow it, and what it does.
package struct Command: Sendable {
    package struct Option: Sendable {
        package let name: String
        /// What stands for its value in the help; nil when it has none.
        package let value: String?
        package let about: String

        package init(_ name: String, _ value: String? = nil, _ about: String) {
            self.name = name
            self.value = value
            self.about = about
        }

        var spelled: String { value.map { "\(name) \($0)" } ?? name }
    }

    package let name: String
    package let summary: String
    package let about: [String]
    package let options: [Option]
    package let examples: [String]
    package let run: @Sendable (Arguments, Console) throws(UsageError) -> ExitCode

    static let help = Option("--help", nil, "this text")

    var usage: String {
        (["usage: spillway \(name)"] + (options + [Command.help]).map { "[\($0.spelled)]" }).joined(separator: " ")
    }

    var helpLines: [String] {
        let all = options + [Command.help]
        let left = all.map(\.spelled)
        let width = left.map(\.count).max() ?? 0
        let rows = zip(left, all).map { name, option in
            "  \(name)\(String(repeating: " ", count: width - name.count))   \(option.about)"
        }
        return [usage, ""] + about + [""] + rows + ["", "examples:"] + examples.map { "  \($0)" }
    }
}
