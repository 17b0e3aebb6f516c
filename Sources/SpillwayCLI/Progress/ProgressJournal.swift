import LoadDriver
import Timebase

/// When a log gets its next line: every five seconds, and when something else begins.
struct ProgressJournal {
    /// Stages of a rehearsal pass faster than anybody reads.
    private let followsStages: Bool
    private var last: (at: Instant, phase: DriverProgress.Phase, stage: Int)?

    static let every = TimeSpan.seconds(5)

    init(followsStages: Bool = true) {
        self.followsStages = followsStages
    }

    mutating func isDue(_ progress: DriverProgress, at now: Instant) -> Bool {
        guard progress.phase != .ended else { return false }
        if let last, now - last.at < Self.every {
            guard followsStages, last.phase != progress.phase || last.stage != progress.stage else { return false }
        }
        last = (now, progress.phase, progress.stage)
        return true
    }
}
