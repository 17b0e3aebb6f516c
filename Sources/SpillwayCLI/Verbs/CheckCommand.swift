import Diagnostics
import PlanLanguage
import PlanModel

/// `spillway check`: says what is wrong with plans, without sending anything.
enum CheckCommand {
    static let command = Command(
        name: "check",
        summary: "say what is wrong with plans",
        about: [
            "Reads plans and says everything that is wrong with them, with its place and what to",
            "write instead. Sends nothing. Exit 0 when all are right, 2 when one is not.",
        ],
        operands: .init("PLAN", "a plan to check"),
        options: [
            .init("--set", "PATH=VALUE", "replaces a value, as in --set target.connections=64", repeats: true),
            .init("--format", "text|json", "one JSON object a line with json (text)"),
        ],
        examples: ["spillway check plans/flash-sale.yaml", "spillway check plans/*.yaml --format json"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let isJSON = try arguments.choice("--format", of: ["text", "json"], default: "text") == "json"
        var areRight = true
        for path in arguments.operands {
            let outcome = PlanFile(path).outcome(overrides: arguments.all("--set"))
            areRight = areRight && outcome.plan != nil
            if isJSON { report(outcome, asJSON: console) } else { report(outcome, path, console) }
        }
        return areRight ? .success : .usage
    }

    private static func report(_ outcome: Plan.Outcome, _ path: String, _ console: Console) {
        outcome.tell(console)
        if let plan = outcome.plan { console.result("\(path): \(summary(of: plan))") }
    }

    private static func report(_ outcome: Plan.Outcome, asJSON console: Console) {
        for diagnostic in outcome.diagnostics { console.result(diagnostic.json) }
    }

    private static func summary(of plan: Plan) -> String {
        func counted(_ count: Int, _ noun: String, _ plural: String) -> String {
            "\(count) \(count == 1 ? noun : plural)"
        }
        let parts = [
            counted(plan.journeys.count, "journey", "journeys"), counted(plan.traffic.count, "stage", "stages"),
            counted(plan.faults.count, "fault", "faults"), counted(plan.targets.count, "target", "targets"),
        ]
        return "right: " + parts.joined(separator: ", ")
    }
}
