public import Timebase

/// What one run left for the judge: everything in report.json but the judgements, and nothing of the host it ran on.
///
/// All instants are counted from the run's beginning, the first instant of the first stage. Counts and latencies are
/// filed under the second in which a step was *due*, so that a stall shows where callers met it, not where it ended.
public struct RunRecord: Sendable {
    public var identity: RunIdentity
    public var stages: [StageRecord]
    /// Other parts name a step by its place here.
    public var steps: [StepRecord]
    public var sliceLength: TimeSpan
    /// One after the other from the beginning, without gaps.
    public var slices: [SliceRecord]
    public var generator: GeneratorRecord
    /// Series that were read from elsewhere.
    public var observed: [ObservedSeries]
    /// In order of time.
    public var events: [RunEvent]
    public var ending: Ending

    public init(
        identity: RunIdentity, stages: [StageRecord], steps: [StepRecord], sliceLength: TimeSpan,
        slices: [SliceRecord], generator: GeneratorRecord, observed: [ObservedSeries] = [], events: [RunEvent] = [],
        ending: Ending
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
    }
}

public struct RunIdentity: Sendable, Equatable {
    public var runID: String
    public var plan: String
    public var about: String?
    /// SHA-256 of the plan as it was run, in hexadecimal: runs of equal plans compare.
    public var planDigest: String
    public var seed: UInt64
    /// Spillway's own.
    public var version: String
    /// `http://127.0.0.1:8080`, one for each service.
    public var targets: [String]
    /// The networks that the plan allowed to be hit; loopback's where it names none.
    public var allowed: [String]
    /// What was permitted outside the plan, as it was written.
    public var permitted: [String]

    public init(
        runID: String, plan: String, about: String?, planDigest: String, seed: UInt64, version: String,
        targets: [String], allowed: [String], permitted: [String] = []
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
    }
}

public struct StageRecord: Sendable {
    public var name: String
    /// The plan's word: `hold`, `ramp`, `spike`, `users`, ...
    public var kind: String
    public var span: Range<TimeSpan>
    /// False for a warm-up.
    public var countsForVerdicts: Bool
    /// Arrivals by the schedule; nil for a closed model, which has none.
    public var scheduled: UInt64?
    /// For each step, whatever its slice.
    public var cells: [StageCell]

    public init(
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

public struct StepRecord: Sendable, Equatable {
    /// `setup` and `teardown` steps are not among them.
    public var journey: String
    /// `POST /v1/payments`
    public var title: String
    /// `critical`, `normal`, `low`
    public var priority: String
    /// The journey's first: its latency counts from the arrival; that of the others from the end of the one before.
    public var isFirst: Bool
    /// One request and its answer. False for polls and awaited webhooks, whose time is no latency of an answer.
    public var isRequest: Bool

    public init(journey: String, title: String, priority: String, isFirst: Bool, isRequest: Bool = true) {
        self.journey = journey
        self.title = title
        self.priority = priority
        self.isFirst = isFirst
        self.isRequest = isRequest
    }
}

/// What is known of one step in one stage or slice: outcomes, and latencies in nanoseconds.
public struct StageCell: Sendable {
    public var outcomes: OutcomeCounts
    /// Of admitted steps, from the instant they were due to their end.
    public var corrected: PackedHistogram
    /// The same steps, from the instant they were sent.
    public var raw: PackedHistogram
    /// Of shed steps, from the instant they were due.
    public var shed: PackedHistogram

    public init(outcomes: OutcomeCounts, corrected: PackedHistogram, raw: PackedHistogram, shed: PackedHistogram) {
        self.outcomes = outcomes
        self.corrected = corrected
        self.raw = raw
        self.shed = shed
    }
}

public struct SliceRecord: Sendable {
    public var arrivals: ArrivalCounts
    /// Of arrivals that began in this slice: the worst lag of the generator, and its 99th percentile.
    public var lagP99: TimeSpan
    public var lagMax: TimeSpan
    /// Open arrivals, sampled on a clock of its own.
    public var inFlightMean: Double
    public var inFlightMax: UInt64
    /// The time that the arrivals of this slice spent in the system, together.
    public var residence: TimeSpan
    /// Only steps with an outcome, by their place in `RunRecord.steps`.
    public var cells: [(step: Int, cell: StageCell)]

    public init(
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

/// What became of arrivals before their first step.
public struct ArrivalCounts: Sendable, Equatable {
    /// By the schedule; in a closed model, those that began.
    public var scheduled: UInt64 = 0
    public var started: UInt64 = 0
    /// The cap on arrivals in flight was reached.
    public var dropped: UInt64 = 0
    /// The journey needed a value that nobody had kept yet.
    public var skipped: UInt64 = 0

    public init() {}

    public static func += (left: inout ArrivalCounts, right: ArrivalCounts) {
        left.scheduled += right.scheduled
        left.started += right.started
        left.dropped += right.dropped
        left.skipped += right.skipped
    }
}

public struct GeneratorRecord: Sendable {
    /// From the instant an arrival was due to the instant its task ran, for each stage.
    public var lag: [PackedHistogram]
    /// Times in which the machine ran nothing of ours, found by a timer of their own.
    public var gaps: GapRecord
    /// Requests that had to wait for a connection, their wait together, and those that never got one.
    public var poolWaits: UInt64 = 0
    public var poolWaited = TimeSpan.zero
    public var poolStarved: UInt64 = 0
    public var connectionsOpened: UInt64 = 0
    public var connectionsMax: UInt64 = 0
    /// Bytes and records of evidence.
    public var evidenceRecords: UInt64 = 0
    /// Rates were changed, or the schedule paused, by hand.
    public var isChangedByHand = false

    public init(lag: [PackedHistogram], gaps: GapRecord) {
        self.lag = lag
        self.gaps = gaps
    }
}

public struct GapRecord: Sendable, Equatable {
    public var count: UInt64 = 0
    public var sum = TimeSpan.zero
    public var longest = TimeSpan.zero
    /// The first thousand: when, and how long.
    public var listed: [Gap] = []

    public struct Gap: Sendable, Equatable {
        public var at: TimeSpan
        public var length: TimeSpan

        public init(at: TimeSpan, length: TimeSpan) {
            self.at = at
            self.length = length
        }
    }

    public static let listedMax = 1_000

    public init() {}
}

public struct ObservedSeries: Sendable, Equatable {
    public var name: String
    public var every: TimeSpan
    /// From the run's beginning; nil where nothing could be read.
    public var values: [Double?]

    public init(name: String, every: TimeSpan, values: [Double?]) {
        self.name = name
        self.every = every
        self.values = values
    }
}

/// Something worth a line on the timeline.
public struct RunEvent: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case stage, fault, guardTripped = "guard", rateChanged = "rate", paused, resumed, note
    }

    public var at: TimeSpan
    public var kind: Kind
    public var text: String

    public init(at: TimeSpan, kind: Kind, text: String) {
        self.at = at
        self.kind = kind
        self.text = text
    }
}

/// How the run came to its end.
public enum Ending: Sendable, Equatable {
    case completed
    case aborted(at: TimeSpan, guardText: String)
    /// By a signal with this number.
    case interrupted(at: TimeSpan, signal: Int32)
    /// The target died, the disk filled, the lease was lost: what, in words.
    case failed(at: TimeSpan, reason: String)
}
