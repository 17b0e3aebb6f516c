import Diagnostics

/// `spillway check`: says what is wrong with plans and mock profiles, without sending anything.
enum CheckCommand {
    static let command = Command(
        name: "check",
        summary: "say what is wrong with plans and mock profiles",
        about: [
            "Reads plans and mock profiles, and says everything that is wrong with them, with its",
            "place and what to write instead. A plan is checked together with the profile that it",
            "names. Sends nothing. Exit 0 when all are right, 2 when one is not.",
        ],
        operands: .init("PLAN", "a plan or mock profile to check"),
        options: [
            .init("--set", "PATH=VALUE", "replaces a value, as in --set target.connections=64", repeats: true),
            .init("--format", "text|json", "one JSON object a line with json (text)"),
        ],
        examples: ["spillway check plans/flash-sale.yaml", "spillway check plans/*.yaml mocks/*.yaml --format json"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let isJSON = try arguments.choice("--format", of: ["text", "json"], default: "text") == "json"
        var areRight = true
        for path in arguments.operands {
            let document = PlanFile(path).document(overrides: arguments.all("--set"))
            areRight = areRight && document.summary != nil
            if isJSON {
                for diagnostic in document.diagnostics { console.result(diagnostic.json) }
            } else {
                console.tell(document.diagnostics, droppedCount: document.droppedCount)
                if let summary = document.summary { console.result("\(path): right: \(summary)") }
            }
        }
        return areRight ? .success : .usage
    }
}
