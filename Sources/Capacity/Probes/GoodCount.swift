import Evidence
import Histogram
import Timebase

/// How many arrivals of a stage or a slice came to a correct end in time.
///
/// Evidence counts steps, not arrivals, so it is a lower bound: an arrival is not good when one of its steps was shed, failed
/// or was late, and one with two such steps counts twice against it. A correct "no" is a good end. What is late is told by
/// histograms of admitted requests, where unknown ones stand too: those are taken for late first.
struct GoodCount: Equatable {
    private(set) var scheduled: UInt64 = 0
    private(set) var begun: UInt64 = 0
    private(set) var requests: UInt64 = 0
    private(set) var shed: UInt64 = 0
    private(set) var errors: UInt64 = 0
    /// Correct answers beyond the limit.
    private(set) var late: UInt64 = 0
    /// Correct answers, in time or not.
    private(set) var answered: UInt64 = 0

    var failed: UInt64 { shed + errors }
    var good: UInt64 { begun - min(begun, failed + late) }
    /// Of what was offered; nil where nothing was.
    var share: Double? { scheduled > 0 ? Double(good) / Double(scheduled) : nil }

    init(_ arrivals: ArrivalCounts) {
        scheduled = arrivals.scheduled
        begun = arrivals.started
    }

    /// - Parameter limit: beyond it an answer is of no use; nil for none.
    mutating func add(_ step: StepRecord, _ cell: StageCell, limit: TimeSpan?) {
        shed += cell.outcomes[.shed]
        errors += cell.outcomes.errors
        guard step.isRequest else { return }
        requests += cell.outcomes.total
        answered += cell.outcomes[.ok] + cell.outcomes[.declined]
        guard let limit, let histogram = try? cell.corrected.opened() else { return }
        let beyond = histogram.recorded.reduce(0) {
            $0 + ($1.values.lowerBound > UInt64(limit.nanoseconds) ? $1.count : 0)
        }
        late += beyond - min(beyond, cell.outcomes[.unknown])
    }
}

extension GoodCount {
    static func += (left: inout GoodCount, right: GoodCount) {
        left.scheduled += right.scheduled
        left.begun += right.begun
        left.requests += right.requests
        left.shed += right.shed
        left.errors += right.errors
        left.late += right.late
        left.answered += right.answered
    }
}

extension RunRecord {
    func goodCount(inSlice place: Int, limit: TimeSpan?) -> GoodCount {
        let slice = slices[place]
        var count = GoodCount(slice.arrivals)
        for (step, cell) in slice.cells where steps.indices.contains(step) {
            count.add(steps[step], cell, limit: limit)
        }
        return count
    }

    /// Of all steps that were due in the stage; arrivals are counted in the slices wholly inside it.
    func goodCount(in stage: StageRecord, slices: Range<Int>, limit: TimeSpan?) -> GoodCount {
        let arrivals = slices.reduce(into: ArrivalCounts()) { $0 += self.slices[$1].arrivals }
        var count = GoodCount(arrivals)
        for (step, cell) in zip(steps, stage.cells) { count.add(step, cell, limit: limit) }
        return count
    }
}
