import Diagnostics
import PlanValues

/// `spillway new`: writes a first own plan to change, and says how to go on.
enum NewCommand {
    static let command = Command(
        name: "new",
        summary: "write a first plan of your own",
        about: [
            "Writes a plan with comments that is right as it stands, and says how to go on: for Spillway's",
            "own payment stack with two mock banks (in a second file beside it), or with --target for a",
            "stack that is already there. Nothing that exists is written over. Templates:",
        ] + PlanTemplate.allCases.map { "  \($0.rawValue.padded(to: 10))\($0.about)" },
        operands: .init("PLAN", "the file to write, as in checkout.yaml", count: 1...1),
        options: [
            .init("--template", PlanTemplate.words, "what the drill is about (\(PlanTemplate.standard.rawValue))"),
            .init("--target", "URL", "drives this instead of the embedded stack"),
        ],
        examples: [
            "spillway new checkout.yaml",
            "spillway new checkout.yaml --template spike",
            "spillway new shop.yaml --target http://127.0.0.1:8080",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let template = try template(arguments.text("--template"))
        let target = try target(arguments.text("--target"))
        guard let plan = StarterPlan(path: arguments.operands[0], template: template, target: target) else {
            throw UsageError(
                "'--template \(template.rawValue)' breaks a mock bank of the embedded stack; leave '--target' out, "
                    + "or take another template")
        }
        guard !plan.name.isEmpty else {
            throw UsageError(
                "'\(arguments.operands[0])' holds no letter to name a plan by; write 'spillway new first.yaml'")
        }
        guard plan.diagnostics.isEmpty else {
            console.tell(plan.diagnostics)
            return .usage
        }
        return write(plan, console)
    }

    private static func write(_ plan: StarterPlan, _ console: Console) -> ExitCode {
        do throws(NewFiles.Refusal) {
            try NewFiles(documents: plan.documents).write()
        } catch {
            console.talk("error: \(error.words)")
            return .usage
        }
        console.result("wrote \(plan.documents.map(\.path).reversed().joined(separator: " and "))")
        console.result("")
        console.result("next:")
        for command in plan.nextCommands { console.result("  \(command)") }
        return .success
    }

    // MARK: Options

    private static func template(_ word: String?) throws(UsageError) -> PlanTemplate {
        guard let word else { return .standard }
        if let template = PlanTemplate(rawValue: word) { return template }
        let names = PlanTemplate.allCases.map(\.rawValue)
        if let closest = Spelling.closest(to: word, among: names) {
            throw UsageError("there is no template '\(word)'; did you mean '\(closest)'?")
        }
        throw UsageError("there is no template '\(word)'; write \(PlanTemplate.words)")
    }

    private static func target(_ text: String?) throws(UsageError) -> HTTPAddress? {
        guard let text else { return nil }
        // It stands between quotes in the plan, where a reference would be looked up.
        guard let address = HTTPAddress(text), !text.contains(where: { "\"\\$".contains($0) || !$0.isASCII }) else {
            throw UsageError("'--target \(text)' is no URL of a stack; write --target http://127.0.0.1:8080")
        }
        return address
    }
}

extension PlanTemplate {
    fileprivate static let standard = PlanTemplate.ramp
    /// As the help says them.
    fileprivate static let words = allCases.map(\.rawValue).joined(separator: "|")
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
