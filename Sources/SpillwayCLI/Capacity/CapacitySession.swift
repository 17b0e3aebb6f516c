// Goal: one search for a capacity, from the first drill to the report.
// Method: `CapacityCourse` says which drill is next; each is a run of its own, with its own loop, stack, banks and report, on
// the live loop or on a simulated one. What this one does is to drive, to tell, and to write.
// Not here: what is asked and what follows from it (`Capacity`), and how a run goes (`Drill`).

import Capacity
import ChannelProfile
import Cryptography
import Diagnostics
import Drill
import EventLoop
import JSON
import LoadDriver
import Peers
import PlanModel
import PlanValues
import Reporting
import SeededRandom
import ShadowTag
import StackVocabulary
import Timebase
import Verdicts

struct CapacitySession {
    struct Options {
        var isRehearsed = false
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
        let name = "capacity-\(options.isRehearsed ? "\(run.seed)" : began.name)"
        folder = options.out ?? "reports/\(run.plan.name)-\(name)"
    }

    func perform() -> ExitCode {
        if let warning = Defect.warning(of: run.plan.stack.setting) { console.talk("\(run.plan.name): \(warning)") }
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
            run.plan, objective: options.objective, seed: run.seed, isRehearsed: options.isRehearsed)
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
        let loop = options.isRehearsed ? EventLoop.simulated(seed: order.seed) : try EventLoop.live()
        let conduct = DrillConduct()
        // A rehearsed drill is over in a moment; it is not reached from outside.
        if !options.isRehearsed {
            let inlet = LoopBound(conduct.inlet, to: loop)
            relay.open { command in loop.post { inlet.value.send(command) } }
        }
        defer { relay.close() }
        return try loop.run { () async throws(DrillFault) in try await Drill(order, conduct, on: loop).run() }
    }

    private func rest(behind step: CapacityCourse.Step) throws {
        guard !options.isRehearsed, case .url = step.plan.target.entry else { return }
        let loop = try EventLoop.live()
        try loop.run { () async throws in try await loop.sleep(until: loop.now + Self.rest) }
    }

    private func order(for step: CapacityCourse.Step) -> DrillOrder {
        let secret = secrets(of: step)
        var order = DrillOrder(
            plan: step.plan, planDigest: digest(of: step), seed: step.seed, planFolder: run.folder,
            outFolder: "\(folder)/\(Self.probesName)/\(step.name)",
            policy: PeerPolicy(of: run.plan, permitted: options.permissions.blocks),
            permitted: options.permissions.written, environment: ProcessEnvironment.values,
            entropy: secret("shadow key", 32), runEntropy: secret("run", RunID.entropyCount),
            version: SpillwayCLI.version)
        // Faults of the banks' own clock would fall into one drill and not into the next.
        order.profile = run.profile?.withoutFaults
        order.planText = run.text
        order.planOverrides = run.overrides
        order.bankToken = Hexadecimal.text(secret("banks", 16).span)
        order.stackToken = Hexadecimal.text(secret("stack", 16).span)
        return order
    }

    /// Of a live drill from the kernel; a rehearsed one is a function of its seed, and nobody else can reach it.
    private func secrets(of step: CapacityCourse.Step) -> (String, Int) -> [UInt8] {
        guard options.isRehearsed else { return { SystemEntropy().bytes($1) } }
        let place = Seed(step.seed).split("secrets")
        return { purpose, count in
            var random = place.split(purpose).stream()
            return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
    }

    /// It is another plan than the one that was written.
    private func digest(of step: CapacityCourse.Step) -> String {
        var digest = PlanDigest()
        digest.add(Array(run.digest.utf8))
        digest.add(Array("\(step.name) \(step.probe.perSecond) \(step.probe.hold)".utf8))
        return digest.text
    }

    // MARK: What is left

    private func write(_ report: CapacityReport) throws {
        try report.write(into: folder)
        try Report.write(HostFacts(began: began, ended: .now).json, as: "environment.json", into: folder)
    }

    private func tell(_ report: CapacityReport) {
        if options.isJSON { return console.result(report.json.written()) }
        for line in report.lines(for: console.reader, folder: folder) { console.result(line) }
    }
}

extension ChannelProfile {
    fileprivate var withoutFaults: ChannelProfile {
        ChannelProfile(
            name: name, about: about, seed: seed, allow: allow, channels: channels, faults: [], statement: statement)
    }
}
