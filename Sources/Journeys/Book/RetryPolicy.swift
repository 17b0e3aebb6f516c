package import PlanModel
package import SeededRandom
package import Timebase

/// What a journey's client tries again, and how long it waits before.
package struct RetryPolicy: Sendable {
    /// No wait is longer, whatever a server asks for.
    package static let waitMax = TimeSpan.seconds(3_600)

    /// The first among them.
    package let attempts: Int
    package let sameKey: Bool
    private let causes: [Cause]
    private let honoursRetryAfter: Bool
    private let backoff: Backoff

    init(_ retry: Retry) {
        attempts = retry.attempts
        sameKey = retry.sameKey
        causes = retry.causes
        honoursRetryAfter = retry.honoursRetryAfter
        backoff = retry.backoff
    }

    package func isRetried(_ cause: Cause) -> Bool { causes.contains(cause) }

    /// The wait after the attempt with this number, from 1; nil when there is none after it. Exponential waits double,
    /// and are spread evenly from half to one and a half times their length, so that clients do not come back together.
    package func wait(
        afterAttempt attempt: Int, _ cause: Cause, retryAfterSeconds: Int? = nil, at place: Seed
    )
        -> TimeSpan?
    {
        precondition(attempt >= 1, "attempts count from 1, not \(attempt)")
        guard attempt < attempts, isRetried(cause) else { return nil }
        let asked = honoursRetryAfter ? retryAfterSeconds.map { TimeSpan.seconds(Int64(min(max(0, $0), 3_600))) } : nil
        return min(max(own(attempt, place), asked ?? .zero), Self.waitMax)
    }

    private func own(_ attempt: Int, _ place: Seed) -> TimeSpan {
        switch backoff {
        case .constant(let span): return span
        case .exponential(let first):
            let doubled = first.seconds * Double(UInt64(1) << UInt64(min(attempt - 1, 40)))
            let spread = min(doubled, Self.waitMax.seconds) * (0.5 + place.unit)
            return TimeSpan(nanoseconds: Int64(spread * 1e9))
        }
    }
}
