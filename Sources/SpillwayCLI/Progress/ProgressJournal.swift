import LoadDriver
import Timebase

/// When a log gets its next line: every five seconds, and when something else begins.
struct ProgressJournal {
    private var last: (at: Instant, phase: DriverProgress.Phase, stage: Int)?

    static let every = TimeSpan.seconds(5)

    mutating func isDue(_ progress: DriverProgress, at now: Instant) -> Bool {
        guard progress.phase != .ended else { return false }
        if let last, last.phase == progress.phase, last.stage == progress.stage, now - last.at < Self.every {
            return false
        }
        last = (now, progress.phase, progress.stage)
        return true
    }
}
