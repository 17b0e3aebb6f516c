import ChannelProfile
import Evidence
import Money
import SeededRandom
import Timebase

/// One request on its way through the bank: what its entry in the journal will say.
struct Visit {
    let operation: Operation
    let at: Instant
    var kind = ChannelEntry.Kind.request
    var tag = ChannelEntry.Tag.untagged
    var reference: PaymentReference?
    /// In the book, when it was noted.
    var place = 0
    var payment: UInt128 = 0
    var key: UInt128 = 0
    var attempt: UInt16 = 1
    var amount: Int64 = 0
    var currency: Currency?
    var booking = ChannelEntry.Booking.none
    var flags = ChannelEntry.Flags.none
    var trouble = Trouble()
    var fate = Fate(place: Seed(0))

    init(_ operation: Operation, at now: Instant) {
        self.operation = operation
        at = now
    }

    mutating func note(_ request: PaymentRequest) {
        reference = request.reference
        payment = request.payment?.digest ?? 0
        amount = request.amount ?? 0
        currency = request.currency
    }

    mutating func note(_ booked: Booked) {
        amount = booked.amount
        currency = booked.currency
        booking = booked.booking
    }

    /// What was not booked was not committed, whatever the fault was to be.
    private var disturbance: Disturbance {
        let disturbance = trouble.disturbance
        guard booking == .none else { return disturbance }
        return switch disturbance {
        case .timeoutAfterCommit: .timeout
        case .resetAfterCommit: .resetBeforeReply
        default: disturbance
        }
    }

    func entry(status: UInt16, since began: Instant, now: Instant) -> ChannelEntry {
        ChannelEntry(
            kind: kind, at: at - began, took: now - at, operation: operation, tag: tag, booking: booking,
            attempt: attempt, status: status, disturbance: disturbance, flags: flags, key: key, reference: reference,
            payment: payment,
            amount: amount, currency: currency)
    }
}

extension Booked {
    var booking: ChannelEntry.Booking {
        switch state {
        case .none: .none
        case .pending: .pending
        case .declined: .declined
        case .authorised: .authorised
        case .captured: .captured
        case .reversed: .reversed
        case .refunded: .refunded
        case .transferred: .transferred
        }
    }
}

extension Trouble {
    /// As the journal calls it.
    var disturbance: Disturbance {
        switch ending {
        case .answer: stalledUntil > .zero ? .stall : multiply != 1 || add > .zero ? .latency : .none
        case .error: .error
        case .maintenance: .maintenance
        case .resetBeforeReply: .resetBeforeReply
        case .emptyReply: .emptyReply
        case .silence(let charged): charged ? .timeoutAfterCommit : .timeout
        case .resetAfterCommit: .resetAfterCommit
        case .truncatedBody: .truncatedBody
        case .malformedBody: .malformedBody
        case .wrongLength: .wrongLength
        case .drip: .drippingBody
        }
    }
}
