import PlanLanguage
import Reporting

/// `spillway schema`: prints the JSON Schema of plans or mock profiles, so that editors complete them, or of reports, for
/// programs that read them.
enum SchemaCommand {
    static let command = Command(
        name: "schema",
        summary: "print the JSON Schema of plans, mock profiles or reports",
        about: [
            "Prints the JSON Schema of plans, or of mock profiles. An editor that knows it completes",
            "keys and marks mistakes; with the YAML language server, a plan begins with this line:",
            "  # yaml-language-server: $schema=plan.schema.json",
            "Or that of report.json, for programs that read reports.",
        ],
        operands: .init("DOCUMENT", "'plan', 'profile' or 'report' (plan)", count: 0...1),
        options: [],
        examples: ["spillway schema > plan.schema.json", "spillway schema report > report.schema.json"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let word = arguments.operands.first ?? "\(Document.plan)"
        guard var text = Document(rawValue: word).map(PlanSchema.text) ?? (word == "report" ? ReportSchema.text : nil)
        else {
            throw UsageError("there is no schema of '\(word)'; write 'plan', 'profile' or 'report'")
        }
        if text.hasSuffix("\n") { text.removeLast() }
        console.result(text)
        return .success
    }
}
