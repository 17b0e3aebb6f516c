public import Timebase

/// What is about to be sent, written down before it is. All instants are counted from the run's beginning.
public struct Intent: Sendable, Equatable {
    /// The step's place in `RunRecord.steps`.
    public var step: UInt16
    /// 1 for the first try.
    public var attempt: UInt8
    public var flags: EvidenceFlags
    /// Which arrival of the whole run it belongs to.
    public var arrival: UInt64
    public var intendedAt: TimeSpan
    public var sentAt: TimeSpan
    /// The idempotency id; 0 where there is none.
    public var key: UInt128
    /// In minor units.
    public var amount: Int64

    public init(
        step: UInt16, attempt: UInt8 = 1, flags: EvidenceFlags = .none, arrival: UInt64, intendedAt: TimeSpan,
        sentAt: TimeSpan, key: UInt128 = 0, amount: Int64 = 0
    ) {
        self.step = step
        self.attempt = attempt
        self.flags = flags
        self.arrival = arrival
        self.intendedAt = intendedAt
        self.sentAt = sentAt
        self.key = key
        self.amount = amount
    }
}

public struct EvidenceFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The same as `[]`, which in another module is a loop over an array through the type's witnesses.
    public static var none: EvidenceFlags { EvidenceFlags(rawValue: 0) }
    /// Refused or reset, and yet it may have reached the other side.
    public static let mayHaveBeenSent = EvidenceFlags(rawValue: 1)
    /// The twin of another request, sent on purpose.
    public static let isDuplicate = EvidenceFlags(rawValue: 2)
    /// A control request without the marks of shadow traffic.
    public static let isUntagged = EvidenceFlags(rawValue: 4)
}

/// One attempt as it stands in the evidence. Without an ending nobody knows what became of it.
public struct EvidenceRecord: Sendable, Equatable {
    public struct Ending: Sendable, Equatable {
        public var outcome: Outcome
        /// Of the answer; 0 where there was none.
        public var status: UInt16
        public var completedAt: TimeSpan

        public init(outcome: Outcome, status: UInt16, completedAt: TimeSpan) {
            self.outcome = outcome
            self.status = status
            self.completedAt = completedAt
        }
    }

    public var worker: Int
    /// With the flags that its ending added.
    public var intent: Intent
    public var ending: Ending?

    public init(worker: Int, intent: Intent, ending: Ending?) {
        self.worker = worker
        self.intent = intent
        self.ending = ending
    }
}
