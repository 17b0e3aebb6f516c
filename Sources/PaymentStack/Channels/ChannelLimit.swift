import StackVocabulary
import Timebase

/// How much may be under way with a bank: as much as it carries without getting slow (`ConcurrencyLimit`), and never more
/// than there are connections. It begins with all of them: that a bank cannot carry that much is for the bank to show.
final class ChannelLimit {
    /// What a call that has come back says of the load.
    enum Load: Sendable {
        case carried
        case tooMuch
        /// Nothing: it was not sent, or broke.
        case untold
    }

    /// A bank that is slow for reasons of its own gets no faster when it is asked less: an eighth is always left.
    static let leastShare = 8

    private(set) var inFlight = 0
    private(set) var refused: UInt64 = 0
    private var limit: ConcurrencyLimit

    init(most: Int, timeout: TimeSpan) {
        limit = ConcurrencyLimit(
            parts: Array(repeating: nil, count: Pass.Part.count), from: max(1, most / Self.leastShare), to: most,
            beginning: most, timeMax: timeout)
    }

    var value: Int { limit.value }
    var hasRoom: Bool { inFlight < limit.value }

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

    func leave(_ part: Pass.Part, _ load: Load, _ took: TimeSpan, now: Instant) {
        switch load {
        case .carried: limit.learn(part, took, inside: inFlight, at: now)
        case .tooMuch: limit.shrink()
        case .untold: break
        }
        inFlight -= 1
    }
}

extension BankReference.Kind {
    /// Calls that take a bank alike.
    var part: Pass.Part {
        switch self {
        case .payment: .first(.pay)
        case .capture, .reverse: .first(.settle)
        case .refund: .first(.refund)
        }
    }
}
