import Diagnostics
import Drill
import JSON
import LoadDriver
import PlanLanguage
import PlanModel
import Timebase
import Traffic

/// `spillway rehearse`: draws what plans will send, without sending it.
enum RehearseCommand {
    static let command = Command(
        name: "rehearse",
        summary: "draw what plans will send, without sending it",
        about: [
            "Draws the planned rate, counts the arrivals of every stage for the plan's seed, and",
            "estimates connections, cores and disk. Sends nothing.",
        ],
        operands: .init("PLAN", "a plan to rehearse"),
        options: [
            .init("--arrivals", nil, "the traffic alone: today all there is, with or without it"),
            .init("--seed", "N", "instead of the plan's own"),
            .init("--set", "PATH=VALUE", "replaces a value, as in --set traffic.baseline.rate=500/s", repeats: true),
            .init("--latency", "SPAN", "assumed of every request by the estimates (50ms)"),
            .init("--format", "text|json", "one JSON document a plan with json (text)"),
        ],
        examples: [
            "spillway rehearse plans/flash-sale.yaml",
            "spillway rehearse plans/*.yaml --format json",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let isJSON = try arguments.choice("--format", of: ["text", "json"], default: "text") == "json"
        let latency = try arguments.span(
            "--latency", within: .microseconds(1) ... .seconds(3_600), default: .milliseconds(50))
        let seed = try arguments.seed("--seed")
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
