import Diagnostics

/// The program behind the executable: finds the verb, sorts out its arguments, runs it.
package enum SpillwayCLI {
    /// As `--version` and the identity of each run tell it. There is no release yet.
    static let version = "0.1.0-dev"

    static let commands = [
        NewCommand.command, RunCommand.command, AuditCommand.command, ReportCommand.command, PurgeCommand.command,
        CheckCommand.command, RehearseCommand.command, CapacityCommand.command, ProveCommand.command,
        DemoCommand.command,
        MockCommand.command,
        StackCommand.command, SchemaCommand.command,
    ]

    package static func run(_ words: [String], console: Console = .standard) -> ExitCode {
        do throws(UsageError) {
            let code = try dispatch(words, console)
            guard let loss = console.loss() else { return code }
            console.talk("error: the results could not be written to standard output: \(loss)")
            return code == .success ? .inconclusive : code
        } catch {
            console.talk("error: \(printable(error.words))")
            return .usage
        }
    }

    /// What was typed is repeated in errors, and must not drive the terminal.
    private static func printable(_ words: String) -> String {
        words.unicodeScalars.map { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0: "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined()
    }

    private static func dispatch(_ words: [String], _ console: Console) throws(UsageError) -> ExitCode {
        guard let verb = words.first else {
            for line in helpLines { console.talk(line) }
            return .usage
        }
        if ["--help", "-h", "help"].contains(verb) {
            for line in helpLines { console.result(line) }
            return .success
        }
        if ["--version", "-V", "version"].contains(verb) {
            console.result("spillway \(version)")
            return .success
        }
        guard let command = commands.first(where: { $0.name == verb }) else { throw unknown(verb) }
        let arguments = try Arguments(words.dropFirst(), for: command)
        if arguments.asksForHelp {
            for line in command.helpLines { console.result(line) }
            return .success
        }
        return try command.run(arguments, console)
    }

    private static func unknown(_ verb: String) -> UsageError {
        if let closest = Spelling.closest(to: verb, among: commands.map(\.name) + ["help", "version"]) {
            return UsageError("there is no verb '\(verb)'; did you mean 'spillway \(closest)'?")
        }
        return UsageError("there is no verb '\(verb)'; 'spillway --help' lists them")
    }

    private static var helpLines: [String] {
        let width = commands.map(\.name.count).max() ?? 0
        return [
            "usage: spillway VERB [OPTIONS]", "",
            "Load-tests payment systems, and says whether they shed, recover and keep their money right.",
            "",
        ]
            + commands.map {
                "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))   \($0.summary)"
            } + [
                "", "'spillway VERB --help' says more of one, 'spillway --version' which build this is.", "",
                "examples:",
            ]
            + commands.compactMap(\.examples.first).map { "  \($0)" }
    }
}
