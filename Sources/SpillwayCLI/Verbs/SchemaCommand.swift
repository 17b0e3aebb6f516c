import PlanLanguage

/// `spillway schema`: prints the JSON Schema of plans or mock profiles, so that editors complete them.
enum SchemaCommand {
    static let command = Command(
        name: "schema",
        summary: "print the JSON Schema of plans or mock profiles",
        about: [
            "Prints the JSON Schema of plans, or of mock profiles. An editor that knows it completes",
            "keys and marks mistakes; with the YAML language server, a plan begins with this line:",
            "  # yaml-language-server: $schema=plan.schema.json",
        ],
        operands: .init("DOCUMENT", "'plan' or 'profile' (plan)", count: 0...1),
        options: [],
        examples: ["spillway schema > plan.schema.json", "spillway schema profile > profile.schema.json"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let word = arguments.operands.first ?? "\(Document.plan)"
        guard let document = Document(rawValue: word) else {
            throw UsageError("there is no schema of '\(word)'; write 'plan' or 'profile'")
        }
        var text = PlanSchema.text(of: document)
        if text.hasSuffix("\n") { text.removeLast() }
        console.result(text)
        return .success
    }
}
