import Timebase

/// How much may be under way with a bank.
final class ChannelLimit {
    private(set) var inFlight = 0
    private(set) var refused: UInt64 = 0
    let limit: Int

    init(most: Int) {
        limit = most
    }

    var hasRoom: Bool { inFlight < limit }

    func enter() -> Bool {
        guard hasRoom else {
            refused += 1
            return false
        }
        inFlight += 1
        return true
    }

    /// Nothing was sent after all.
    func forget() { inFlight -= 1 }

    func leave(_ took: TimeSpan, isWell: Bool?, now: Instant) { inFlight -= 1 }
}
