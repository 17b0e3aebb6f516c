package import ChannelProfile
package import Money
package import Timebase

/// One line of a channel's journal: a request that it saw, or what happened to a payment later, and what that did to the
/// books.
package struct ChannelEntry: Sendable, Equatable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        case request = 1, settlement, callback
        /// A request for something that the bank does not know; its operation says nothing.
        case stray
    }

    /// Whether the request bore the marks of shadow traffic. `verified` and `forged` are those of a known and a wrong
    /// signature; `unverified` is where no key was at hand.
    package enum Tag: UInt8, Sendable, CaseIterable {
        case untagged = 0, unverified, verified, forged, expired
    }

    /// What it did to the books.
    package enum Booking: UInt8, Sendable, CaseIterable {
        case none = 0, pending, declined, authorised, captured, reversed, refunded, transferred
    }

    package struct Flags: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The same as `[]`, which in another module is a loop over an array through the type's witnesses.
        package static var none: Flags { Flags(rawValue: 0) }
        /// Answered from a saved answer.
        package static let isReplay = Flags(rawValue: 1)
        /// Its idempotency key was known from another request.
        package static let isConflict = Flags(rawValue: 2)
        /// A callback that was sent again on purpose.
        package static let isDuplicate = Flags(rawValue: 4)
    }

    package var kind: Kind
    /// When it came, since the bank's clock began.
    package var at: TimeSpan
    /// From then on until it was in the books, and in this journal.
    package var took: TimeSpan
    package var operation: Operation
    package var tag: Tag
    package var booking: Booking
    /// Of this reference, from 1.
    package var attempt: UInt16
    /// Of the answer; 0 where nothing was answered. Of a callback, what its receiver answered.
    package var status: UInt16
    package var disturbance: Disturbance
    package var flags: Flags
    /// The digest of the idempotency key; 0 for none.
    package var key: UInt128
    /// Nil where the request had none that can be read.
    package var reference: PaymentReference?
    /// The digest of the reference of the payment that a capture, reverse, refund or query is about; 0 for itself.
    package var payment: UInt128
    /// In minor units.
    package var amount: Int64
    package var currency: Currency?

    package init(
        kind: Kind = .request, at: TimeSpan, took: TimeSpan = .zero, operation: Operation, tag: Tag = .untagged,
        booking: Booking = .none,
        attempt: UInt16 = 1, status: UInt16 = 0, disturbance: Disturbance = .none, flags: Flags = .none,
        key: UInt128 = 0, reference: PaymentReference?, payment: UInt128 = 0, amount: Int64 = 0,
        currency: Currency? = nil
    ) {
        self.kind = kind
        self.at = at
        self.took = took
        self.operation = operation
        self.tag = tag
        self.booking = booking
        self.attempt = attempt
        self.status = status
        self.disturbance = disturbance
        self.flags = flags
        self.key = key
        self.reference = reference
        self.payment = payment
        self.amount = amount
        self.currency = currency
    }
}

/// What the bank did on purpose to this request, its answer or its callback; of several the one that decided.
package enum Disturbance: UInt8, Sendable, CaseIterable {
    case none = 0
    /// Slower than on a good day.
    case latency
    case stall
    /// No answer, and nothing was booked.
    case timeout
    /// No answer, though it was booked.
    case timeoutAfterCommit
    case resetBeforeReply
    case resetAfterCommit
    case emptyReply
    case error
    case truncatedBody
    case malformedBody
    case wrongLength
    case drippingBody
    case maintenance
    case lostCallback
    case reorderedCallback
    /// Before the answer to the request that caused it.
    case earlyCallback
}
