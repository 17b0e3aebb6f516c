package import Evidence
package import Timebase

/// A second of a run that is over, with all that a live page draws of it and a scraper asks for.
///
/// Other than in the record, what ended is filed under the second in which it *ended*: whoever watches cannot wait until
/// the slowest answer to what was due has come. So a stall shows here where it is seen, and in the report where it was met.
package struct DriverSecond: Sendable {
    /// From the run's beginning; more than a second where the machine or the loop stood still.
    package var span: Range<TimeSpan>
    package var progress: DriverProgress
    /// Arrivals that were due, those among them that began and were not skipped, and those that the cap left out.
    package var due: UInt64 = 0
    package var started: UInt64 = 0
    package var dropped: UInt64 = 0
    /// First steps that were answered well, a correct "no" among them: comparable with arrivals.
    package var good: UInt64 = 0
    package var outcomes = OutcomeCounts()
    /// Of requests that were admitted, from the instant they were due, and from the one they were sent at.
    package var corrected = SecondLatency()
    package var raw = SecondLatency()
    package var lagMax = TimeSpan.zero
    package var inFlightMax = 0
    /// Of each observed series, in the order of `DriverOpening.series`.
    package var observed: [Double?] = []
    package var guards: [GuardReading] = []
    /// What has happened since the second before.
    package var events: [RunEvent] = []
    package var totals = RunTotals()

    package init(span: Range<TimeSpan>, progress: DriverProgress) {
        self.span = span
        self.progress = progress
    }
}

/// What stands for a second's latencies; nil where nothing was admitted.
package struct SecondLatency: Sendable, Equatable {
    package var p50: TimeSpan?
    package var p99: TimeSpan?

    package init(p50: TimeSpan? = nil, p99: TimeSpan? = nil) {
        (self.p50, self.p99) = (p50, p99)
    }
}

/// Counts since the run began.
package struct RunTotals: Sendable {
    package var due: UInt64 = 0
    /// Those among them that were skipped, which the record does not count as started: a total does not fall.
    package var started: UInt64 = 0
    package var dropped: UInt64 = 0
    /// For want of a value.
    package var skipped: UInt64 = 0
    package var good: UInt64 = 0
    /// By the place of the step in the record.
    package var steps: [StepTotals] = []
    package var lag = LatencyLadder()

    package init() {}
}

package struct StepTotals: Sendable {
    package var outcomes = OutcomeCounts()
    /// Of what was admitted, from the instant it was due.
    package var latency = LatencyLadder()

    package init() {}

    /// - Parameter isRequest: what waits for something else has no latency of an answer.
    package mutating func add(_ other: StepTotals, isRequest: Bool) {
        outcomes += other.outcomes
        if isRequest { latency.add(other.latency) }
    }
}

/// How near a guard of the plan is to tripping.
package struct GuardReading: Sendable, Equatable {
    package var text: String
    /// Nil where nothing was seen in this second: a guard does not trip on silence.
    package var value: Double?
    package var limit: Double
    package var isAbove: Bool
    package var unit: Unit
    /// For how many seconds on end it has held, and for how many it trips.
    package var heldSeconds: Int
    package var tripSeconds: Int

    package enum Unit: String, Sendable {
        case ratio, nanoseconds, count
    }

    package init(
        text: String, value: Double?, limit: Double, isAbove: Bool, unit: Unit, heldSeconds: Int, tripSeconds: Int
    ) {
        (self.text, self.value, self.limit, self.isAbove, self.unit) = (text, value, limit, isAbove, unit)
        (self.heldSeconds, self.tripSeconds) = (heldSeconds, tripSeconds)
    }
}
