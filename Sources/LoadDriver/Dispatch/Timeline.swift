import EventLoop
import Timebase

/// Where the run is: from the plan's clock to the loop's, with pauses between.
///
///     plan   0 ------- 40 | 40 ----> the schedule's instants never change
///     run    0 ------- 40 ... 55 --> a pause of 15 s moves what follows
struct Timeline {
    let start: Instant
    private(set) var paused = TimeSpan.zero
    private var pausedSince: Instant?

    init(start: Instant) {
        self.start = start
    }

    var isPaused: Bool { pausedSince != nil }

    /// From the run's beginning.
    func runTime(at now: Instant) -> TimeSpan { now - start }

    func runTime(ofPlan instant: TimeSpan) -> TimeSpan { instant + paused }

    func planTime(at now: Instant) -> TimeSpan { (pausedSince ?? now) - start - paused }

    /// Nothing that the plan has at `instant` or later is due before this, however long a pause still lasts.
    func earliest(ofPlan instant: TimeSpan, at now: Instant) -> TimeSpan {
        runTime(ofPlan: instant) + (pausedSince.map { now - $0 } ?? .zero)
    }

    func due(_ planned: TimeSpan) -> Instant { start + planned + paused }

    mutating func pause(at now: Instant) { pausedSince = pausedSince ?? now }

    mutating func resume(at now: Instant) {
        guard let since = pausedSince else { return }
        paused = paused + (now - since)
        pausedSince = nil
    }
}
