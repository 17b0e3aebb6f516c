import PlanLanguage

/// `spillway schema`: prints the JSON Schema of plans, so that editors complete them.
enum SchemaCommand {
    static let command = Command(
        name: "schema",
        summary: "print the JSON Schema of plans",
        about: [
            "Prints the JSON Schema of plans. An editor that knows it completes keys and marks",
            "mistakes; with the YAML language server, a plan begins with this line:",
            "  # yaml-language-server: $schema=plan.schema.json",
        ],
        options: [],
        examples: ["spillway schema", "spillway schema > plan.schema.json"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        var text = PlanSchema.text
        if text.hasSuffix("\n") { text.removeLast() }
        console.result(text)
        return .success
    }
}
