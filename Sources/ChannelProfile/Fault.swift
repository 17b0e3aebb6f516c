package import Diagnostics
package import PlanValues
package import Timebase

/// Something that goes wrong with a channel, for a while.
package struct Fault: Sendable {
    package let at: Located<DrillInstant>
    package let span: TimeSpan
    package let channel: Located<String>
    package let match: PaymentMatch
    /// Of the requests that match.
    package let rate: Ratio
    /// At least one.
    package let effects: [Effect]

    package init(
        at: Located<DrillInstant>, span: TimeSpan, channel: Located<String>, match: PaymentMatch = PaymentMatch(),
        rate: Ratio = Ratio(1), effects: [Effect]
    ) {
        self.at = at
        self.span = span
        self.channel = channel
        self.match = match
        self.rate = rate
        self.effects = effects
    }
}

/// Which payments something is about; what is nil or empty holds for all.
package struct PaymentMatch: Sendable, Equatable {
    /// What the card's number begins with.
    package let bin: String?
    package let merchant: String?
    /// In minor units.
    package let amount: ClosedRange<Int64>?
    package let operations: [Operation]

    package init(
        bin: String? = nil, merchant: String? = nil, amount: ClosedRange<Int64>? = nil, operations: [Operation] = []
    ) {
        self.bin = bin
        self.merchant = merchant
        self.amount = amount
        self.operations = operations
    }

    /// Holds for every request, so nobody need look into it.
    package var isForAll: Bool { self == PaymentMatch() }
}

package enum Effect: Sendable, Equatable {
    case latency(multiply: Factor?, add: TimeSpan?)
    /// Nothing is answered before the fault is over; then all of it.
    case stall
    /// No answer ever, though some were charged.
    case timeout(rate: Ratio, charged: Ratio)
    case connection(resetBeforeReply: Ratio, resetAfterCommit: Ratio, emptyReply: Ratio)
    case error(status: Int, rate: Ratio)
    /// The end of the body is missing, and so is the connection.
    case truncatedBody
    /// What should be JSON is none.
    case malformedBody
    /// The length announced is not the body's.
    case wrongLength
    case drippingBody(ByteRate)
    case heldCallbacks
    case maintenance(status: Int)
    /// Nobody listens.
    case refusal
    /// Connections are taken, and nothing is read from them.
    case deafness
}
