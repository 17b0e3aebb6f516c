// Goal: load stops when nobody is in charge of it any more. A driver, a mock bank that calls back, a worker of a fleet:
// whoever has not heard from its controller for two seconds stops, whatever it was doing.
// Method: a lease is the instant at which the controller was last heard, in one atomic word. Asking costs a load, so the
// holder asks in each turn of its dispatcher. A lease that was lost stays lost: a controller that comes back finds its
// holders stopped, never running again with a gap that nobody saw.
// Not here: what stopping means, which is the holder's business.

import Synchronization
package import Timebase

/// Shared by threads: one renews, others ask. Their instants must be of loops that compare.
package final class Lease: Sendable {
    /// How long a holder goes on without hearing from its controller.
    package static let span = TimeSpan.seconds(2)
    /// How often a controller says that it is there: three times may be lost.
    package static let interval = TimeSpan.milliseconds(500)

    private static let lost = Int64.min
    private let span: TimeSpan
    /// Nanoseconds of the instant, or `lost`.
    private let heard: Atomic<Int64>

    package init(from now: Instant, span: TimeSpan = Lease.span) {
        precondition(span > .zero, "a lease of \(span)")
        self.span = span
        heard = Atomic(now.nanoseconds)
    }

    package func isHeld(at now: Instant) -> Bool { holds(heard.load(ordering: .relaxed), at: now) }

    /// The last instant at which it is held if nothing more is heard; nil when it is lost.
    package var heldUntil: Instant? {
        let last = heard.load(ordering: .relaxed)
        return last == Self.lost ? nil : Instant(nanoseconds: last) + span
    }

    /// The controller was heard. False when that came too late: the lease is lost then.
    @discardableResult
    package func renew(at now: Instant) -> Bool {
        var last = heard.load(ordering: .relaxed)
        while true {
            let next = holds(last, at: now) ? max(last, now.nanoseconds) : Self.lost
            let (isDone, found) = heard.compareExchange(expected: last, desired: next, ordering: .relaxed)
            if isDone { return next != Self.lost }
            last = found
        }
    }

    /// The controller is gone, or takes the lease back.
    package func end() { heard.store(Self.lost, ordering: .relaxed) }

    private func holds(_ last: Int64, at now: Instant) -> Bool {
        last != Self.lost && now.nanoseconds - last <= span.nanoseconds
    }
}
