package import Evidence
package import Journeys
package import PlanModel
package import SeededRandom
package import Timebase
package import Traffic

/// What one loop's driver is given.
package struct DriverSetting {
    package var plan: Plan
    package var traffic: PlannedTraffic
    package var book: JourneyBook
    /// In the order of `book.services`.
    package var targets: [ServiceTarget]
    package var evidence: EvidenceWriter
    package var identity: RunIdentity
    package var seed: Seed
    /// Every `shards`-th arrival from this one on is this loop's.
    package var shard = 0
    package var shards = 1
    /// Of the plan's replays, by path.
    package var recordings: [RecordingInput] = []
    package var webhooks: WebhookReceiver?
    package var observers: [Observer] = []
    /// Nil: no untagged twins, whatever the plan says.
    package var control: ControlSetting?
    /// Each fifth of a second, on the loop.
    package var onProgress: (DriverProgress) -> Void = { _ in }
    /// Each second, on the loop, when it is over; nil where nobody watches.
    package var onSecond: ((DriverSecond) -> Void)?
    /// Told once, shortly before the first stage begins: when it does.
    package var onBegin: (Instant) -> Void = { _ in }
    /// Asked each second: what was found wrong with the stack's books so far; nil where nobody looks at them.
    package var moneyViolations: () -> UInt64? = { nil }
    /// Asked every 10 ms: whoever lost its controller stops.
    package var isLeaseHeld: () -> Bool = { true }

    package init(
        plan: Plan, traffic: PlannedTraffic, book: JourneyBook, targets: [ServiceTarget], evidence: EvidenceWriter,
        identity: RunIdentity
    ) {
        self.plan = plan
        self.traffic = traffic
        self.book = book
        self.targets = targets
        self.evidence = evidence
        self.identity = identity
        seed = Seed(identity.seed)
    }
}

/// What the untagged twins of the traffic are sent with. Nothing of it is shared with the traffic: not a connection, not a
/// kept value.
package struct ControlSetting {
    /// Compiled without the plan's marks.
    package var book: JourneyBook
    /// In the order of `book.services`.
    package var targets: [ServiceTarget]

    package init(book: JourneyBook, targets: [ServiceTarget]) {
        self.book = book
        self.targets = targets
    }
}
