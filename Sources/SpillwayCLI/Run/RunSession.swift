import Dashboard
import Diagnostics
import Drill
import EventLoop
import Evidence
import Glibc
import JSON
import LoadDriver
import Peers
import PlanModel
import Reporting
import StackVocabulary
import Timebase
import Verdicts

/// One command's runs, plan after plan: each is watched, steered, judged and told. Live and rehearsed they go the same way:
/// what differs is the loop, and where secrets, names and dates come from.
struct RunSession {
    struct Options {
        var world = RunWorld.live
        /// What `--out` named.
        var out: String?
        var isQuiet = false
        /// What standard output gets.
        var form = ResultForm.text
        var files = ReportFile.allCases
        var permissions = PermissionList()
        /// Nil: nobody watches in a browser.
        var live: LiveOrder?
        /// Entry points to which untagged twins may go as real payments.
        var realPayments: [String] = []
    }

    private let options: Options
    private let console: Console
    private var folders: OutFolders
    private var live: LiveWatch?

    init(_ options: Options, planCount: Int, _ console: Console) {
        self.options = options
        self.console = console
        folders = OutFolders(named: options.out, planCount: planCount)
    }

    /// No traffic begins while any of the plans is wrong.
    static func run(
        _ paths: [String], _ options: Options, overrides: [String], seed: UInt64?, _ console: Console
    ) -> ExitCode {
        let runs = paths.compactMap { PlannedRun($0, overrides: overrides, seed: seed, console) }
        guard runs.count == paths.count else { return .usage }
        var session = RunSession(options, planCount: runs.count, console)
        do throws(LiveFault) {
            session.live = try options.live.map { (order) throws(LiveFault) in try LiveWatch(order, console) }
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
        defer { session.live?.close() }
        return session.run(runs)
    }

    /// Whoever interrupts one run means the ones behind it as well.
    mutating func run(_ runs: [PlannedRun]) -> ExitCode {
        var verdicts: [RunVerdict] = []
        for (index, run) in runs.enumerated() {
            live?.prepare(hasNext: index + 1 < runs.count)
            let verdict = perform(run)
            verdicts.append(verdict)
            if case .interrupted = verdict { break }
        }
        return RunVerdict.worst(verdicts).map(ExitCode.init) ?? .success
    }

    // MARK: One run

    private mutating func perform(_ run: PlannedRun) -> RunVerdict {
        let began = WallTime.now
        if let warning = Defect.warning(of: run.plan.stack.setting) { console.talk("\(run.plan.name): \(warning)") }
        if isRehearsal, !run.plan.rehearsalObjections.isEmpty { return refuse(run, run.plan.rehearsalObjections) }
        let folder = folders.folder(of: run.plan.name, isRehearsal ? "rehearsal-\(run.seed)" : began.name) {
            unsafe access($0, F_OK) == 0
        }
        do {
            switch try drive(order(for: run, into: folder)) {
            case .refused(let diagnostics): return refuse(run, diagnostics)
            case .done(let report, let warnings):
                console.tell(warnings)
                let facts = HostFacts(options.world, began: began, ended: .now)
                try Report.write(facts.json, as: Report.environmentName, into: folder)
                if options.files.contains(.html) { try report.writePage(into: folder, environment: facts.json) }
                live?.end(report, in: folder)
                try tell(RunSummary(report: report, folder: folder, files: options.files))
                return report.verdict
            }
        } catch {
            return refuse(run, [.error("\(error)")])
        }
    }

    private var isRehearsal: Bool { options.world == .rehearsed }

    private func order(for run: PlannedRun, into folder: String) -> DrillOrder {
        var order = run.order(into: folder, in: options.world, options.permissions)
        order.realPayments = options.realPayments
        order.keepsEvidence = true
        order.files = options.files
        return order
    }

    /// The loop is this thread's; whoever watches has one of their own.
    private func drive(_ order: DrillOrder) throws -> Drill.Outcome {
        let loop = isRehearsal ? EventLoop.simulated(seed: order.seed) : try EventLoop.live()
        var pace = isRehearsal ? RehearsalPace() : nil
        var conduct = DrillConduct()
        let inlet = LoopBound(conduct.inlet, to: loop)
        let desk = try OperatorDesk(style, at: console.operatorPlace, pace: pace) { command in
            loop.post { inlet.value.send(command) }
        }
        defer { desk.close() }
        conduct.onPhase = { phase in
            if phase == .auditing { desk.say("\(order.plan.name): bringing the evidence together, and asking it") }
            if phase == .draining { desk.say("\(order.plan.name): waiting until the stack and its banks are done") }
            if phase == .preflight { desk.say("\(order.plan.name): looking at everything before the first request") }
        }
        conduct.onProgress = { if pace?.isDue() ?? true { desk.show($0) } }
        live?.watch(&conduct, on: loop)
        defer { live?.detach() }
        let began = loop.now
        let outcome = try loop.run { () async throws(DrillFault) in try await Drill(order, conduct, on: loop).run() }
        if let pace { desk.say("\(order.plan.name): rehearsed \(pace.summary(of: loop.now - began))") }
        return outcome
    }

    private var style: OperatorDesk.Style {
        if options.isQuiet { return .quiet }
        return Terminal.of(console.operatorPlace.output).isInteractive ? .screen : .lines
    }

    // MARK: What is told

    private func refuse(_ run: PlannedRun, _ diagnostics: [Diagnostic]) -> RunVerdict {
        let verdict = RunVerdict.inconclusive
        console.tell(diagnostics)
        live?.refuse(diagnostics)
        let reasons = diagnostics.map(\.message)
        guard options.form == .json else {
            if let text = options.form.refusal(of: run.plan.name, reasons) { console.result(text) }
            console.talk("\(run.plan.name): not run (exit code \(verdict.exitCode))")
            return verdict
        }
        let result = JSONValue.object([
            ("plan", .text(run.plan.name)), ("seed", .count(run.seed)),
            ("world", .text(options.world.rawValue)), ("verdict", .text(verdict.name)),
            ("exit_code", .integer(Int64(verdict.exitCode))), ("refused", .texts(reasons)),
        ])
        console.result(result.written(.compact))
        return verdict
    }

    private func tell(_ summary: RunSummary) throws(ReportingError) {
        try options.form.tell(summary, console)
    }
}
