import EventLoop

/// The runners of a driver: those at rest, and the tasks of all.
///
/// Who came to rest last goes first, so in a calm time those at the bottom are never asked. After a stall there may be as
/// many as there are connections, and more where journeys wait for other things, some 10 KB each: of those that nobody
/// has asked in a second a half goes home, until a few are left.
struct RunnerStand {
    private var idle: [Runner] = []
    private var tasks: [SpawnedTask?] = []
    private var freeSlots: [Int] = []
    /// As few as were at rest at any moment of this second.
    private var leastIdle = 0

    private static let keptMin = 64

    /// Those at rest or at work.
    var count: Int { tasks.count - freeSlots.count }

    /// Nil when all are at work.
    @inline(__always)
    mutating func next() -> Runner? {
        guard let runner = idle.popLast() else { return nil }
        if idle.count < leastIdle { leastIdle = idle.count }
        return runner
    }

    /// Or it goes home, where it was dismissed while it worked.
    mutating func rest(_ runner: Runner) {
        guard let slot = runner.slot, runner.isDismissed else { return idle.append(runner) }
        free(slot)
        runner.slot = nil
    }

    private mutating func free(_ slot: Int) {
        tasks[slot] = nil
        freeSlots.append(slot)
    }

    mutating func add(_ runner: Runner) {
        let slot = freeSlots.popLast() ?? tasks.count
        runner.slot = slot
        if slot == tasks.count { tasks.append(nil) }
        leastIdle = 0
    }

    /// A task begins at once, and its runner may be at rest here, or at home, before anyone holds the task.
    mutating func keep(_ task: SpawnedTask, of runner: Runner) {
        if let slot = runner.slot { tasks[slot] = task }
    }

    /// Once a second.
    mutating func sendHome() {
        let unused = min(leastIdle, idle.count)
        leastIdle = idle.count
        guard idle.count > Self.keptMin, unused > 1 else { return }
        let leaving = min((unused + 1) / 2, idle.count - Self.keptMin)
        for runner in idle.prefix(leaving) {
            runner.dismiss()
            if let slot = runner.slot { free(slot) }
        }
        idle.removeFirst(leaving)
        leastIdle = idle.count
    }

    // MARK: The end

    func cancel() { for task in tasks { task?.cancel() } }

    /// All are at rest.
    func end() async {
        for runner in idle { runner.dismiss() }
        for task in tasks { await task?.join() }
    }
}
