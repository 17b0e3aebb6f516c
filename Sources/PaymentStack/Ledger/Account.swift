import StackVocabulary

/// One account of the ledger. Amounts are added to it; what it holds of other people's money is positive.
///
///     a payment is captured      merchant +  channel -
///     a payment is unknown       suspense +  channel -      and back when it is known
///     a refund is accepted       merchant -  refunds +
///     a refund is done           refunds  -  channel +      or back to the merchant
struct Account: Hashable, Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        case merchant = 0
        /// What a bank owes us, as a negative number.
        case channel = 1
        /// Payments of one channel of which nobody knows yet: an amount for each.
        case suspense = 2
        /// Refunds that were accepted and are not done.
        case refunds = 3
    }

    let kind: Kind
    /// Of the merchant or the channel; 0 otherwise.
    let number: UInt32

    static func merchant(_ merchant: MerchantID) -> Account { Account(kind: .merchant, number: merchant.number) }
    static func channel(_ channel: ChannelNumber) -> Account { Account(kind: .channel, number: UInt32(channel)) }
    static func suspense(_ channel: ChannelNumber) -> Account { Account(kind: .suspense, number: UInt32(channel)) }
    static let refunds = Account(kind: .refunds, number: 0)

    /// Below it no posting may bring the account.
    var floor: Int64? { kind == .merchant || kind == .refunds || kind == .suspense ? 0 : nil }

    /// One number, for stores.
    var bits: Int64 { Int64(kind.rawValue) << 32 | Int64(number) }

    init(kind: Kind, number: UInt32) {
        self.kind = kind
        self.number = number
    }

    init?(bits: Int64) {
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: bits >> 32)), bits >> 40 == 0 else { return nil }
        self.init(kind: kind, number: UInt32(truncatingIfNeeded: bits))
    }
}

/// Which of the stack's channels, in the order in which it was given them; the store knows their names.
typealias ChannelNumber = UInt8

/// `merchant-17`.
struct MerchantID: Hashable, Sendable {
    let number: UInt32

    static let prefix: StaticString = "merchant-"
    var text: String { "\(Self.prefix)\(number)" }
}
