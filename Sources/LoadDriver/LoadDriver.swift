package import EventLoop
package import Evidence
import Journeys
import PlanModel
import SeededRandom
import Timebase
import Traffic

/// Sends the traffic of a plan, from one loop.
///
/// **Goal.** Every arrival begins at its instant, whatever the target does; what became of it is counted from that
/// instant, and recorded before it is sent. And the driver knows its own faults: lateness, drops, stolen time.
///
/// **Method.** Sources say when: the schedule of the open model, users of the closed one, a recording. Runners do: each
/// runs one journey at a time and then waits among the idle ones, so that an arrival costs no task of its own. The
/// tally counts, the evidence keeps, and a tick every 10 ms looks after what belongs to seconds.
///
///     schedule, users, replay --begin--> runner --send--> target
///                                          |  intent, outcome --> evidence
///                                          +--> tally --each second--> guards, progress
///
/// **Not here.** Whether the plan may be run at all (preflight), what the numbers mean (verdicts), files of reports.
package final class LoadDriver {
    let loop: EventLoop
    let plan: Plan
    let traffic: PlannedTraffic
    let book: JourneyBook
    let targets: [ServiceTarget]
    let evidence: EvidenceWriter
    let recordings: [RecordingInput]
    let webhooks: WebhookReceiver?
    let observers: [Observer]
    let seed: Seed
    /// Every `shards`-th arrival from this one on is ours.
    let shard: Int
    let shards: Int
    let tally: Tally
    let groups: GroupTally?
    let data: LoopData
    let entrances: Entrances
    var timeline: Timeline
    var scale = RateScale()
    /// On the plan's clock: the schedule's next arrival is not before it.
    var scheduledUpTo = TimeSpan.zero
    /// The same of each stage that plays a recording.
    var replayedUpTo: [Int: TimeSpan] = [:]
    /// Nothing that is still to begin is due before it.
    var horizon: TimeSpan { replayedUpTo.values.reduce(scheduledUpTo, min) }
    var clocks: [SourceClock] = []
    private var control: ControlStream?
    private(set) var controlCounts: ControlCounts?
    var canary: Canary
    var watch: SecondWatch
    var counts = GeneratorCounts()
    let identity: RunIdentity
    let onProgress: (DriverProgress) -> Void
    let onSecond: ((DriverSecond) -> Void)?
    let onBegin: (Instant) -> Void
    let isLeaseHeld: () -> Bool
    let moneyViolations: () -> UInt64?
    var progressDue = TimeSpan.zero
    /// Why the last request was refused, in words.
    var lastRefusal: String?
    /// When the stages really began.
    var stageBegins: [TimeSpan] = []
    var stagesBegun = 0
    var stagesPacked = 0
    private(set) var inFlight = 0
    /// No new arrivals.
    private(set) var isStopping = false
    /// Why it ends before its time. Open journeys then send nothing again; at the plan's own end they still may.
    private(set) var ending: Ending?
    /// On the plan's clock, when it was ended before its time.
    private(set) var stoppedAt: TimeSpan?
    var events: [RunEvent] = []
    var runners = RunnerStand()
    /// Of the evidence's next segment; there is one at a time.
    var preparation: SpawnedTask?
    /// Of closed stages; they run their journeys themselves.
    private var users: [SpawnedTask] = []
    /// The set-up or the teardown, while it is under way.
    private var errand: SpawnedTask?
    private var isAbandoned = false
    private let drained: Parking

    package init(on loop: EventLoop, _ setting: DriverSetting) {
        self.loop = loop
        plan = setting.plan
        traffic = setting.traffic
        book = setting.book
        targets = setting.targets
        (evidence, recordings) = (setting.evidence, setting.recordings)
        (webhooks, observers) = (setting.webhooks, setting.observers)
        seed = setting.seed
        (shard, shards) = (setting.shard, setting.shards)
        tally = Tally(
            steps: setting.book.stepCount + setting.traffic.replayStages.count, stages: setting.traffic.stages.count,
            length: setting.traffic.length)
        groups = GroupTally(setting.plan.targets, stages: setting.traffic.stages.count)
        data = LoopData(setting.book)
        entrances = Entrances(setting)
        timeline = Timeline(start: loop.now)
        canary = Canary(on: loop, slices: tally.sliceLength)
        watch = SecondWatch(setting.plan.guards)
        identity = setting.identity
        (onProgress, onBegin, isLeaseHeld) = (setting.onProgress, setting.onBegin, setting.isLeaseHeld)
        (moneyViolations, onSecond) = (setting.moneyViolations, setting.onSecond)
        drained = Parking(loop)
        control = ControlStream(setting.control, of: self)
        if onSecond != nil { tally.watch = WatchTally(stepRecords) }
    }

    // MARK: Arrivals

    /// An arrival is due.
    @inline(__always)
    func begin(_ work: ArrivalWork) {
        guard inFlight < plan.target.inFlight else { return tally.arrivalDropped(due: work.due.nanoseconds) }
        inFlight += 1
        admit(work)
    }

    func rest(_ runner: Runner) { runners.rest(runner) }

    func sendRunnersHome() { runners.sendHome() }

    /// Users run their journeys themselves.
    func userBegan() { inFlight += 1 }

    func add(user: SpawnedTask) { users.append(user) }

    @inline(__always)
    func ended() {
        inFlight -= 1
        if inFlight == 0, isStopping { drained.wake() }
    }

    /// Before any traffic: there will be none.
    package func refuse(_ reason: String) { stop(.failed(at: .zero, reason: reason)) }

    /// During the traffic: something that it cannot do without is gone.
    package func fail(_ reason: String) { stop(.failed(at: timeline.runTime(at: loop.now), reason: reason)) }

    /// Ends the connections.
    package func close() {
        for target in targets { target.close() }
        control?.close()
        for observer in observers { observer.close() }
    }

    // MARK: Commands

    /// What a person, a guard or a signal asks for. On the loop.
    package func take(_ command: DriverCommand) {
        let now = timeline.runTime(at: loop.now)
        switch command {
        case .faster, .slower: changeRate(by: command == .faster ? 1 : -1, at: now)
        case .rate(let tenths): changeRate(by: tenths - scale.tenths, at: now)
        case .pauseOrResume: pauseOrResume(at: now)
        case .pause: if !timeline.isPaused { pauseOrResume(at: now) }
        case .resume: if timeline.isPaused { pauseOrResume(at: now) }
        case .stop(let signal): stop(.interrupted(at: now, signal: signal))
        case .abandon(let signal):
            stop(.interrupted(at: now, signal: signal))
            noteAbandoning(at: now)
            isAbandoned = true
            runners.cancel()
            for user in users { user.cancel() }
            errand?.cancel()
            for target in targets { target.abandon() }
            control?.abandon()
        }
    }

    /// What somebody did by hand, and not to the driver: it is told as what is done to it.
    package func noteByHand(_ text: String) {
        note(.note, text, at: timeline.runTime(at: loop.now))
    }

    /// Names of what is read from elsewhere, in the order of `DriverSecond.observed`.
    package var seriesNames: [String] { observers.flatMap(\.names) }

    private func noteAbandoning(at now: TimeSpan) {
        guard !isAbandoned else { return }
        counts.arrivalsCut = UInt64(inFlight)
        let cut = inFlight > 0 ? ": \(inFlight) open arrivals were cut, and what they had sent is unknown" : ""
        let left = book.teardown.steps.isEmpty ? "" : "; the teardown is left out"
        events.append(RunEvent(at: now, kind: .note, text: "abandoned" + cut + left))
    }

    /// The first reason is the one that the report names.
    func stop(_ reason: Ending) {
        if ending == nil { stoppedAt = timeline.planTime(at: loop.now) }
        ending = ending ?? reason
        isStopping = true
        callSources()
    }

    private func changeRate(by step: Int, at now: TimeSpan) {
        let before = scale.tenths
        scale.change(by: step)
        guard scale.tenths != before else { return }
        note(.rateChanged, "\(scale.tenths * 10)% of the planned rate", at: now)
    }

    /// A finger that rests on a key does not fill the report.
    private func note(_ kind: RunEvent.Kind, _ text: String, at now: TimeSpan) {
        counts.isChangedByHand = true
        if events.count < Self.eventsMax { events.append(RunEvent(at: now, kind: kind, text: text)) }
    }

    private static let eventsMax = 10_000

    private func pauseOrResume(at now: TimeSpan) {
        if timeline.isPaused {
            timeline.resume(at: loop.now)
            note(.resumed, "resumed by hand", at: now)
        } else {
            timeline.pause(at: loop.now)
            note(.paused, "paused by hand", at: now)
        }
        callSources()
    }

    private func callSources() { for clock in clocks { clock.call() } }

    // MARK: The run

    /// The plan's `setup`, before any traffic. What went wrong, in words, or nil.
    package func setUp() async -> String? { await once(book.setup) }

    /// The plan's `teardown`, when all is over.
    /// Whoever abandons a run leaves it out; an event says so.
    package func tearDown() async -> String? { isAbandoned ? nil : await once(book.teardown) }

    private func once(_ journey: CompiledJourney) async -> String? {
        if isAbandoned { return journey.steps.isEmpty ? nil : "the run was abandoned" }
        timeline = Timeline(start: loop.now)
        var fault: String?
        let errand = loop.spawn { [self] in
            fault = await Runner(self).runOnce(journey, seed: seed.split(journey.name))
        }
        self.errand = errand
        await errand.join()
        self.errand = nil
        return fault
    }

    /// Ends when the traffic has ended, or was stopped, and nothing is under way any more.
    package func run() async -> RunRecord {
        timeline = Timeline(start: loop.now + Self.lead)
        webhooks?.begin(at: timeline.start)
        onBegin(timeline.start)
        let ticks = loop.spawn { [self] in
            await canary.watch(from: timeline.start) { [self] now in tick(at: now) }
        }
        let watches = observers.map { observer in
            loop.spawn { [self] in await observer.watch(on: loop, from: timeline.start) }
        }
        let twins = control.map { stream in loop.spawn { await stream.run() } }
        await runSources()
        isStopping = true
        if inFlight > 0 { _ = await drained.wait() }
        await twins?.join()
        loop.watchClock(before: .zero)
        let end = timeline.runTime(at: loop.now)
        for observer in observers { observer.abandon() }
        for task in [ticks] + watches {
            task.cancel()
            await task.join()
        }
        await preparation?.join()
        await runners.end()
        letGo()
        return record(endedAt: end)
    }

    /// Runners and clocks hold the driver, and nobody needs them any more: a process may have other runs before it.
    private func letGo() {
        (runners, users, clocks) = (RunnerStand(), [], [])
        // What it holds of the network is closed with the traffic's own.
        controlCounts = control?.counts
        control?.close()
        control = nil
    }

    /// The first arrivals are not late because the sources are still being made.
    private static let lead = TimeSpan.milliseconds(20)

    private func runSources() async {
        var sources: [SpawnedTask] = [
            loop.spawn { [self] in
                var source = ScheduleSource(self)
                await source.run()
            }
        ]
        for (index, stage) in traffic.stages.enumerated() {
            switch stage.source {
            case .schedule: break
            case .users(let population):
                let source = UserSource(driver: self, population: population, stage: index)
                sources.append(loop.spawn { await source.run() })
            case .replay(let path, let speed):
                guard let recording = recordings.first(where: { $0.path == path }) else {
                    preconditionFailure("the recording '\(path)' was not handed over")
                }
                let source = ReplaySource(driver: self, recording: recording, speed: speed, stage: index)
                sources.append(loop.spawn { await source.run() })
            }
        }
        for source in sources { await source.join() }
        await waitForTheEnd()
    }

    /// The last stage lasts as long as the plan says, also behind its last arrival.
    private func waitForTheEnd() async {
        _ = await SourceClock(self).wait(forPlanned: traffic.length)
    }
}
