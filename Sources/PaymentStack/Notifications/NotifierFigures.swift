import Containers
import EventLoop
import Timebase

struct NotifierBounds: Sendable {
    /// In memory and not under way; more stay in the store.
    var waitingMax = 10_000
    /// Of one host: a dead one must not take the memory of all.
    var waitingPerHostMax = 2_500
    /// Under way to one host.
    var perHostMax = 16
    var hostsMax = 1_024
    /// Before another attempt.
    var waitMax = TimeSpan.seconds(600)
    /// How often a result is handed to a store that is behind.
    var commitsMax = 100
}

struct NotifierCounts: Sendable, Equatable {
    var told: UInt64 = 0
    /// Attempts that went out, retries included.
    var sent: UInt64 = 0
    var retried: UInt64 = 0
    var delivered: UInt64 = 0
    /// Attempts without a 2xx.
    var failed: UInt64 = 0
    /// After the last attempt, or for a destination that may not be told.
    var givenUp: UInt64 = 0
    var refused: UInt64 = 0
    /// Left in the store for want of room.
    var overflown: UInt64 = 0
    var storeFailures: UInt64 = 0
    var underWayPeak = 0
    /// From being told to being delivered, of the last that was.
    var lag = TimeSpan.zero
}

struct NotifierFigures: Sendable, Equatable {
    let counts: NotifierCounts
    let waiting: Int
    let underWay: Int
    /// Whose result is not durable yet.
    let committing: Int
    /// The store holds some that are not here.
    let isOverflown: Bool
    let hosts: Int
    /// How long the first in line has been here.
    let oldestAge: TimeSpan
}

extension Notifier {
    var figures: NotifierFigures {
        NotifierFigures(
            counts: counts, waiting: slots.countInLine, underWay: underWay, committing: committing,
            isOverflown: isOverflown || isReading, hosts: hosts.count,
            oldestAge: slots.oldest.map { loop.now - slots[$0].toldAt } ?? .zero)
    }
}
