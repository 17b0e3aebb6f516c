package import ChannelProfile
package import Timebase

extension CallbackRetries {
    /// How long to wait after this attempt; nil when it was the last.
    package func wait(after attempt: Int) -> TimeSpan? {
        guard case .schedule(_, let waits, let speed) = self, waits.indices.contains(attempt - 1) else { return nil }
        return .nanoseconds(Int64((Double(waits[attempt - 1].nanoseconds) / speed).rounded()))
    }
}
