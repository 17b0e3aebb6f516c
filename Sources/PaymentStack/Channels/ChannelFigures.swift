import Histogram
import StackVocabulary

/// What one channel has been through in one namespace.
struct ChannelFigures: Sendable {
    /// Calls for payments, captures, reverses and refunds.
    var attempts: UInt64 = 0
    /// Requests of theirs that were handed to the transport; with retries.
    var sends: UInt64 = 0
    var retries: UInt64 = 0
    /// Retries that the budget refused.
    var retriesRefused: UInt64 = 0
    var approved: UInt64 = 0
    var declined: UInt64 = 0
    var pending: UInt64 = 0
    var unknown: UInt64 = 0
    /// By the bank, or on the way to it.
    var refused: UInt64 = 0
    /// By the stack's own deadline, breaker or limit.
    var held: UInt64 = 0
    /// Answers about something else than what was asked.
    var mismatched: UInt64 = 0
    var queries: UInt64 = 0
    var queriesUnknown: UInt64 = 0
    /// Of single sends that were answered, in nanoseconds.
    var latency = Histogram(Self.layout)

    /// 1 us to 10 min at two digits.
    static let layout: HistogramLayout = {
        guard let layout = HistogramLayout(lowest: 1_000, highest: 600_000_000_000, digits: 2) else {
            preconditionFailure("a layout of constants")
        }
        return layout
    }()

    mutating func count(_ verdict: BankVerdict) {
        switch verdict {
        case .approved: approved += 1
        case .declined: declined += 1
        case .pending: pending += 1
        case .unknown: unknown += 1
        case .refused(let refusal):
            switch refusal {
            case .deadline, .noOrigin, .breaker, .limit: held += 1
            case .unreachable, .unsent, .overloaded, .rejected: refused += 1
            }
        }
    }
}

/// How one channel stands now.
struct ChannelGauges: Sendable, Equatable {
    let channel: ChannelNumber
    var retryTokens: Double
    /// Of the BIN groups' breakers.
    var breakersOpen: Int
    var breakersHalfOpen: Int
    var opened: UInt64
    /// What the router gives it of all that may go to any channel.
    var share: Double
    var inFlight: Int
    var limit: Int
    var connections: Int
    var waiting: Int
}
