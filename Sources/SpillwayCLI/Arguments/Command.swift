/// A verb of the program: what it is called, what may follow it, and what it does.
package struct Command: Sendable {
    package struct Option: Sendable {
        package let name: String
        /// What stands for its value in the help; nil when it has none.
        package let value: String?
        package let about: String
        /// May stand several times.
        package let repeats: Bool

        package init(_ name: String, _ value: String? = nil, _ about: String, repeats: Bool = false) {
            self.name = name
            self.value = value
            self.about = about
            self.repeats = repeats
        }

        var spelled: String { value.map { "\(name) \($0)" } ?? name }
    }

    /// Words behind the verb that are no options.
    package struct Operands: Sendable {
        /// What stands for one of them in the help.
        package let name: String
        package let about: String
        let count: ClosedRange<Int>

        /// One or more, unless said otherwise.
        package init(_ name: String, _ about: String, count: ClosedRange<Int> = 1 ... .max) {
            self.name = name
            self.about = about
            self.count = count
        }

        var spelled: String { count.upperBound > 1 ? "\(name)..." : name }
    }

    package let name: String
    package let summary: String
    package let about: [String]
    /// Nil when the verb takes options only.
    package var operands: Operands?
    package let options: [Option]
    package let examples: [String]
    package let run: @Sendable (Arguments, Console) throws(UsageError) -> ExitCode

    static let help = Option("--help", nil, "this text")

    var usage: String {
        let parts =
            ["usage: spillway \(name)"]
            + (operands.map { [$0.count.lowerBound > 0 ? $0.spelled : "[\($0.spelled)]"] } ?? [])
        return (parts + (options + [Command.help]).map { "[\($0.spelled)]" }).joined(separator: " ")
    }

    var helpLines: [String] {
        let described =
            (operands.map { [($0.spelled, $0.about)] } ?? [])
            + (options + [Command.help]).map { ($0.spelled, $0.about) }
        let width = described.map(\.0.count).max() ?? 0
        let rows = described.map { name, about in
            "  \(name)\(String(repeating: " ", count: width - name.count))   \(about)"
        }
        return Paragraph.wrapped(usage, columns: 92) + [""] + about + [""] + rows + ["", "examples:"]
            + examples.map { "  \($0)" }
    }
}
