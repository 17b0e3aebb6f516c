import ChannelProfile
import EventLoop
import HTTPService
import Money
import Timebase

/// What a request came to in the books.
struct Booked {
    let state: Payment.State
    let amount: Int64
    let currency: Currency?
    var reasonOfDecline: String?
}

/// What one request asks to be paid. Asked for again it may be another amount, so each keeps its own.
struct Charge {
    let operation: Operation
    let amount: Int64
    let currency: Currency?
    let capturesAtOnce: Bool

    init(_ request: PaymentRequest) {
        operation = request.operation
        amount = request.amount ?? 0
        currency = request.currency
        capturesAtOnce = request.capturesAtOnce
    }
}

extension PaymentBook {
    /// A new payment, with the end that its fate has. Asked for twice it is booked twice: not to ask twice is the
    /// sender's business, or that of its idempotency key. What has been booked stays booked.
    mutating func open(
        _ charge: Charge, at place: Int, declinedFor reason: String?, isPending: Bool
    ) throws(Problem) -> Booked {
        let known = self[place]
        if known.bookings > 0 || known.state == .pending, known.currency != charge.currency {
            throw .wrong("currency", "the payment's own")
        }
        guard isPending else { return decide(charge, at: place, declinedFor: reason) }
        if known.bookings == 0 { self[place].note(charge, .pending) }
        return Booked(state: .pending, amount: charge.amount, currency: charge.currency)
    }

    /// The end of a payment, at once or after it was answered `pending`.
    mutating func decide(_ charge: Charge, at place: Int, declinedFor reason: String?) -> Booked {
        guard let reason else {
            return Booked(
                state: self[place].book(charge), amount: charge.amount, currency: charge.currency)
        }
        if self[place].bookings == 0 {
            self[place].note(charge, .declined)
            self[place].declinedFor = reason
        }
        return Booked(
            state: .declined, amount: charge.amount, currency: charge.currency, reasonOfDecline: reason)
    }

    /// How often money has moved under this reference, this time included.
    mutating func countBooking(_ reference: PaymentReference, _ operation: Operation) -> UInt16 {
        let place = placeOrNew(reference, operation)
        if self[place].bookings < .max { self[place].bookings += 1 }
        return self[place].bookings
    }

    /// Captures, reverses or refunds a payment, or says why not.
    mutating func change(_ request: PaymentRequest) throws(Problem) -> Booked {
        guard let name = request.payment, let place = place(of: name), self[place].state != .none else {
            throw Problem(
                status: 404, kind: "no-such-payment", detail: "no payment of this reference is known here",
                field: "payment")
        }
        var payment = self[place]
        if let currency = request.currency, currency != payment.currency {
            throw .wrong("currency", "the payment's own")
        }
        let amount: Int64
        switch request.operation {
        case .capture:
            try Self.require(payment, in: [.authorised, .captured], "captured")
            amount = try Self.part(of: payment.authorised - payment.captured, request, "captured")
            payment.captured += amount
            payment.state = .captured
        case .reverse:
            try Self.require(payment, in: [.authorised], "reversed")
            amount = payment.authorised - payment.captured
            payment.state = .reversed
        case .refund:
            try Self.require(payment, in: [.captured, .transferred, .refunded], "refunded")
            let whole = payment.operation == .transfer ? payment.authorised : payment.captured
            amount = try Self.part(of: whole - payment.refunded, request, "refunded")
            payment.refunded += amount
            if payment.refunded == whole { payment.state = .refunded }
        default: preconditionFailure("\(request.operation) changes no payment")
        }
        self[place] = payment
        let state: Payment.State =
            switch request.operation {
            case .capture: .captured
            case .reverse: .reversed
            default: .refunded
            }
        return Booked(state: state, amount: amount, currency: payment.currency)
    }

    private static func require(_ payment: Payment, in states: [Payment.State], _ what: String) throws(Problem) {
        guard !states.contains(payment.state) else { return }
        throw Problem(
            status: 409, kind: "wrong-state", detail: "a payment that is \(payment.state) cannot be \(what)",
            field: "payment")
    }

    private static func part(of rest: Int64, _ request: PaymentRequest, _ what: String) throws(Problem) -> Int64 {
        let amount = request.amount ?? rest
        guard amount > 0, amount <= rest else {
            throw Problem(
                status: 422, kind: "amount-too-large", detail: "\(rest) minor units are left to be \(what)",
                field: "amount")
        }
        return amount
    }
}

extension Payment {
    /// Before money has moved.
    fileprivate mutating func note(_ charge: Charge, _ state: State) {
        self.state = state
        operation = charge.operation
        authorised = charge.amount
        currency = charge.currency
    }

    /// Adds to what was booked before: what came in twice can go out twice. Returns what this time came to.
    fileprivate mutating func book(_ charge: Charge) -> State {
        if bookings == 0 { note(charge, state) }
        let held = bookings == 0 ? 0 : state == .reversed ? captured : authorised
        authorised = held.addingUpToMax(charge.amount)
        if bookings < .max { bookings += 1 }
        if charge.operation == .transfer {
            state = .transferred
        } else if charge.capturesAtOnce {
            state = .captured
            captured = captured.addingUpToMax(charge.amount)
        } else {
            // What was captured before can still be refunded.
            if state != .captured { state = .authorised }
            return .authorised
        }
        return state
    }
}

extension Int64 {
    fileprivate func addingUpToMax(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
