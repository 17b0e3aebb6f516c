// Goal: a bank that is asked for more than it can do gets slow, then refuses: backpressure that nobody scripted.
// Method: so many requests are at work at a time, and the others wait in turn. How long a request will take is known when
// it comes, so the line is computed rather than kept: of each place we know when it will be free, and a request takes
// the one that is free first.
//
//     begins = max(now, the place that is free first)        ends = begins + service
//
// A heap of end instants gives the place; since requests begin in the order in which they came, those that have not begun
// yet are a queue whose front is the next to begin. One timer a request, no wake from one to the next.
// Not here: quotas (`Quota`), and what the work is.

import Containers
import EventLoop
import Timebase

struct ServiceLine {
    /// As many as the bank has.
    private var free: FreeTimes
    /// When those will begin that wait, oldest first; a ring.
    private var waiting: Ring<Instant>
    private let waitingMax: Int
    /// Nil for a bank that can do any number at a time.
    private let places: Int?
    private(set) var refused: UInt64 = 0

    init(concurrency: Int?, queue: Int) {
        places = concurrency
        free = FreeTimes(count: concurrency ?? 0)
        waitingMax = queue
        waiting = Ring(capacity: queue)
    }

    enum Entry: Equatable {
        case served(until: Instant)
        /// Too many wait; the next place is free then.
        case full(nextFree: Instant)
    }

    mutating func enter(at now: Instant, for service: TimeSpan) -> Entry {
        guard places != nil else { return .served(until: now + service) }
        forgetBegun(by: now)
        let begins = max(now, free.first)
        if begins > now {
            guard waiting.count < waitingMax else {
                refused += 1
                return .full(nextFree: waiting.first ?? begins)
            }
            waiting.append(begins)
        }
        free.takeFirst(until: begins + service)
        return .served(until: begins + service)
    }

    /// Requests that have come and not begun.
    mutating func waitingCount(at now: Instant) -> Int {
        forgetBegun(by: now)
        return waiting.count
    }

    /// Requests at work.
    func workingCount(at now: Instant) -> Int { free.countTaken(at: now) }

    private mutating func forgetBegun(by now: Instant) {
        while let next = waiting.first, next <= now { waiting.removeFirst() }
    }
}
