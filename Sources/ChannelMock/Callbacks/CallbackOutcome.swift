package import ChannelProfile
import Peers
package import Timebase

/// What became of a callback, or of one attempt at it: for a journal.
package struct CallbackOutcome: Sendable, Equatable {
    package enum Result: Sendable, Equatable {
        /// Answered with 2xx.
        case delivered
        /// To be sent again.
        case failed(retryAt: Instant)
        case givenUp
        /// Nothing was sent, for the destination may not be told, and why.
        case refused(String)
        /// Never sent, as its fate wants it.
        case lost
        /// Made room for younger ones.
        case dropped
        /// The lease is lost, or the channel closed.
        case stopped
    }

    package let reference: PaymentReference
    package let event: String
    /// Counted from 1; of one that was never made it is the one that would have been next.
    package let attempt: Int
    package let beganAt: Instant
    package let endedAt: Instant
    /// Nil without an answer.
    package let status: UInt16?
    /// Why there is no answer.
    package let failure: String?
    package let result: Result
}

package struct CallbackCounters: Sendable, Equatable {
    package var orders: UInt64 = 0
    /// Attempts that went out, retries included.
    package var sent: UInt64 = 0
    package var delivered: UInt64 = 0
    package var retried: UInt64 = 0
    /// Attempts without a 2xx.
    package var failed: UInt64 = 0
    /// Callbacks that nobody took, after the last attempt.
    package var givenUp: UInt64 = 0
    package var lost: UInt64 = 0
    package var duplicated: UInt64 = 0
    /// Overtaken by a later one, as it was meant.
    package var reordered: UInt64 = 0
    /// Meant to be overtaken, and no later one came in time.
    package var reorderedInVain: UInt64 = 0
    package var beforeAnswer: UInt64 = 0
    /// Were due when a hold ended.
    package var heldBack: UInt64 = 0
    package var refused: UInt64 = 0
    /// Oldest ones that made room.
    package var dropped: UInt64 = 0
    package var stopped: UInt64 = 0
    /// The most that were under way at a time.
    package var inFlightPeak = 0

    package init() {}
}

package struct CallbackBounds: Sendable {
    /// Callbacks that wait: for their time, a retry, a place. Beyond it the oldest is dropped.
    package var ordersMax = 100_000
    package var inFlightMax = 64
    /// Hosts and ports that are told; what would be one more is refused.
    package var destinationsMax = 16
    package var destinationBytesMax = 2_048
    /// How long a callback waits to be overtaken.
    package var reorderMax = TimeSpan.seconds(60)
    /// Of one attempt, connecting included.
    package var answerWithin = TimeSpan.seconds(10)
    /// How long a handler waits for a callback that comes before its answer.
    package var beforeAnswerMax = TimeSpan.seconds(2)

    package init() {}

    var destinations: DestinationBounds {
        var bounds = DestinationBounds("callbacks")
        bounds.destinationsMax = destinationsMax
        bounds.bytesMax = destinationBytesMax
        bounds.connectionsMax = inFlightMax
        bounds.resolveWithin = answerWithin
        return bounds
    }
}
