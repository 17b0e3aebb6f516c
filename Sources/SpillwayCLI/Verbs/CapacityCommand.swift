import Capacity
import Diagnostics
import Evidence
import Peers
import PlanModel
import PlanValues
import Timebase

/// `spillway capacity`: how much the target of a plan holds, and what lies beyond.
enum CapacityCommand {
    static let command = Command(
        name: "capacity",
        summary: "find the knee of a plan's target, and what lies beyond it",
        about: [
            "Drives short drills at rates of its own choice: up until the objective breaks, between",
            "good and bad until the knee is known, a longer one there; then at 0.5 to 10 times the",
            "knee, and up and down around it. Says what limits it, and how many instances a rate",
            "would need. Each drill is a run of its own, with the plan's journeys, data and banks,",
            "and without its faults. The objective is that of the plan's 'capacity' target, else",
            "--slo, else p99=500ms,errors=0.1%.",
            "",
            "Exit 0: a knee was found, not below what the plan declares. 1: below it, or money or",
            "isolation failed in any drill. 2: a bad plan. 3: no knee, or it cannot be told; the",
            "generator may have been the limit. 4: a guard ended it. 130, 143: interrupted.",
        ],
        operands: .init("PLAN", "a plan whose target is searched", count: 1...1),
        options: [
            .init("--rehearse", nil, "in virtual time: everything follows from plan and seed"),
            .init("--target", "RATE", "counts the instances that it would need, as in 100000/s"),
            .init("--hold", "SPAN", "what counts of each drill, in whole seconds (10s)"),
            .init("--slo", "LIMITS", "when an answer is good enough, as in p99=500ms,errors=0.1%"),
            .init("--seed", "N", "instead of the plan's own"),
            .init("--out", "DIR", "for the reports (reports/PLAN-capacity-TIME)"),
            .init("--set", "PATH=VALUE", "replaces a value, as in --set stack.cores=4", repeats: true),
            .init("--allow", "NETWORK", "permits peers that the plan allows, as in 10.20.0.0/16", repeats: true),
            .init("--policy", "FILE", "permits the networks in it (\(PermissionList.variable))"),
            .init("--quiet", nil, "no line for each drill"),
            .init("--format", "text|json", "capacity.json on standard output with json (text)"),
        ],
        examples: [
            "spillway capacity plans/quickstart.yaml --rehearse",
            "spillway capacity plans/quickstart.yaml --target 100000/s --slo p99=300ms,errors=0.5%",
            "spillway capacity plans/quickstart.yaml --rehearse --set stack.defects=[no-limiter]",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        var options = CapacitySession.Options()
        options.world = arguments.has("--rehearse") ? .rehearsed : .live
        options.objective = try CapacityObjective(arguments)
        options.target = try arguments.text("--target").map { text throws(UsageError) in
            try Rate(argument: text, of: "--target")
        }
        options.hold = try hold(arguments)
        options.out = arguments.text("--out")
        options.isQuiet = arguments.has("--quiet")
        options.isJSON = try arguments.choice("--format", of: ["text", "json"], default: "text") == "json"
        let seed = try arguments.seed("--seed")
        guard let permissions = PermissionList(arguments, console) else { return .usage }
        options.permissions = permissions
        let path = arguments.operands[0]
        guard let run = PlannedRun(path, overrides: arguments.all("--set"), seed: seed, console) else { return .usage }
        return CapacitySession(options, run, console).perform()
    }

    /// Slices are seconds.
    private static func hold(_ arguments: Arguments) throws(UsageError) -> TimeSpan {
        let hold = try arguments.span(
            "--hold", within: CapacitySetting.holdRange, default: CapacitySetting.holdStandard)
        guard hold.nanoseconds % 1_000_000_000 == 0 else {
            throw UsageError("'--hold \(hold)' needs whole seconds; write '--hold \(Int64(hold.seconds) + 1)s'")
        }
        return hold
    }
}
