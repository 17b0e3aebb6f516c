import Diagnostics
import EventLoop
import Peers
import PlanValues

/// `spillway run`: drives plans, one after the other, and judges what came of them.
enum RunCommand {
    static let command = Command(
        name: "run",
        summary: "run plans, judge what came of them, write reports",
        about: [
            "Looks at everything that can go wrong, drives the plan's traffic, and judges it by the",
            "plan's targets. On a terminal: + and - change the rate, p pauses, q or Ctrl-C stops and",
            "still reports, twice stops at once. Reports go to reports/PLAN-TIME/: report.json,",
            "report.html, junit.xml, summary.md, series.csv and latency.hgrm. '--files' leaves some out,",
            "but for report.json, which the others and a later judgement stand on.",
            "",
            "Exit 0: all targets met. 1: one missed. 2: a bad plan. 3: not judged, or not run.",
            "4: aborted by a guard. 130, 143: interrupted. Where several hold, and of several plans:",
            "2 before 130 and 143, before 4, before 3, before 1: what was not judged was not missed.",
        ],
        operands: .init("PLAN", "a plan to run"),
        options: options,
        examples: [
            "spillway run plans/quickstart.yaml",
            "spillway run plans/steady-state.yaml --set target.url=http://127.0.0.1:9000 --seed 7",
            "spillway run plans/quickstart.yaml --live 127.0.0.1:7070",
            "spillway run plans/*.yaml --quiet --format json --allow 10.20.0.0/16",
            "spillway run plans/steady-state.yaml --format markdown --files html,junit",
        ],
        run: run)

    static let options: [Command.Option] = [
        .init("--out", "DIR", "for the report; of several plans, a folder each inside it"),
        .init("--seed", "N", "instead of the plan's own"),
        .init("--set", "PATH=VALUE", "replaces a value, as in --set target.connections=64", repeats: true),
        .init("--allow", "NETWORK", "permits peers that the plan allows, as in 10.20.0.0/16", repeats: true),
        .init("--policy", "FILE", "permits the networks in it (\(PermissionList.variable))"),
        .init("--control-is-real-payments", "URL", "lets untagged twins go to this target", repeats: true),
        .init("--live", "HOST:PORT", "serves a page, metrics and controls while it runs"),
        .init("--live-is-open-to", "NETWORK", "who may reach that page beyond loopback", repeats: true),
        .init("--quiet", nil, "no progress"),
        ResultForm.option, ResultForm.filesOption,
    ]

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let overrides = arguments.all("--set")
        return try run(arguments.operands, arguments, overrides: overrides, console)
    }

    static func run(
        _ paths: [String], _ arguments: Arguments, overrides: [String], _ console: Console
    ) throws(UsageError) -> ExitCode {
        var options = RunSession.Options()
        options.out = arguments.text("--out")
        options.isQuiet = arguments.has("--quiet")
        options.form = try ResultForm(arguments)
        options.files = try ResultForm.files(arguments)
        options.realPayments = arguments.all("--control-is-real-payments")
        for url in options.realPayments where HTTPAddress(url) == nil {
            throw UsageError("'--control-is-real-payments \(url)' is no URL; write that of the plan's target")
        }
        options.live = try LiveOrder(arguments)
        let seed = try arguments.seed("--seed")
        guard let permissions = PermissionList(arguments, console) else { return .usage }
        options.permissions = permissions
        return RunSession.run(paths, options, overrides: overrides, seed: seed, console)
    }
}
