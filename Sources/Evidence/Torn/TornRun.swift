// Goal: the record of a run whose driver was killed, from what it had written down: the opening record, and the segments.
// Method: segments are read twice. The first time tells where they end and which arrivals belong to which stage, the second
// counts, as the driver's own tally would have: each step under the second in which it was due, retries since their step was
// due, a poll as one step. A request without an ending is unknown, and was waited for until the end.
// Not here: what only the driver's memory held. Lag, arrivals in flight, drops, waits for connections and webhooks that were
// awaited are not known, so the load is not judged, and with it no performance.

internal import Timebase

package struct TornRun {
    /// Gives the next attempt; nil at the end.
    package typealias Attempts = () throws(EvidenceError) -> EvidenceRecord?

    private let opening: RunRecord
    private let attempts: () throws(EvidenceError) -> Attempts
    /// What is lost of what it had written down, in words; nil where nothing is known to be.
    package let gap: String?

    package static let reason = "the driver was killed; what it had sent is below"

    /// - Parameter attempts: begins anew with each call.
    package init(
        _ opening: RunRecord, gap: String? = nil, _ attempts: @escaping () throws(EvidenceError) -> Attempts
    ) {
        self.opening = opening
        self.gap = gap
        self.attempts = attempts
    }

    package init(_ opening: RunRecord, segments folder: String) throws(EvidenceError) {
        let missing = try EvidenceReader(.folder(folder), ofRun: opening.identity.runID).tally.missingWords
        let gap = missing.map { "of the driver's evidence \($0): what was sent then is in no figure" }
        self.init(opening, gap: gap) { () throws(EvidenceError) in
            var reader = try EvidenceReader(.folder(folder), ofRun: opening.identity.runID)
            return { () throws(EvidenceError) in try reader.next() }
        }
    }

    package func record() throws(EvidenceError) -> RunRecord {
        var extent = SentExtent(opening)
        let first = try attempts()
        while let attempt = try first() { extent.add(attempt) }
        var tally = SentTally(opening, extent)
        let second = try attempts()
        while let attempt = try second() { tally.add(attempt) }
        var record = tally.finished()
        if let gap { record.events.append(RunEvent(at: extent.last, kind: .note, text: gap)) }
        return record
    }
}

/// How far the evidence goes, and where the stages' arrivals begin.
struct SentExtent {
    private let stages: [StageRecord]
    private let steps: [StepRecord]
    /// Behind it no instant is one of the run.
    private let endMax: TimeSpan
    /// The last instant that anything tells of.
    private(set) var last = TimeSpan.zero
    private(set) var count: UInt64 = 0
    /// By the number of the first arrival that was due in it; nil where none was.
    private var firstArrivals: [UInt64?]

    private static let drainMax = TimeSpan.seconds(24 * 3_600)

    init(_ opening: RunRecord) {
        stages = opening.stages
        steps = opening.steps
        endMax = (stages.last?.span.upperBound ?? .zero) + Self.drainMax
        firstArrivals = Array(repeating: nil, count: stages.count)
    }

    /// Whether it can be one of this run's.
    func isSound(_ attempt: EvidenceRecord) -> Bool {
        let range = TimeSpan.zero...endMax
        return steps.indices.contains(Int(attempt.intent.step)) && range.contains(attempt.intent.intendedAt)
            && range.contains(attempt.intent.sentAt) && range.contains(attempt.ending?.completedAt ?? .zero)
    }

    mutating func add(_ attempt: EvidenceRecord) {
        count += 1
        guard isSound(attempt) else { return }
        let intent = attempt.intent
        last = max(last, max(intent.sentAt, attempt.ending?.completedAt ?? .zero))
        guard intent.isArrival(steps), ArrivalNumber.stage(of: intent.arrival) == nil,
            let stage = stages.lastIndex(where: { $0.span.lowerBound <= intent.intendedAt })
        else { return }
        firstArrivals[stage] = min(firstArrivals[stage] ?? intent.arrival, intent.arrival)
    }

    /// Arrivals of the schedule are numbered in the order in which they are due; others tell their stage.
    func stage(of arrival: UInt64) -> Int {
        if let told = ArrivalNumber.stage(of: arrival) { return min(told, max(stages.count - 1, 0)) }
        return firstArrivals.lastIndex { $0.map { $0 <= arrival } ?? false } ?? 0
    }
}

extension Intent {
    /// The first that its arrival sent.
    func isArrival(_ steps: [StepRecord]) -> Bool { attempt == 1 && isOfTraffic && steps[Int(step)].isFirst }

    /// Twins, of either kind, stand in no series.
    var isOfTraffic: Bool { flags.isDisjoint(with: [.isDuplicate, .isUntagged]) }
}
