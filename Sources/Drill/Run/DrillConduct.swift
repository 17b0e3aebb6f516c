package import ChannelProfile
package import Evidence
package import LoadDriver

/// Who is in charge of a run: hears of it, and steers it. All closures are called on the run's loop.
package struct DrillConduct {
    package enum Phase: Sendable, Equatable {
        case preflight, setup, traffic, teardown, draining, auditing, reporting
    }

    package var onPhase: (Phase) -> Void = { _ in }
    package var onProgress: (DriverProgress) -> Void = { _ in }
    /// Told once, before the set-up.
    package var onPrelude: (DrillPrelude) -> Void = { _ in }
    /// Each second of the traffic; nil where nobody watches, which costs the driver less.
    package var onSecond: ((DriverSecond) -> Void)?
    /// All faults of the run, whenever they were changed by hand.
    package var onFaults: ([FaultRecord]) -> Void = { _ in }
    /// Whoever lost its controller stops.
    package var isLeaseHeld: () -> Bool = { true }
    /// Handed what the run has left, once everybody has ended. On the loop: journals in memory go with it.
    package var onCollected: (CollectedEvidence) -> Void = { _ in }
    package let inlet = CommandInlet()
    package let faults = FaultInlet()

    package init() {}
}

/// What there is to know of a run before its first request.
package struct DrillPrelude: Sendable {
    /// Identity, stages and steps; nothing has happened yet.
    package let record: RunRecord
    /// The plan's own.
    package let faults: [FaultRecord]
    /// Mock banks that the run has of its own.
    package let banks: [String]
    /// What is read from elsewhere, in the order of `DriverSecond.observed`.
    package let series: [String]
}

/// Where somebody asks for faults by hand: nobody is there before the traffic and behind it. On the loop.
package final class FaultInlet {
    private var take: ((FaultOrder, @escaping (FaultReply) -> Void) -> Void)?

    init() {}

    package func send(_ order: FaultOrder, _ reply: @escaping (FaultReply) -> Void) {
        guard let take else { return reply(.unavailable("no mock banks of this run are up")) }
        take(order, reply)
    }

    func open(_ take: @escaping (FaultOrder, @escaping (FaultReply) -> Void) -> Void) { self.take = take }

    func close() { take = nil }
}

/// Where commands come in: before there is a driver they wait for it, behind its end they are nothing. On the loop.
package final class CommandInlet {
    private var take: ((DriverCommand) -> Void)?
    private var early: [DriverCommand] = []
    private var isClosed = false

    init() {}

    package func send(_ command: DriverCommand) {
        if let take { return take(command) }
        // A finger that rests on a key is no reason to grow.
        if !isClosed, early.count < 100 { early.append(command) }
    }

    func open(_ take: @escaping (DriverCommand) -> Void) {
        self.take = take
        for command in early { take(command) }
        early = []
    }

    func close() {
        take = nil
        isClosed = true
    }
}
