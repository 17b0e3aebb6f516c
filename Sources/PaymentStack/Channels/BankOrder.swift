import Money
import StackVocabulary

/// What a bank is asked to authorise.
struct BankOrder: Sendable {
    let reference: BankReference
    let amount: Money
    let card: CardNumber?
    let merchant: MerchantID
    /// Authorised and captured in one.
    let capturesAtOnce: Bool

    /// Whose card it is, in six digits; 0 for none.
    var bin: UInt32 { card?.bin ?? 0 }
}

/// What a bank is asked to do to a payment that it has authorised.
struct BankAmendment: Sendable {
    /// Its own name; says whether it is a capture, a reverse or a refund.
    let reference: BankReference
    /// Of the attempt that was authorised.
    let payment: BankReference
    /// All of it, for a reverse.
    let amount: Money
    /// Of the payment.
    let bin: UInt32
}
