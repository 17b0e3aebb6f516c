// Goal: one search for a capacity, from the first drill to the report.
// Method: `CapacityCourse` says which drill is next; each is a run of its own, with its own loop, stack, banks and report, on
// the live loop or on a simulated one. What this one does is to drive, to tell, and to write.
// Not here: what is asked and what follows from it (`Capacity`), and how a run goes (`Drill`).

import Capacity
import ChannelProfile
import Diagnostics
import Drill
import EventLoop
import Evidence
import JSON
import LoadDriver
import Peers
import PlanModel
import PlanValues
import Reporting
import StackVocabulary
import Timebase
import Verdicts

struct CapacitySession {
    struct Options {
        var world = RunWorld.live
        /// What `--out` named.
        var out: String?
        var isQuiet = false
        var isJSON = false
        var permissions = PermissionList()
        var objective: CapacityObjective?
        var target: Rate?
        var hold = CapacitySetting.holdStandard
    }

    /// Below the report's folder: a folder for each drill.
    static let probesName = "drills"
    /// Between two drills on a target that is not the run's own: what the last one has left there may end.
    private static let rest = TimeSpan.seconds(2)

    private let options: Options
    private let run: PlannedRun
    private let console: Console
    private let folder: String
    private let began = WallTime.now

    init(_ options: Options, _ run: PlannedRun, _ console: Console) {
        self.options = options
        self.run = run
        self.console = console
        let name = "capacity-\(options.world == .rehearsed ? "\(run.seed)" : began.name)"
        folder = options.out ?? "reports/\(run.plan.name)-\(name)"
    }

    func perform() -> ExitCode {
        if let warning = Defect.warning(of: run.plan.stack.setting) { console.talk("\(run.plan.name): \(warning)") }
        let objections = options.world == .rehearsed ? run.plan.rehearsalObjections : []
        guard objections.isEmpty else {
            console.tell(objections)
            return .inconclusive
        }
        var course = CapacityCourse(run.plan, setting)
        do {
            let relay = InterruptRelay()
            let desk = try OperatorDesk(.quiet, at: console.operatorPlace) { relay.take($0) }
            defer { desk.close() }
            console.talk("\(run.plan.name): searching the knee; objective \(setting.objective.words)")
            while let step = course.next() {
                drive(step, &course, relay)
                if let signal = relay.signal { course.interrupt(by: signal) }
                try rest(behind: step)
            }
            let report = course.report(version: SpillwayCLI.version)
            try write(report)
            tell(report)
            return ExitCode(report.verdict)
        } catch {
            console.tell([.error("\(error)")])
            return .inconclusive
        }
    }

    private var setting: CapacitySetting {
        var setting = CapacitySetting(
            run.plan, objective: options.objective, seed: run.seed, isRehearsed: options.world == .rehearsed)
        setting.hold = options.hold
        setting.target = options.target
        setting.channels = run.profile?.channels.map(\.name.value) ?? []
        return setting
    }

    // MARK: One drill

    private func drive(_ step: CapacityCourse.Step, _ course: inout CapacityCourse, _ relay: InterruptRelay) {
        do {
            switch try outcome(of: order(for: step), relay) {
            case .refused(let diagnostics):
                console.tell(diagnostics)
                course.refuse(diagnostics.first { $0.severity == .error }?.message ?? "its preflight stood against it")
            case .done(let report, _):
                course.take(report.record, report.audit, report.judgements)
                if !options.isQuiet, let probe = course.last { console.talk(probe.progressLine) }
            }
        } catch {
            course.refuse("\(error)")
        }
    }

    private func outcome(of order: DrillOrder, _ relay: InterruptRelay) throws -> Drill.Outcome {
        let loop = options.world == .rehearsed ? EventLoop.simulated(seed: order.seed) : try EventLoop.live()
        let conduct = DrillConduct()
        let inlet = LoopBound(conduct.inlet, to: loop)
        relay.open { command in loop.post { inlet.value.send(command) } }
        defer { relay.close() }
        return try loop.run { () async throws(DrillFault) in try await Drill(order, conduct, on: loop).run() }
    }

    private func order(for step: CapacityCourse.Step) -> DrillOrder {
        run.probing(step).order(
            into: "\(folder)/\(Self.probesName)/\(step.name)", in: options.world, options.permissions)
    }

    private func rest(behind step: CapacityCourse.Step) throws {
        guard options.world == .live else { return }
        if case .embedded = step.plan.target.entry { return }
        let loop = try EventLoop.live()
        try loop.run { () async throws in try await loop.sleep(until: loop.now + Self.rest) }
    }

    // MARK: What is left

    private func write(_ report: CapacityReport) throws {
        try report.write(into: folder)
        try Report.write(
            HostFacts(options.world, began: began, ended: .now).json, as: Report.environmentName, into: folder)
    }

    private func tell(_ report: CapacityReport) {
        if options.isJSON { return console.result(report.json.written()) }
        for line in report.lines(for: console.reader, folder: folder) { console.result(line) }
    }
}
