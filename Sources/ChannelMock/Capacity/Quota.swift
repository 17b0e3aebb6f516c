import EventLoop
import PlanValues
import Timebase

/// So many requests a second, of which a second's worth may come at once.
///
/// Method: the instant at which the next request would be in step is one number that each request moves on by its share
/// of a second; who comes more than a second before it is over the quota (GCRA, ATM Forum TM 4.0).
struct Quota {
    private let step: TimeSpan
    private let tolerance: TimeSpan
    private var next = Instant.zero
    private(set) var refused: UInt64 = 0

    init(_ rate: Rate) {
        step = TimeSpan(nanoseconds: max(1, Int64((1e9 / max(rate.perSecond, 1e-9)).rounded())))
        // At most a second ahead, and at least one request, or a quota of one in a minute would let nobody in.
        tolerance = max(.seconds(1) - step, .zero)
    }

    /// Nil when the request may come in; otherwise how long to wait.
    mutating func take(at now: Instant) -> TimeSpan? {
        let due = max(next, now)
        if due - now > tolerance {
            refused += 1
            return due - now - tolerance
        }
        next = due + step
        return nil
    }
}
