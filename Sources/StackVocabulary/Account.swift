/// One account of the embedded stack's ledger. Amounts are added to it; what it holds of other people's money is positive.
///
///     a payment is captured      merchant +  channel -
///     a payment is unknown       suspense +  channel -      and back when it is known
///     a refund is accepted       merchant -  refunds +
///     a refund is done           refunds  -  channel +      or back to the merchant
///
/// Stores and evidence have it as one number, everybody else by its name.
package struct Account: Hashable, Sendable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        case merchant = 0
        /// What a bank owes us, as a negative number.
        case channel = 1
        /// Payments of one channel of which nobody knows yet: an amount for each.
        case suspense = 2
        /// Refunds that were accepted and are not done.
        case refunds = 3
    }

    /// One number, for stores: the kind above, the merchant's or the channel's number below.
    package let bits: Int64

    package static let numberBits: Int64 = 32

    package init(kind: Kind, number: UInt32) {
        bits = Int64(kind.rawValue) << Self.numberBits | Int64(number)
    }

    package init?(bits: Int64) {
        guard let kind = UInt8(exactly: bits >> Self.numberBits), Kind(rawValue: kind) != nil else { return nil }
        self.bits = bits
    }

    package static func merchant(_ merchant: MerchantID) -> Account {
        Account(kind: .merchant, number: merchant.number)
    }
    package static func channel(_ channel: ChannelNumber) -> Account {
        Account(kind: .channel, number: UInt32(channel))
    }
    package static func suspense(_ channel: ChannelNumber) -> Account {
        Account(kind: .suspense, number: UInt32(channel))
    }
    package static let refunds = Account(kind: .refunds, number: 0)

    package var kind: Kind {
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: bits >> Self.numberBits)) else {
            preconditionFailure("account \(bits)")
        }
        return kind
    }

    /// Of the merchant or the channel; 0 otherwise.
    package var number: UInt32 { UInt32(truncatingIfNeeded: bits) }

    /// Below it no posting may bring the account.
    package var floor: Int64? { kind.hasFloor ? 0 : nil }

    // MARK: Names

    /// `merchant:merchant-17`, `channel:icbc`, `suspense:icbc`, `refunds`
    ///
    /// - Parameter channel: what a channel is called, by its number.
    package func name(_ channel: (UInt32) -> String) -> String {
        switch kind {
        case .merchant: "\(kind.prefix)\(MerchantID(number: number).text)"
        case .channel, .suspense: "\(kind.prefix)\(channel(number))"
        case .refunds: kind.prefix
        }
    }

    /// Of a number that was read, and may be no account's.
    package static func name(ofBits bits: Int64, _ channel: (UInt32) -> String) -> String {
        Account(bits: bits)?.name(channel) ?? "account:\(bits)"
    }
}

extension Account.Kind {
    /// Of the names of its accounts; all of the name where there is but one.
    package var prefix: String {
        switch self {
        case .merchant: "merchant:"
        case .channel: "channel:"
        case .suspense: "suspense:"
        case .refunds: "refunds"
        }
    }

    package var isOne: Bool { self == .refunds }

    /// What a bank owes us is below zero as a rule.
    package var hasFloor: Bool { self != .channel }

    /// Nil for what the embedded stack does not call an account.
    package init?(ofName name: String) {
        let kind = Self.allCases.first { kind in
            kind.isOne ? name == kind.prefix : name.utf8.starts(with: kind.prefix.utf8)
        }
        guard let kind else { return nil }
        self = kind
    }
}

/// Which of the stack's channels, in the order in which it was given them; the store knows their names.
package typealias ChannelNumber = UInt8

/// `merchant-17`.
package struct MerchantID: Hashable, Sendable {
    package let number: UInt32

    package static let prefix: StaticString = "merchant-"

    package init(number: UInt32) {
        self.number = number
    }

    package var text: String { "\(Self.prefix)\(number)" }
}
