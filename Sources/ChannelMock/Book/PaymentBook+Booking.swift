import ChannelProfile
import EventLoop
import Money
import Timebase

/// What a request came to in the books.
struct Booked {
    let state: Payment.State
    let amount: Int64
    let currency: Currency?
    var reasonOfDecline: String?
}

extension PaymentBook {
    /// A new payment, with the end that its fate has. Asked for twice it is booked twice: not to ask twice is the
    /// sender's business, or that of its idempotency key.
    mutating func open(
        _ request: PaymentRequest, at place: Int, declinedFor reason: String?, isPending: Bool
    ) -> Booked {
        let amount = request.amount ?? 0
        self[place].currency = request.currency
        if isPending {
            if self[place].state == .none { self[place].state = .pending }
            self[place].pending &+= 1
            self[place].authorised = amount
            self[place].capturesAtOnce = request.capturesAtOnce
            return Booked(state: .pending, amount: amount, currency: request.currency)
        }
        if let reason {
            if self[place].bookings == 0 { self[place].state = .declined }
            self[place].declinedFor = reason
            return Booked(state: .declined, amount: amount, currency: request.currency, reasonOfDecline: reason)
        }
        return Self.book(&self[place], amount, capturesAtOnce: request.capturesAtOnce)
    }

    /// The end of a payment that was answered `pending`, once for each time.
    mutating func settle(_ place: Int, declinedFor reason: String?) -> Booked? {
        var payment = self[place]
        guard payment.pending > 0 else { return nil }
        payment.pending -= 1
        defer { self[place] = payment }
        guard let reason else {
            return Self.book(&payment, payment.authorised, capturesAtOnce: payment.capturesAtOnce)
        }
        if payment.bookings == 0 { payment.state = .declined }
        payment.declinedFor = reason
        return Booked(
            state: .declined, amount: payment.authorised, currency: payment.currency, reasonOfDecline: reason)
    }

    private static func book(_ payment: inout Payment, _ amount: Int64, capturesAtOnce: Bool) -> Booked {
        payment.bookings &+= 1
        payment.authorised = amount
        if payment.operation == .transfer {
            payment.state = .transferred
        } else if capturesAtOnce {
            payment.state = .captured
            payment.captured = amount
        } else {
            payment.state = .authorised
        }
        return Booked(state: payment.state, amount: amount, currency: payment.currency)
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
            amount = payment.authorised
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
