import Money
import StackVocabulary

/// Why money is not given back.
enum RefundFault: Sendable, Equatable {
    case notCaptured(PaymentState)
    /// No more than this is left of it.
    case exceeds(left: Int64)
    case otherCurrency
}

extension Payment {
    /// What may still be given back: what is under way counts as gone.
    var refundable: Int64 { captured - refunded - refundPending }

    func fault(in amount: Money) -> RefundFault? {
        switch state {
        case .captured, .partiallyRefunded: break
        case .refunded: return .exceeds(left: 0)
        default: return .notCaptured(state)
        }
        guard amount.currency == self.amount.currency else { return .otherCurrency }
        // Who asks for all that is left while the rest is under way asks for nothing.
        return amount.minor > 0 && amount.minor <= refundable ? nil : .exceeds(left: refundable)
    }

    /// The merchant's money is set aside before the bank is asked.
    mutating func reserve(_ amount: Money, at milliseconds: Int64) -> [Posting] {
        refundPending += amount.minor
        changedAt = milliseconds
        var entry = JournalEntry(amount.currency)
        entry.add(.refunds, .merchant(merchant), amount.minor)
        return entry.postings
    }

    mutating func complete(_ amount: Money, at milliseconds: Int64) -> [Posting] {
        refundPending -= amount.minor
        refunded += amount.minor
        state = refunded >= captured ? .refunded : .partiallyRefunded
        changedAt = milliseconds
        var entry = JournalEntry(amount.currency)
        if let channel { entry.add(.channel(channel), .refunds, amount.minor) }
        return entry.postings
    }

    mutating func giveUp(_ amount: Money, at milliseconds: Int64) -> [Posting] {
        refundPending -= amount.minor
        changedAt = milliseconds
        var entry = JournalEntry(amount.currency)
        entry.add(.merchant(merchant), .refunds, amount.minor)
        return entry.postings
    }
}
