// Goal: the rules of money, without clocks, stores and banks: what a payment becomes when something about it is found
// out, and what is booked for it.
// Method: whoever learns something (a bank's answer, a callback, a query, a statement) says it as a `Finding`; the payment
// says what follows. Booking depends on the two states alone:
//
//     enters unknown   suspense +    channel -          leaves it    suspense -   channel +
//     enters captured  merchant +    channel -
//
// Not here: refunds (`Payment+Refunds`).

import Money
import StackVocabulary

/// What somebody found out about a payment.
enum Finding: Sendable, Equatable {
    case authorized
    /// So much of it was taken.
    case captured(Int64)
    case declined(String)
    /// The bank has not decided.
    case pending
    /// Nobody knows whether it was executed.
    case unknown
    /// Nobody knows, and it may have been executed more than once, each time with an end of its own.
    case unknownOfMany
    /// Nobody knows whether what was authorised was taken or given up.
    case amendmentUnknown(BankReference.Kind)
    /// Surely not executed, nowhere.
    case refused(String)
    /// What was authorised is given up.
    case reversed
}

/// What follows from it.
enum Consequence: Sendable, Equatable {
    case moves(PaymentState)
    /// It is as it was.
    case none
    /// It says otherwise than what is settled, which it does not change.
    case contradicts
}

extension Payment {
    func consequence(of finding: Finding) -> Consequence {
        switch (state, finding) {
        case (.processing, .authorized), (.unknown, .authorized): .moves(.authorized)
        case (.processing, .captured(let part)), (.unknown, .captured(let part)), (.authorized, .captured(let part)):
            0 < part && part <= amount.minor ? .moves(.captured) : .contradicts
        case (.processing, .declined), (.unknown, .declined), (.processing, .refused): .moves(.failed)
        case (.processing, .unknown), (.processing, .unknownOfMany), (.authorized, .amendmentUnknown): .moves(.unknown)
        case (.authorized, .reversed), (.unknown, .reversed): .moves(.cancelled)
        case (.authorized, .authorized), (.cancelled, .reversed), (.failed, .declined): .none
        case (_, .pending), (_, .unknown), (_, .unknownOfMany), (_, .amendmentUnknown), (_, .refused): .none
        // Whatever was said before the capture is no news after it.
        case (.captured, .authorized), (.partiallyRefunded, .authorized), (.refunded, .authorized): .none
        case (.captured, .captured(let part)), (.partiallyRefunded, .captured(let part)),
            (.refunded, .captured(let part)):
            part == captured ? .none : .contradicts
        default: .contradicts
        }
    }

    /// Becomes `next`; returns what is to be booked.
    mutating func move(to next: PaymentState, by finding: Finding, at milliseconds: Int64) -> [Posting] {
        precondition(state.mayBecome(next), "a payment that is \(state.name) becomes \(next.name)")
        return become(next, by: finding, at: milliseconds)
    }

    /// The reasons of an unknown payment that was authorised before.
    private static let doubtOfCapture = "a capture is in doubt"
    private static let doubtOfCancellation = "a cancellation is in doubt"

    /// Nobody knows whether what was authorised was taken or given up.
    var isInDoubtBehindAuthorisation: Bool { isInDoubt(of: .capture) || isInDoubt(of: .reverse) }

    func isInDoubt(of amendment: BankReference.Kind) -> Bool {
        state == .unknown && reason == (amendment == .capture ? Self.doubtOfCapture : Self.doubtOfCancellation)
    }

    /// The reason of an unknown payment whose bank may decline one send of it and approve another.
    static let doubtOfManySends = "sent more than once, each with an end of its own"

    /// A decline that is told may be of one send, with others under way.
    var isInDoubtOfManySends: Bool { state == .unknown && reason == Self.doubtOfManySends }

    /// Without asking whether it may: for what is planted.
    mutating func become(_ next: PaymentState, by finding: Finding, at milliseconds: Int64) -> [Posting] {
        var entry = JournalEntry(amount.currency)
        if let channel {
            if state == .unknown { entry.add(.suspense(channel), .channel(channel), -amount.minor) }
            if next == .unknown { entry.add(.suspense(channel), .channel(channel), amount.minor) }
            if case .captured(let part) = finding, next == .captured {
                captured = part
                entry.add(.merchant(merchant), .channel(channel), part)
            }
        }
        switch finding {
        case .declined(let word), .refused(let word): reason = word
        // What its authorisation was has no news for it then.
        case .amendmentUnknown(let kind): reason = kind == .capture ? Self.doubtOfCapture : Self.doubtOfCancellation
        case .unknownOfMany: reason = Self.doubtOfManySends
        default: if state == .unknown { reason = "" }
        }
        state = next
        changedAt = milliseconds
        return entry.postings
    }
}

/// Postings that sum to zero, with what cancels itself left out.
struct JournalEntry {
    private let currency: Currency
    private var amounts: [(account: Account, amount: Int64)] = []

    init(_ currency: Currency) {
        self.currency = currency
    }

    /// One account gets what the other gives.
    mutating func add(_ account: Account, _ counter: Account, _ amount: Int64) {
        post(account, amount)
        post(counter, -amount)
    }

    private mutating func post(_ account: Account, _ amount: Int64) {
        if let place = amounts.firstIndex(where: { $0.account == account }) {
            amounts[place].amount += amount
        } else {
            amounts.append((account, amount))
        }
    }

    var postings: [Posting] {
        amounts.filter { $0.amount != 0 }.map {
            Posting(account: $0.account, amount: Money(minor: $0.amount, currency))
        }
    }
}
