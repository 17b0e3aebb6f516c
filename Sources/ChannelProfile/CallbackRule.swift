package import Diagnostics
package import PlanValues
package import Timebase

/// What a channel tells afterwards, and how badly.
package struct CallbackRule: Sendable {
    /// After the payment has been decided.
    package let delay: Distribution<TimeSpan>
    /// Of the callbacks, never sent.
    package let lost: Ratio
    /// Of the callbacks, sent twice.
    package let duplicate: Ratio
    /// Of the callbacks, kept until a later one of the same channel has gone.
    package let reorder: Ratio
    /// Of the callbacks, sent before the answer to the request that caused them.
    package let beforeAnswer: Ratio
    package let retries: CallbackRetries
    /// The variable of the environment that holds the signing key; nil for the test key that the documentation names.
    package let keyVariable: Located<String>?

    package init(
        delay: Distribution<TimeSpan>, lost: Ratio = Ratio(0), duplicate: Ratio = Ratio(0), reorder: Ratio = Ratio(0),
        beforeAnswer: Ratio = Ratio(0), retries: CallbackRetries = .none, keyVariable: Located<String>? = nil
    ) {
        self.delay = delay
        self.lost = lost
        self.duplicate = duplicate
        self.reorder = reorder
        self.beforeAnswer = beforeAnswer
        self.retries = retries
        self.keyVariable = keyVariable
    }
}

/// When a callback that was not taken is sent again.
package enum CallbackRetries: Sendable, Equatable {
    package static let waitsMax = 64

    case none
    /// Waits between the attempts, as a provider documents them, made `speed` times as fast for a drill.
    case schedule(name: String, waits: [TimeSpan], speed: Double)
}
