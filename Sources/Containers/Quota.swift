public import Timebase

/// So many a second, of which a second's worth may come at once.
///
/// Method: the instant at which the next request would be in step is one number that each request moves on by its share
/// of a second; who comes more than a second before it is over the quota (GCRA, ATM Forum TM 4.0). The number is the
/// caller's: there may be one for each of many.
@frozen public struct Pace: Sendable {
    public let step: TimeSpan
    public let tolerance: TimeSpan

    public init(perSecond rate: Double) {
        step = TimeSpan(nanoseconds: max(1, Int64((1e9 / max(rate, 1e-9)).rounded())))
        // At most a second ahead, and at least one request, or a quota of one in a minute would let nobody in.
        tolerance = max(.seconds(1) - step, .zero)
    }

    /// Nil when the request may come in; otherwise how long to wait.
    @inlinable public func take(_ next: inout Instant, at now: Instant) -> TimeSpan? {
        let due = max(next, now)
        if due - now > tolerance { return due - now - tolerance }
        next = due + step
        return nil
    }
}

/// A pace of one's own.
public struct Quota: Sendable {
    private let pace: Pace
    private var next = Instant.zero
    public private(set) var refused: UInt64 = 0

    public init(perSecond rate: Double) {
        pace = Pace(perSecond: rate)
    }

    /// Nil when the request may come in; otherwise how long to wait.
    public mutating func take(at now: Instant) -> TimeSpan? {
        let wait = pace.take(&next, at: now)
        if wait != nil { refused += 1 }
        return wait
    }
}
