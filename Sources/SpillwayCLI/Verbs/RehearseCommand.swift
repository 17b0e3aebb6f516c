import Diagnostics
import Drill
import Evidence
import JSON
import LoadDriver
import PlanLanguage
import PlanModel
import Timebase
import Traffic

/// `spillway rehearse`: whole drills in virtual time, or what plans will send, drawn.
enum RehearseCommand {
    static let command = Command(
        name: "rehearse",
        summary: "run whole drills in virtual time, or draw what plans will send",
        about: [
            "Runs the plan's drill (driver, embedded stack, mock banks, faults, audit, verdicts, reports)",
            "on a virtual clock and a network in memory: a ten-minute drill takes seconds, nobody is",
            "contacted, and the same plan and seed give the same report. Reports say that they were",
            "rehearsed, and go to reports/PLAN-rehearsal-SEED/. Exit codes are those of 'spillway run'.",
            "",
            "What is outside cannot be rehearsed: of a plan with such a target '--arrivals' draws the",
            "rate, counts the arrivals of every stage, and estimates connections, cores and disk.",
        ],
        operands: .init("PLAN", "a plan to rehearse"),
        options: [
            .init("--out", "DIR", "for the report; of several plans, a folder each inside it"),
            .init("--seed", "N", "instead of the plan's own"),
            .init("--set", "PATH=VALUE", "replaces a value, as in --set traffic.baseline.rate=500/s", repeats: true),
            .init("--quiet", nil, "no progress"),
            ResultForm.option, ResultForm.filesOption,
            .init("--arrivals", nil, "draws the traffic alone, and rehearses nothing"),
            .init("--latency", "SPAN", "with --arrivals: assumed of every request by the estimates (50ms)"),
        ],
        examples: [
            "spillway rehearse plans/quickstart.yaml",
            "spillway rehearse plans/quickstart.yaml --seed 7 --out reports/rehearsed --format json",
            "spillway rehearse --arrivals plans/*.yaml",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let form = try ResultForm(arguments)
        let seed = try arguments.seed("--seed")
        if arguments.has("--arrivals") { return try draw(arguments, form, seed: seed, console) }
        if arguments.has("--latency") {
            throw UsageError("'--latency' is of the estimates; write '--arrivals' as well, or leave it out")
        }
        var options = RunSession.Options(world: .rehearsed)
        options.out = arguments.text("--out")
        options.isQuiet = arguments.has("--quiet")
        options.form = form
        options.files = try ResultForm.files(arguments)
        return RunSession.run(
            arguments.operands, options, overrides: arguments.all("--set"), seed: seed, console)
    }

    // MARK: The traffic alone

    private static func draw(
        _ arguments: Arguments, _ form: ResultForm, seed: UInt64?, _ console: Console
    ) throws(UsageError) -> ExitCode {
        if form.isDocument {
            throw UsageError(
                "'--format \(form.rawValue)' is of a report, and '--arrivals' makes none; write 'text' or 'json'")
        }
        let isJSON = form == .json
        for option in ["--out", "--quiet", "--files"] where arguments.has(option) {
            throw UsageError("'\(option)' is of rehearsals, and '--arrivals' makes none; leave one of them out")
        }
        let latency = try arguments.span(
            "--latency", within: .microseconds(1) ... .seconds(3_600), default: .milliseconds(50))
        var areRight = true
        for (index, path) in arguments.operands.enumerated() {
            if index > 0, !isJSON { console.result("") }
            let file = PlanFile(path)
            let outcome = file.outcome(overrides: arguments.all("--set"))
            outcome.tell(console)
            guard let plan = outcome.plan,
                let rehearsal = rehearsal(of: plan, file, seed: seed ?? plan.seed, latency, console)
            else {
                areRight = false
                continue
            }
            for line in isJSON ? [rehearsal.json.written()] : rehearsal.lines(for: console.reader) {
                console.result(line)
            }
        }
        return areRight ? .success : .usage
    }

    private static func rehearsal(
        of plan: Plan, _ file: PlanFile, seed: UInt64, _ latency: TimeSpan, _ console: Console
    ) -> TrafficRehearsal? {
        guard let recordings = recordings(of: plan, file, console) else { return nil }
        do throws(PlannedTraffic.Fault) {
            return try TrafficRehearsal(
                plan, seed: seed, latency: latency, terminal: console.reader, recordings: recordings)
        } catch {
            console.tell([error.diagnostic(in: plan)])
            return nil
        }
    }

    /// Reads every recording that the plan replays; nil when one cannot be read.
    private static func recordings(
        of plan: Plan, _ file: PlanFile, _ console: Console
    ) -> [String: RecordingProfile]? {
        var profiles: [String: RecordingProfile] = [:]
        for stage in plan.traffic {
            guard case .replay(let path, _, _) = stage.load, profiles[path.value] == nil else { continue }
            do {
                let recording = PlanFolder(file.folder).recording(path.value).recording()
                profiles[path.value] = try RecordingProfile(Replay(recording))
            } catch {
                console.talk("error: the recording '\(path.value)' cannot be read: \(error)")
                return nil
            }
        }
        return profiles
    }
}
