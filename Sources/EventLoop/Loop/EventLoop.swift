import CLinux

/// Runs straight-line `async` code on one thread, in one of two worlds.
///
/// **Goal.** The same driver, mock bank and payment stack run live, on epoll and the machine's monotonic clock, and
/// simulated, on a virtual clock and an in-memory network, where a seed reproduces everything.
///
/// **Method.** The loop is a `TaskExecutor`: a task that prefers it never leaves its thread. One turn is
///
///     run every ready job -> deferred work -> look at descriptors (live) or jump to the next timer (simulated)
///                         -> fire due timers
///
/// Foreign threads reach it through the mailbox alone. Waiting is done in `Parking`, against an absolute deadline.
///
/// **Not here.** No work is moved between loops, no thread pool, no priorities: a machine's cores get a loop each and
/// share nothing.
// reason: everything but the mailbox is touched on the loop's own thread only; `enqueue` and `arm` check it.
public final class EventLoop: TaskExecutor, @unchecked Sendable {
    let world: World
    /// From 1970 to this loop's instant zero.
    private let epoch: TimeSpan
    private let mailbox: Mailbox
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var timers = TimerHeap()
    private var deferred: [any DeferredWork] = []
    private var liveTasks = 0
    private var isEnded = false
    /// At the clock, when the last events had been taken.
    private var lastLook = Instant(nanoseconds: 0)
    /// Threads for blocking work; those that want one more wait here.
    var offloads = 0
    var offloadQueue: [Parking] = []
    public let buffers = BufferPool()

    enum World {
        case live(Poller)
        case simulated(Simulation)
    }

    private static let simulatedEpoch = TimeSpan.seconds(1_767_225_600)

    private init(world: World, epoch: TimeSpan, ring: @escaping @Sendable () -> Void) {
        self.world = world
        self.epoch = epoch
        self.mailbox = Mailbox(ring: ring)
        // What is asked for the time before the first turn is not told when the machine was started.
        lastLook = now
    }

    /// A loop on epoll and the machine's monotonic clock. `spin` is how long before a due timer the loop stops
    /// sleeping and polls: it buys microseconds of precision for a core's time.
    public static func live(spin: TimeSpan = .zero) throws(SystemError) -> EventLoop {
        let poller = try Poller(spin: spin)
        let doorbell = poller.doorbell
        return EventLoop(world: .live(poller), epoch: Poller.epoch) { doorbell.ring() }
    }

    /// Changes how long before a due timer the loop stops sleeping. It means nothing in simulation.
    public func watchClock(before due: TimeSpan) {
        if case .live(let poller) = world { poller.spin = due.nanoseconds }
    }

    /// A loop whose clock jumps from event to event and whose network is in memory. The seed decides everything.
    public static func simulated(seed: UInt64, conditions: NetworkConditions = .init()) -> EventLoop {
        EventLoop(world: .simulated(Simulation(seed: seed, conditions: conditions)), epoch: simulatedEpoch) {}
    }

    /// Nil when live.
    public var simulation: Simulation? {
        if case .simulated(let simulation) = world { simulation } else { nil }
    }

    public var now: Instant {
        switch world {
        case .live: Poller.now
        case .simulated(let simulation): simulation.now
        }
    }

    /// `now` at the beginning of this turn, for what need not be exact to the length of a turn, such as an idle
    /// connection's deadline. It costs no look at the clock.
    public var turnBegan: Instant {
        switch world {
        case .live: lastLook
        case .simulated(let simulation): simulation.now
        }
    }

    /// Seconds since 1970, for the dates that protocols print and nothing else. A simulated world begins with 2026.
    public var secondsSince1970: Int64 { (epoch.nanoseconds + turnBegan.nanoseconds) / 1_000_000_000 }

    /// The same in milliseconds, for what is kept with its time. It follows the monotonic clock from the loop's start on.
    public var millisecondsSince1970: Int64 { (epoch.nanoseconds + turnBegan.nanoseconds) / 1_000_000 }

    /// What this loop's thread has had of a processor: the clock's rest was sleep, or was taken by the machine. In
    /// simulation it is zero, for turns take no time.
    public var processorTime: TimeSpan { simulation == nil ? Poller.processorTime : .zero }

    // MARK: Tasks

    /// Starts a task of this loop at once; it runs until its first wait before this returns.
    @discardableResult
    public func spawn(_ body: @escaping () async -> Void) -> SpawnedTask {
        preconditionOnLoop()
        liveTasks += 1
        let bound = LoopBound(body, to: self)
        return SpawnedTask(
            _Concurrency.Task.immediate(executorPreference: self) { [self] in
                await bound.value()
                liveTasks -= 1
            })
    }

    /// Tasks spawned and not yet ended.
    public var spawnedTaskCount: Int { liveTasks }

    /// Deadlines that are being waited for.
    public var armedTimerCount: Int { timers.count }

    /// Waits for an instant of this loop's clock.
    public func sleep(until deadline: Instant) async throws(CancellationError) {
        if await Parking(self).wait(until: deadline) == .cancelled { throw CancellationError() }
    }

    /// Runs `work` once before the loop next looks for events, so that writes of one turn go out together.
    public func atEndOfTurn(_ work: any DeferredWork) {
        deferred.append(work)
    }

    /// Hands work to this loop from any thread. False when the loop has ended.
    @discardableResult
    public func post(_ work: @escaping @Sendable () -> Void) -> Bool {
        mailbox.post(work)
    }

    // MARK: Timers

    public func arm(_ deadline: Instant, _ target: any TimerTarget) -> TimerID {
        preconditionOnLoop()
        return timers.arm(deadline, target)
    }

    public func cancel(_ timer: TimerID) {
        timers.cancel(timer)
    }

    // MARK: Executor

    public func enqueue(_ job: consuming ExecutorJob) {
        preconditionOnLoop()
        ready.append(UnownedJob(job))
    }

    private var token: UInt { UInt(bitPattern: ObjectIdentifier(self)) }

    public var isCurrent: Bool { spillway_current_token() == token }

    /// Unlike `precondition` it says why in release builds too.
    public func preconditionOnLoop() {
        if !isCurrent { fatalError("this belongs to an event loop and was touched on a thread that does not run it") }
    }

    // MARK: Running

    /// Runs the loop on the calling thread until `body` has ended. Every task it spawned must have ended by then,
    /// unless it throws: what outlives its parent is a leak, and is named as one.
    public func run<Value, Failure: Error>(
        _ body: @escaping () async throws(Failure) -> Value
    ) throws(Failure) -> Value {
        precondition(spillway_current_token() == 0, "a loop runs inside a loop on the same thread")
        precondition(!isEnded, "a loop runs once")
        EscapeTrap.install()
        if case .live(let poller) = world { poller.enterThread() }
        lastLook = now
        spillway_set_current_token(token)
        defer { end() }
        var result: Result<Value, Failure>?
        // Asked every turn, which of a result of any size would cost calls through its type.
        var hasResult = false
        spawn {
            do throws(Failure) { result = .success(try await body()) } catch { result = .failure(error) }
            hasResult = true
        }
        while true {
            runReadyJobs()
            if hasResult, ready.isEmpty {
                runDeferredWork()
                if ready.isEmpty { break }
            }
            turn()
        }
        guard let result else { preconditionFailure("the loop ended before its body") }
        if case .success = result {
            if liveTasks > 0 { fatalError("\(liveTasks) spawned tasks outlive the loop's body; await or cancel them") }
        }
        return try result.get()
    }

    private func end() {
        isEnded = true
        // A letter that was taken is delivered.
        for letter in mailbox.close() { letter() }
        switch world {
        case .live(let poller): poller.close()
        case .simulated(let simulation): simulation.close()
        }
        spillway_set_current_token(0)
    }

    /// Descriptors and letters come before timers: after a stall both may be due, and an answer that came in time must
    /// not be taken for a timeout.
    private func turn() {
        runDeferredWork()
        switch world {
        case .live(let poller):
            // While jobs are ready it only looks, without sleeping, so that neither starves the other.
            if ready.isEmpty { poller.wait(until: timers.nextDeadline) } else { poller.poll() }
            deliverLetters()
        case .simulated(let simulation):
            deliverLetters()
            if ready.isEmpty, deferred.isEmpty { jump(simulation) }
        }
        fireDueTimers()
    }

    private func deliverLetters() {
        for letter in mailbox.takeAll() { letter() }
    }

    /// Jobs that make jobs ready are followed for a few generations, so that one task handing work to another does not
    /// cost a look at the descriptors, which is a system call.
    private func runReadyJobs() {
        if ready.isEmpty { return }
        let executor = unsafe asUnownedTaskExecutor()
        for _ in 0..<EventLoop.generationsMax {
            if ready.isEmpty { return }
            swap(&ready, &running)
            for job in running { unsafe job.runSynchronously(on: executor) }
            running.removeAll(keepingCapacity: true)
        }
    }

    private static let generationsMax = 4

    private func fireDueTimers() {
        let now = now
        lastLook = now
        while let due = timers.popDue(now) {
            simulation?.trace.mix(due.deadline.nanoseconds)
            due.target.timerFired(due.timer)
        }
    }

    private func runDeferredWork() {
        if deferred.isEmpty { return }
        var index = 0
        while index < deferred.count {
            deferred[index].runAtEndOfTurn()
            index += 1
        }
        deferred.removeAll(keepingCapacity: true)
    }

    private func jump(_ simulation: Simulation) {
        guard let next = timers.nextDeadline else {
            fatalError(
                "nothing can happen any more at \(now): \(liveTasks) tasks wait without a deadline (seed \(simulation.seed))"
            )
        }
        // A deadline that had passed when it was armed is due now.
        simulation.advance(to: max(next, simulation.now))
    }
}

/// Work that is gathered during a turn and done at its end.
public protocol DeferredWork: AnyObject {
    func runAtEndOfTurn()
}

/// A task of a loop, for others of the same loop.
public struct SpawnedTask: Sendable {
    private let task: _Concurrency.Task<Void, Never>

    init(_ task: _Concurrency.Task<Void, Never>) {
        self.task = task
    }

    public func cancel() { task.cancel() }

    /// Waits for its end. Cancelling the waiter does not cancel the task.
    public func join() async { await task.value }
}
