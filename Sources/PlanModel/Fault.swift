package import PlanValues
package import Timebase

/// Something that goes wrong with a channel, for a while.
package struct Fault: Sendable {
    package let at: Located<DrillInstant>
    package let span: TimeSpan
    package let channel: Located<String>
    /// Only payments with these fields; empty for all.
    package let matching: [(name: String, value: String)]
    /// At least one.
    package let effects: [Effect]

    package init(
        at: Located<DrillInstant>, span: TimeSpan, channel: Located<String>, matching: [(name: String, value: String)],
        effects: [Effect]
    ) {
        self.at = at
        self.span = span
        self.channel = channel
        self.matching = matching
        self.effects = effects
    }
}

package enum Effect: Sendable, Equatable {
    case latency(multiply: Factor?, add: TimeSpan?)
    /// No answer, though some were charged.
    case timeout(rate: Ratio, charged: Ratio)
    case connection(resetBeforeReply: Ratio, resetAfterCommit: Ratio)
    case error(status: Int, rate: Ratio)
    case malformedBody
    case drippingBody(ByteRate)
    case heldCallbacks
    case maintenance(status: Int)
    /// Nobody listens.
    case refusal
}
