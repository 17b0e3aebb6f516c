package import Evidence
package import LoadDriver

/// Who is in charge of a run: hears of it, and steers it. All closures are called on the run's loop.
package struct DrillConduct {
    package enum Phase: Sendable, Equatable {
        case preflight, setup, traffic, teardown, draining, auditing, reporting
    }

    package var onPhase: (Phase) -> Void = { _ in }
    package var onProgress: (DriverProgress) -> Void = { _ in }
    /// Whoever lost its controller stops.
    package var isLeaseHeld: () -> Bool = { true }
    /// Handed what the run has left, once everybody has ended. On the loop: journals in memory go with it.
    package var onCollected: (CollectedEvidence) -> Void = { _ in }
    package let inlet = CommandInlet()

    package init() {}
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
