import Timebase

/// When the demo server stands still, on the clock of the traffic that it sees.
struct DemoStalls: Sendable, Equatable {
    /// Beginnings, from the first request.
    var instants: [TimeSpan] = []
    /// Also again and again, the first time after one of these.
    var every: TimeSpan?
    var length = TimeSpan.milliseconds(700)

    /// The end of the stall that covers this instant; nil when there is none.
    func end(at elapsed: TimeSpan) -> TimeSpan? {
        let listed = instants.filter { $0 <= elapsed && elapsed < $0 + length }.map { $0 + length }
        return (listed + [repeated(at: elapsed)].compactMap { $0 }).max()
    }

    private func repeated(at elapsed: TimeSpan) -> TimeSpan? {
        guard let every, elapsed >= every else { return nil }
        let begin = every * (elapsed.nanoseconds / every.nanoseconds)
        return elapsed < begin + length ? begin + length : nil
    }
}
