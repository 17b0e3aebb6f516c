package import Timebase

/// What is about to be sent, written down before it is. All instants are counted from the run's beginning.
package struct Intent: Sendable, Equatable {
    /// The step's place in `RunRecord.steps`.
    package var step: UInt16
    /// 1 for the first try.
    package var attempt: UInt8
    package var flags: EvidenceFlags
    /// Which arrival of the whole run it belongs to.
    package var arrival: UInt64
    package var intendedAt: TimeSpan
    package var sentAt: TimeSpan
    /// The idempotency id; 0 where there is none.
    package var key: UInt128
    /// In minor units.
    package var amount: Int64

    package init(
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

package struct EvidenceFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The same as `[]`, which in another module is a loop over an array through the type's witnesses.
    package static var none: EvidenceFlags { EvidenceFlags(rawValue: 0) }
    /// Refused or reset, and yet it may have reached the other side.
    package static let mayHaveBeenSent = EvidenceFlags(rawValue: 1)
    /// The twin of another request, sent on purpose.
    package static let isDuplicate = EvidenceFlags(rawValue: 2)
    /// A control request without the marks of shadow traffic.
    package static let isUntagged = EvidenceFlags(rawValue: 4)
}

/// One attempt as it stands in the evidence. Without an ending nobody knows what became of it.
package struct EvidenceRecord: Sendable, Equatable {
    package struct Ending: Sendable, Equatable {
        package var outcome: Outcome
        /// Of the answer; 0 where there was none.
        package var status: UInt16
        package var completedAt: TimeSpan

        package init(outcome: Outcome, status: UInt16, completedAt: TimeSpan) {
            self.outcome = outcome
            self.status = status
            self.completedAt = completedAt
        }
    }

    package var worker: Int
    /// With the flags that its ending added.
    package var intent: Intent
    package var ending: Ending?

    package init(worker: Int, intent: Intent, ending: Ending?) {
        self.worker = worker
        self.intent = intent
        self.ending = ending
    }
}
