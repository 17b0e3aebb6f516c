// Goal: a world of mock banks and channels in one value, checked, with every default filled in.
// Method: a profile says what each channel is like on a good day (latency, capacity, outcomes, callbacks), and its faults
// what goes wrong when. Nothing here does anything: `PlanLanguage` reads it from a text, `ChannelMock` plays it.
// Not here: what the banks have seen or booked.

package import Diagnostics
package import PlanValues

package struct ChannelProfile: Sendable {
    /// Each has listeners, ledgers and a journal of its own.
    package static let channelsMax = 256

    package let name: String
    package let about: String?
    /// The fate of a payment is a function of it and of the payment's reference.
    package let seed: UInt64
    /// Where callbacks may go; empty for loopback alone.
    package let allow: [Located<NetworkBlock>]
    /// In the order of the text; at least one.
    package let channels: [Channel]
    /// On a clock of their own, which begins when the banks do.
    package let faults: [Fault]
    package let statement: StatementRule

    package init(
        name: String, about: String?, seed: UInt64, allow: [Located<NetworkBlock>], channels: [Channel],
        faults: [Fault], statement: StatementRule
    ) {
        self.name = name
        self.about = about
        self.seed = seed
        self.allow = allow
        self.channels = channels
        self.faults = faults
        self.statement = statement
    }
}

/// What can be asked of a channel.
package enum Operation: String, Sendable, CaseIterable {
    case authorise, capture, reverse, refund, transfer, query, statement

    /// Those that move money, and so have a fate, an idempotency key and a line in the statement.
    package var isPayment: Bool { self != .query && self != .statement }
}
