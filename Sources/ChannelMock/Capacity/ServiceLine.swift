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

import EventLoop
import Timebase

struct ServiceLine {
    /// When the places are free, the first at the root; as many as the bank has.
    private var free: [Instant]
    /// When those will begin that wait, oldest first; a ring.
    private var waiting: Ring<Instant>
    private let waitingMax: Int
    /// Nil for a bank that can do any number at a time.
    private let places: Int?
    private(set) var refused: UInt64 = 0

    init(concurrency: Int?, queue: Int) {
        places = concurrency
        free = Array(repeating: .zero, count: concurrency ?? 0)
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
        let begins = max(now, free[0])
        if begins > now {
            guard waiting.count < waitingMax else {
                refused += 1
                return .full(nextFree: waiting.first ?? begins)
            }
            waiting.append(begins)
        }
        replaceFirst(with: begins + service)
        return .served(until: begins + service)
    }

    /// Requests that have come and not begun.
    mutating func waitingCount(at now: Instant) -> Int {
        forgetBegun(by: now)
        return waiting.count
    }

    /// Requests at work.
    func workingCount(at now: Instant) -> Int { free.count { $0 > now } }

    private mutating func forgetBegun(by now: Instant) {
        while let next = waiting.first, next <= now { waiting.removeFirst() }
    }

    private mutating func replaceFirst(with instant: Instant) {
        var place = 0
        while true {
            let left = 2 * place + 1
            guard left < free.count else { break }
            let right = left + 1
            let child = right < free.count && free[right] < free[left] ? right : left
            if instant <= free[child] { break }
            free[place] = free[child]
            place = child
        }
        free[place] = instant
    }
}

/// First in, first out, in one piece of memory.
struct Ring<Element> {
    private var elements: [Element] = []
    private var start = 0
    private(set) var count = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var first: Element? { count == 0 ? nil : elements[start] }

    mutating func append(_ element: Element) {
        precondition(count < capacity, "a ring of \(capacity) is full")
        let place = (start + count) % capacity
        if place == elements.count { elements.append(element) } else { elements[place] = element }
        count += 1
    }

    mutating func removeFirst() {
        precondition(count > 0, "an empty ring")
        start = (start + 1) % capacity
        count -= 1
    }
}
