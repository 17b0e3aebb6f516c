/// The limit that spoke when something was refused: in the answer (`X-Limit`, `limit`), in metrics and in verdicts.
package enum Limit: String, Sendable, CaseIterable {
    /// A merchant's tokens are used up.
    case merchant
    /// As much is under way as can be served in time.
    case concurrency
    /// The queue before the work is full.
    case queue
    /// Waited too long to be worth the work.
    case age
    /// The sender's deadline leaves no time for the work.
    case deadline
    /// Every channel that could be asked is closed, or as busy as it may be.
    case channel
    /// The store is behind.
    case store

    /// Over a quota of one's own, or the stack is busy.
    package var status: UInt16 { self == .merchant ? 429 : 503 }
}
