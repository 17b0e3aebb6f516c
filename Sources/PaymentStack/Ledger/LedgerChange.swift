import ChannelProfile
import Money
import StackVocabulary

/// What is written as one: all of it or nothing, whatever happens meanwhile.
///
/// Every version is a compare-and-set: who changes a payment says which version was looked at, and is refused when it is
/// no longer that one.
struct LedgerChange: Sendable {
    /// Milliseconds since 1970.
    var at: Int64
    /// How it stands now; its `version` is the one before the change, 0 for a new one.
    var payment: Payment?
    var refund: Refund?
    /// Claims a key, before anything is done for it.
    var claim: Claim?
    /// What was answered to who claimed a key.
    var reply: SavedReply?
    var attempt: AttemptRecord?
    /// One journal entry; sums to zero.
    var postings: [Posting] = []
    var notification: Notification?
    var delivery: Delivery?

    init(at: Int64) {
        self.at = at
    }
}

struct Posting: Sendable, Equatable {
    let account: Account
    let amount: Money
}

/// A sender's key, and what it was used for.
struct Claim: Sendable, Equatable {
    let merchant: MerchantID
    let key: PaymentReference
    /// Of what was asked: the same key with another is a mistake.
    let fingerprint: UInt128
    /// The payment or refund; a capture's or cancellation's payment.
    let record: RecordID
    /// Filled in by the store when the key is taken; nil while it is at work.
    var reply: SavedReply?
}

struct SavedReply: Sendable, Equatable {
    let merchant: MerchantID
    let key: PaymentReference
    let status: UInt16
    let body: [UInt8]
}

/// One call to a bank that moves money, and what it came to.
struct AttemptRecord: Sendable, Equatable {
    enum Outcome: UInt8, Sendable, CaseIterable {
        case approved = 0
        case declined, pending, unknown
        /// Surely not executed.
        case refused
    }

    /// What the bank knows it by: which payment or refund, what was asked for, and which attempt.
    let reference: BankReference
    let channel: ChannelNumber
    let sentAt: Int64
    let endedAt: Int64
    let outcome: Outcome
    /// How often it was sent under this reference.
    let sends: UInt8
}

/// What is to be told to whom, until they took it.
struct Notification: Sendable, Equatable {
    struct ID: Hashable, Sendable {
        let record: RecordID
        /// The version of the record that it tells about.
        let version: Int32
    }

    let id: ID
    let url: String
    let body: [UInt8]
    var attempts: UInt8 = 0
    /// Milliseconds since 1970.
    var dueAt: Int64
}

/// How sending a notification went.
struct Delivery: Sendable, Equatable {
    enum Outcome: Sendable, Equatable {
        case delivered
        case again(at: Int64)
        case givenUp
    }

    let id: Notification.ID
    let attempts: UInt8
    let outcome: Outcome
}
