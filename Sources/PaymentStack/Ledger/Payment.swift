import ChannelProfile
import Money
import StackVocabulary

/// One payment as the stack knows it.
struct Payment: Sendable, Equatable, Identifiable {
    let id: RecordID
    let merchant: MerchantID
    /// The sender's own name of it, which makes asking twice safe.
    let key: PaymentReference
    let amount: Money
    /// The card's first six digits, 0 for none. The rest is handed to the bank and kept nowhere.
    let bin: UInt32
    /// Authorised and captured in one.
    let capturesAtOnce: Bool
    /// Where to tell what became of it.
    let notify: String?
    /// Milliseconds since 1970.
    let createdAt: Int64
    var changedAt: Int64
    var state = PaymentState.created
    /// Raised by one with each change that is committed; 0: not committed yet.
    var version: Int32 = 0
    var channel: ChannelNumber?
    /// How many references the bank has been given: 1 but after an attempt that surely was not executed.
    var attempt: UInt8 = 0
    var captured: Int64 = 0
    var refunded: Int64 = 0
    /// Of refunds that are accepted and not done.
    var refundPending: Int64 = 0
    /// Why it failed, in the bank's or the stack's word.
    var reason: String = ""
    /// How often its bank was asked what became of it.
    var queries: UInt8 = 0
}

/// Money back, of one payment.
struct Refund: Sendable, Equatable, Identifiable {
    enum State: UInt8, Sendable, CaseIterable {
        /// Can transition to: unknown, done, failed
        case pending = 0
        /// Can transition to: done, failed
        case unknown = 1
        case done = 2
        case failed = 3

        var name: String {
            switch self {
            case .pending: "pending"
            case .unknown: "unknown"
            case .done: "refunded"
            case .failed: "failed"
            }
        }
    }

    /// Done, or surely not.
    var isSettled: Bool { state == .done || state == .failed }

    let id: RecordID
    let payment: RecordID
    let merchant: MerchantID
    let key: PaymentReference
    let amount: Money
    let createdAt: Int64
    var changedAt: Int64
    var state = State.pending
    var version: Int32 = 0
    var reason: String = ""
    var queries: UInt8 = 0
}
