package import Diagnostics
package import PlanValues
package import Timebase

/// What one arrival does, step by step.
package struct Journey: Sendable {
    package let name: Located<String>
    /// Its share is its weight over the sum of all.
    package let weight: Double
    package let priority: Priority
    package let retry: Retry?
    package let duplicate: Duplicate?
    package let steps: [Step]

    package init(
        name: Located<String>, weight: Double, priority: Priority, retry: Retry?, duplicate: Duplicate?, steps: [Step]
    ) {
        self.name = name
        self.weight = weight
        self.priority = priority
        self.retry = retry
        self.duplicate = duplicate
        self.steps = steps
    }
}

package enum Priority: String, Sendable, CaseIterable {
    case critical, normal, low
}

/// What the client tries again.
package struct Retry: Sendable {
    package let causes: [Cause]
    /// The first among them.
    package let attempts: Int
    /// The idempotency key of the first attempt is sent again.
    package let sameKey: Bool
    package let honoursRetryAfter: Bool
    package let backoff: Backoff

    package init(causes: [Cause], attempts: Int, sameKey: Bool, honoursRetryAfter: Bool, backoff: Backoff) {
        self.causes = causes
        self.attempts = attempts
        self.sameKey = sameKey
        self.honoursRetryAfter = honoursRetryAfter
        self.backoff = backoff
    }
}

/// What an attempt came to that is worth another.
package enum Cause: Sendable, Equatable {
    case timeout, refused, reset
    case status(Int)
}

/// How long to wait before the next attempt; `exponential` doubles.
package enum Backoff: Sendable, Equatable {
    case constant(TimeSpan)
    case exponential(first: TimeSpan)
}

/// The same key sent twice.
package struct Duplicate: Sendable {
    package let rate: Ratio
    /// Both at once, rather than one after the other.
    package let isConcurrent: Bool

    package init(rate: Ratio, isConcurrent: Bool) {
        self.rate = rate
        self.isConcurrent = isConcurrent
    }
}
