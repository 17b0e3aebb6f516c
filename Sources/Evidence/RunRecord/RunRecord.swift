package import Timebase

/// What one run left for the judge: everything in report.json but the judgements, and nothing of the host it ran on.
///
/// All instants are counted from the run's beginning, the first instant of the first stage. Counts and latencies are
/// filed under the second in which a step was *due*, so that a stall shows where callers met it, not where it ended.
package struct RunRecord: Sendable {
    package var identity: RunIdentity
    package var stages: [StageRecord]
    /// Other parts name a step by its place here.
    package var steps: [StepRecord]
    package var sliceLength: TimeSpan
    /// One after the other from the beginning, without gaps.
    package var slices: [SliceRecord]
    package var generator: GeneratorRecord
    /// Series that were read from elsewhere.
    package var observed: [ObservedSeries]
    /// In order of time.
    package var events: [RunEvent]
    package var ending: Ending
    /// Nil where the run had no stack of its own.
    package var stack: StackRecord?
    /// Of the stores of that stack.
    package var snapshots: [StoreSnapshot] = []
    /// Whom the parts of the run had leave to contact.
    package var egress: [EgressRecord] = []
    /// Nil where there was nobody to wait for, or nobody waited.
    package var drain: DrainRecord?
    /// Nil where the run had no stack of its own.
    package var watch: WatchRecord?
    /// What the plan broke at its banks, in order of time.
    package var faults: [FaultRecord] = []
    /// What each of the run's own banks saw of the drill.
    package var channels: [ChannelFlow] = []
    /// How arrivals fared by what they drew, where a target asks for it.
    package var groups: [GroupRecord] = []

    package init(
        identity: RunIdentity, stages: [StageRecord], steps: [StepRecord], sliceLength: TimeSpan,
        slices: [SliceRecord], generator: GeneratorRecord, observed: [ObservedSeries] = [], events: [RunEvent] = [],
        ending: Ending, stack: StackRecord? = nil
    ) {
        self.identity = identity
        self.stages = stages
        self.steps = steps
        self.sliceLength = sliceLength
        self.slices = slices
        self.generator = generator
        self.observed = observed
        self.events = events
        self.ending = ending
        self.stack = stack
    }
}

/// Where a run took place.
package enum RunWorld: String, Sendable, CaseIterable {
    case live
    /// In virtual time, over a network in memory: nothing of it was ever sent.
    case rehearsed
}

package struct RunIdentity: Sendable, Equatable {
    package var runID: String
    package var plan: String
    package var about: String?
    /// SHA-256 of the plan as it was run, in hexadecimal: runs of equal plans compare.
    package var planDigest: String
    package var seed: UInt64
    /// Spillway's own.
    package var version: String
    /// `http://127.0.0.1:8080`, one for each service.
    package var targets: [String]
    /// The networks that the plan allowed to be hit; loopback's where it names none.
    package var allowed: [String]
    /// What was permitted outside the plan, as it was written.
    package var permitted: [String]
    package var world: RunWorld

    package init(
        runID: String, plan: String, about: String?, planDigest: String, seed: UInt64, version: String,
        targets: [String], allowed: [String], permitted: [String] = [], world: RunWorld = .live
    ) {
        self.runID = runID
        self.plan = plan
        self.about = about
        self.planDigest = planDigest
        self.seed = seed
        self.version = version
        self.targets = targets
        self.allowed = allowed
        self.permitted = permitted
        self.world = world
    }
}

package struct StageRecord: Sendable {
    package var name: String
    /// The plan's word: `hold`, `ramp`, `spike`, `users`, ...
    package var kind: String
    package var span: Range<TimeSpan>
    /// False for a warm-up.
    package var countsForVerdicts: Bool
    /// Arrivals by the schedule; nil for a closed model, which has none.
    package var scheduled: UInt64?
    /// For each step, whatever its slice.
    package var cells: [StageCell]

    package init(
        name: String, kind: String, span: Range<TimeSpan>, countsForVerdicts: Bool, scheduled: UInt64?,
        cells: [StageCell]
    ) {
        self.name = name
        self.kind = kind
        self.span = span
        self.countsForVerdicts = countsForVerdicts
        self.scheduled = scheduled
        self.cells = cells
    }
}

package struct StepRecord: Sendable, Equatable {
    /// `setup` and `teardown` steps are not among them.
    package var journey: String
    /// `POST /v1/payments`
    package var title: String
    /// `critical`, `normal`, `low`
    package var priority: String
    /// The journey's first: its latency counts from the arrival; that of the others from the end of the one before.
    package var isFirst: Bool
    /// One request and its answer. False for polls and awaited webhooks, whose time is no latency of an answer.
    package var isRequest: Bool

    package init(journey: String, title: String, priority: String, isFirst: Bool, isRequest: Bool = true) {
        self.journey = journey
        self.title = title
        self.priority = priority
        self.isFirst = isFirst
        self.isRequest = isRequest
    }
}

/// What is known of one step in one stage or slice: outcomes, and latencies in nanoseconds.
package struct StageCell: Sendable {
    package var outcomes: OutcomeCounts
    /// Of admitted steps, from the instant they were due to their end.
    package var corrected: PackedHistogram
    /// The same steps, from the instant they were sent.
    package var raw: PackedHistogram
    /// Of shed steps, from the instant they were due.
    package var shed: PackedHistogram
    /// Shed steps that were told when to come back.
    package var advised: UInt64

    package init(
        outcomes: OutcomeCounts, corrected: PackedHistogram, raw: PackedHistogram, shed: PackedHistogram,
        advised: UInt64 = 0
    ) {
        self.outcomes = outcomes
        self.corrected = corrected
        self.raw = raw
        self.shed = shed
        self.advised = advised
    }
}

package struct SliceRecord: Sendable {
    package var arrivals: ArrivalCounts
    /// Of arrivals that began in this slice: the worst lag of the generator, and its 99th percentile.
    package var lagP99: TimeSpan
    package var lagMax: TimeSpan
    /// Open arrivals, sampled on a clock of its own.
    package var inFlightMean: Double
    package var inFlightMax: UInt64
    /// The time that the arrivals of this slice spent in the system, together.
    package var residence: TimeSpan
    /// Only steps with an outcome, by their place in `RunRecord.steps`.
    package var cells: [(step: Int, cell: StageCell)]

    package init(
        arrivals: ArrivalCounts, lagP99: TimeSpan, lagMax: TimeSpan, inFlightMean: Double, inFlightMax: UInt64,
        residence: TimeSpan, cells: [(step: Int, cell: StageCell)]
    ) {
        self.arrivals = arrivals
        self.lagP99 = lagP99
        self.lagMax = lagMax
        self.inFlightMean = inFlightMean
        self.inFlightMax = inFlightMax
        self.residence = residence
        self.cells = cells
    }
}

extension SliceRecord {
    /// First steps that were answered well, a correct "no" among them: to be held against the arrivals that were offered.
    package func good(_ steps: [StepRecord]) -> UInt64 {
        cells.reduce(0) { steps[$1.step].isFirst ? $0 + $1.cell.outcomes[.ok] + $1.cell.outcomes[.declined] : $0 }
    }
}

/// What became of arrivals before their first step.
package struct ArrivalCounts: Sendable, Equatable {
    /// By the schedule; in a closed model, those that began.
    package var scheduled: UInt64 = 0
    package var started: UInt64 = 0
    /// The cap on arrivals in flight was reached.
    package var dropped: UInt64 = 0
    /// The journey needed a value that nobody had kept yet.
    package var skipped: UInt64 = 0

    package init() {}

    package static func += (left: inout ArrivalCounts, right: ArrivalCounts) {
        left.scheduled += right.scheduled
        left.started += right.started
        left.dropped += right.dropped
        left.skipped += right.skipped
    }
}

package struct GeneratorRecord: Sendable {
    /// From the instant an arrival was due to the instant its task ran, for each stage.
    package var lag: [PackedHistogram]
    /// Times in which the machine ran nothing of ours, found by a timer of their own.
    package var gaps: GapRecord
    /// Requests that had to wait for a connection, their wait together, and those that never got one.
    package var poolWaits: UInt64 = 0
    package var poolWaited = TimeSpan.zero
    package var poolStarved: UInt64 = 0
    /// Requests for which the driver's process had no descriptor left.
    package var descriptorsMissing: UInt64 = 0
    package var connectionsOpened: UInt64 = 0
    package var connectionsMax: UInt64 = 0
    /// Bytes and records of evidence.
    package var evidenceRecords: UInt64 = 0
    /// Arrivals that were open when the run was abandoned; what they had sent counts as unknown.
    package var arrivalsCut: UInt64 = 0
    /// Rates were changed, or the schedule paused, by hand.
    package var isChangedByHand = false
    /// Nil where the run had no control stream.
    package var control: ControlCounts?

    package init(lag: [PackedHistogram], gaps: GapRecord) {
        self.lag = lag
        self.gaps = gaps
    }
}

package struct GapRecord: Sendable, Equatable {
    package var count: UInt64 = 0
    package var sum = TimeSpan.zero
    package var longest = TimeSpan.zero
    /// The first thousand: when, and how long.
    package var listed: [Gap] = []

    package struct Gap: Sendable, Equatable {
        package var at: TimeSpan
        package var length: TimeSpan

        package init(at: TimeSpan, length: TimeSpan) {
            self.at = at
            self.length = length
        }
    }

    package static let listedMax = 1_000

    package init() {}
}

package struct ObservedSeries: Sendable, Equatable {
    package var name: String
    package var every: TimeSpan
    /// From the run's beginning; nil where nothing could be read.
    package var values: [Double?]

    /// The share of a core that the driver's loop was at work, slice by slice; live runs have it.
    package static let driverProcessor = "driver: share of a core"

    package init(name: String, every: TimeSpan, values: [Double?]) {
        self.name = name
        self.every = every
        self.values = values
    }

    /// When the value at a place was read.
    package func instant(of place: Int) -> TimeSpan { every * Int64(place) }

    /// The places of what was read in a span, its beginning included.
    package func places(in span: Range<TimeSpan>) -> Range<Int> {
        guard every > .zero else { return 0..<0 }
        func first(from edge: TimeSpan) -> Int {
            let (place, rest) = edge.nanoseconds.quotientAndRemainder(dividingBy: every.nanoseconds)
            return Int(min(max(rest > 0 ? place + 1 : place, 0), Int64(values.count)))
        }
        return first(from: span.lowerBound)..<first(from: span.upperBound)
    }

    /// What was read in a span, without the gaps.
    package func samples(in span: Range<TimeSpan>) -> [(at: TimeSpan, value: Double)] {
        places(in: span).compactMap { place in values[place].map { (at: instant(of: place), value: $0) } }
    }
}

/// Something worth a line on the timeline.
package struct RunEvent: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case stage, fault, guardTripped = "guard", rateChanged = "rate", paused, resumed, note
    }

    package var at: TimeSpan
    package var kind: Kind
    package var text: String

    package init(at: TimeSpan, kind: Kind, text: String) {
        self.at = at
        self.kind = kind
        self.text = text
    }
}

/// How the run came to its end.
package enum Ending: Sendable, Equatable {
    case completed
    case aborted(at: TimeSpan, guardText: String)
    /// By a signal with this number.
    case interrupted(at: TimeSpan, signal: Int32)
    /// The target died, the disk filled, the lease was lost: what, in words.
    case failed(at: TimeSpan, reason: String)
}
