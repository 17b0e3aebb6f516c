internal import Histogram
internal import Timebase

/// What became of the steps of a run, counted from its segments.
struct SentTally {
    private let opening: RunRecord
    private let extent: SentExtent
    private var slices = SentCells(PackedHistogram.coarse, openMax: 64)
    private var stages = SentCells(PackedHistogram.precise, openMax: 4)
    private var started: [Int: UInt64] = [:]
    private var startedInStage: [UInt64]
    /// When steps were due whose first try came to nothing, for the tries behind it.
    private var due = RecentSteps<TimeSpan>()
    private var polls = RecentSteps<Poll>()
    /// Rows that are none of this run's, whatever they are.
    private var misplaced: UInt64 = 0

    private struct Poll {
        let due: TimeSpan
        var outcome: Outcome
        var endedAt: TimeSpan
    }

    init(_ opening: RunRecord, _ extent: SentExtent) {
        (self.opening, self.extent) = (opening, extent)
        startedInStage = Array(repeating: 0, count: opening.stages.count)
    }

    mutating func add(_ attempt: EvidenceRecord) {
        guard extent.isSound(attempt) else { return misplaced += 1 }
        let intent = attempt.intent
        guard intent.isOfTraffic else { return }
        if intent.isArrival(opening.steps) {
            started[slice(at: intent.intendedAt), default: 0] += 1
            if !startedInStage.isEmpty { startedInStage[extent.stage(of: intent.arrival)] += 1 }
        }
        if opening.steps[Int(intent.step)].isRequest { addRequest(attempt) } else { addQuestion(attempt) }
    }

    /// A retry is admitted or not since the step was due, and shed since its own attempt was.
    private mutating func addRequest(_ attempt: EvidenceRecord) {
        let (intent, step) = (attempt.intent, StepOfArrival(attempt.intent))
        let outcome = attempt.ending?.outcome ?? .unknown
        let known = intent.attempt == 1 ? nil : due[step]
        let stepDue = known ?? intent.intendedAt
        if intent.attempt == 1, outcome != .ok { _ = due.set(step, stepDue) }
        let from = if case .shed = outcome { intent.intendedAt } else { stepDue }
        let endedAt = attempt.ending?.completedAt ?? extent.last
        count(step, outcome, due: stepDue, sinceDue: endedAt - from, sinceSent: endedAt - intent.sentAt)
    }

    private mutating func addQuestion(_ attempt: EvidenceRecord) {
        let step = StepOfArrival(attempt.intent)
        var poll =
            polls[step] ?? Poll(due: attempt.intent.intendedAt, outcome: .unknown, endedAt: attempt.intent.sentAt)
        poll.outcome = attempt.ending?.outcome ?? .unknown
        poll.endedAt = attempt.ending?.completedAt ?? extent.last
        for (step, poll) in polls.set(step, poll) { count(step, poll) }
    }

    private mutating func count(_ step: StepOfArrival, _ poll: Poll) {
        let span = poll.endedAt - poll.due
        count(step, poll.outcome, due: poll.due, sinceDue: span, sinceSent: span)
    }

    private mutating func count(
        _ step: StepOfArrival, _ outcome: Outcome, due: TimeSpan, sinceDue: TimeSpan, sinceSent: TimeSpan
    ) {
        let (sinceDue, sinceSent) = (UInt64(max(sinceDue.nanoseconds, 0)), UInt64(max(sinceSent.nanoseconds, 0)))
        let number = Int(step.step)
        slices.record(number, at: slice(at: due), outcome, sinceDue: sinceDue, sinceSent: sinceSent)
        stages.record(number, at: extent.stage(of: step.arrival), outcome, sinceDue: sinceDue, sinceSent: sinceSent)
    }

    private func slice(at instant: TimeSpan) -> Int {
        Int(instant.nanoseconds / opening.sliceLength.nanoseconds)
    }

    // MARK: The record

    mutating func finished() -> RunRecord {
        for (step, poll) in polls.takeAll() { count(step, poll) }
        var record = opening
        record.stages = opening.stages.indices.map(stage)
        record.slices = extent.count == 0 ? [] : (0...slice(at: extent.last)).map(slice)
        record.generator.evidenceRecords = extent.count
        record.events = events
        record.ending = .failed(at: extent.last, reason: TornRun.reason)
        return record
    }

    /// What was never due is not missing; how much of a stage was due when the driver died is not known.
    private func stage(_ place: Int) -> StageRecord {
        var stage = opening.stages[place]
        if stage.span.upperBound > extent.last { stage.scheduled = stage.scheduled.map { _ in startedInStage[place] } }
        for (step, cell) in stages.cells(at: place) { stage.cells[step] = cell }
        return stage
    }

    private func slice(_ place: Int) -> SliceRecord {
        var arrivals = ArrivalCounts()
        (arrivals.scheduled, arrivals.started) = (started[place] ?? 0, started[place] ?? 0)
        return SliceRecord(
            arrivals: arrivals, lagP99: .zero, lagMax: .zero, inFlightMean: 0, inFlightMax: 0, residence: .zero,
            cells: slices.cells(at: place))
    }

    private var events: [RunEvent] {
        var events = opening.stages.filter { $0.span.lowerBound <= extent.last }.map {
            RunEvent(at: $0.span.lowerBound, kind: .stage, text: $0.name)
        }
        if misplaced > 0 {
            let text = "\(misplaced) rows of the evidence are none of this run's steps or time, and are left out"
            events.append(RunEvent(at: extent.last, kind: .note, text: text))
        }
        return events
    }
}

/// One step of one arrival.
private struct StepOfArrival: Hashable {
    let arrival: UInt64
    let step: UInt16

    init(_ intent: Intent) {
        (arrival, step) = (intent.arrival, intent.step)
    }
}

/// What is known of steps that may go on, of the last so many and no more.
private struct RecentSteps<Value> {
    private var older: [StepOfArrival: Value] = [:]
    private var newer: [StepOfArrival: Value] = [:]

    /// Of each half.
    private static var countMax: Int { 1 << 16 }

    subscript(step: StepOfArrival) -> Value? { newer[step] ?? older[step] }

    /// What had to make room.
    mutating func set(_ step: StepOfArrival, _ value: Value) -> [(StepOfArrival, Value)] {
        older[step] = nil
        newer[step] = value
        guard newer.count >= Self.countMax else { return [] }
        defer { (older, newer) = (newer, [:]) }
        return Self.sorted(older)
    }

    mutating func takeAll() -> [(StepOfArrival, Value)] {
        defer { (older, newer) = ([:], [:]) }
        return Self.sorted(older) + Self.sorted(newer)
    }

    private static func sorted(_ values: [StepOfArrival: Value]) -> [(StepOfArrival, Value)] {
        values.sorted { ($0.key.arrival, $0.key.step) < ($1.key.arrival, $1.key.step) }.map { ($0.key, $0.value) }
    }
}
