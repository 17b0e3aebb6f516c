// Goal: what one probe says about its rate, from the run's record alone.
//
// Method: the objective over all requests of the stages that count, together: percentiles of admitted requests from the
// instant they were due, and the share of requests that were shed or failed, each with its interval. The load must have been
// made, by the generator's own verdict. Where it was not, the target is to blame only if requests took too long *behind the
// sending* as well: an answer that comes late fills connections and open arrivals, and then no generator can go on. Where
// only the time before the sending was too long, the generator was the limit.
//
// Not here: judging a plan's targets (`Verdicts`), and which rate is asked next (`KneeSearch`).

package import Evidence
import Histogram
import Numerals
import PlanModel
import PlanValues
import Timebase
package import Verdicts

package struct ProbeFigures: Sendable, Equatable {
    /// Arrivals a second: by the schedule, begun, and come to a correct end in time.
    package let offered: Double
    package let begun: Double
    package let goodput: MeanEstimate
    /// Good ones of those that were offered.
    package let share: Double
    package let requests: UInt64
    package let shed: UInt64
    package let errors: UInt64
    /// From the due instant, in nanoseconds, of all admitted requests; nil where there were none.
    package let p50: UInt64?
    package let p99: UInt64?
    /// Requests that were answered correctly, a second, and how many of them were under way on average (Little's law).
    package let throughput: Double
    package let concurrency: Double
    package let standing: ProbeStanding
    /// By what was measured alone.
    package let leansGood: Bool
    /// Why it is so, the weightiest first.
    package let reasons: [String]

    /// Of requests.
    package var shedShare: Double { requests > 0 ? Double(shed) / Double(requests) : 0 }
    package var errorShare: Double { requests > 0 ? Double(min(errors, requests)) / Double(requests) : 0 }
}

extension ProbeFigures {
    /// Nil when no stage of the run counted, or nothing arrived in it.
    /// - Parameter generator: the judge's word on how the load was made.
    package init?(_ record: RunRecord, generator: Judgement, objective: CapacityObjective) {
        let reading = ProbeReading(record, objective)
        guard reading.seconds > 0, let share = reading.whole.share, let goodput = reading.goodput else { return nil }
        let count = reading.count
        let finding = ProbeFinding(reading, generator, record.ending)
        offered = Double(reading.whole.offered) / reading.seconds
        begun = Double(reading.begun) / reading.seconds
        self.goodput = goodput
        self.share = share
        (requests, shed, errors) = (count.requests, count.shed, count.errors)
        p50 = reading.corrected?.value(atPercentile: 50)
        p99 = reading.corrected?.value(atPercentile: 99)
        throughput = Double(count.answered) / reading.seconds
        concurrency = reading.inside
        standing = finding.standing
        leansGood = finding.leansGood
        reasons = finding.reasons
    }
}

/// What a probe's record holds for the objective.
struct ProbeReading {
    let objective: CapacityObjective
    let seconds: Double
    let count: StepCount
    let begun: UInt64
    let whole: Goodput
    /// By slice.
    let goodput: MeanEstimate?
    /// Of all requests of the stages that count.
    let corrected: Histogram?
    let raw: Histogram?
    let lag: Histogram?
    /// Mean latency in the first and in the last third of the slices, in nanoseconds.
    let (first, last): (Double?, Double?)
    let dropped: UInt64
    let starved: UInt64

    init(_ record: RunRecord, _ objective: CapacityObjective) {
        self.objective = objective
        let stages = record.countedStages
        let limit = objective.uselessAfter
        seconds = stages.reduce(0) { $0 + Double($1.slices.count) * record.sliceLength.seconds }
        count = stages.reduce(into: StepCount()) { sum, stage in
            for (step, cell) in zip(record.steps, stage.stage.cells) { sum.add(step, cell) }
        }
        let (sight, slices) = (RunSight(record), stages.flatMap(\.slices))
        begun = slices.reduce(0) { $0 + record.slices[$1].arrivals.started }
        whole = sight.goodput(slices, within: limit)
        goodput = MeanEstimate(slices.map { sight.goodput(CollectionOfOne($0), within: limit).perSecond })
        corrected = Self.merged(record, stages) { $0.corrected }
        raw = Self.merged(record, stages) { $0.raw }
        lag = stages.reduce(into: nil as Histogram?) { sum, stage in
            guard record.generator.lag.indices.contains(stage.place) else { return }
            Self.merge(record.generator.lag[stage.place], into: &sum)
        }
        let third = max(1, slices.count / 3)
        first = Self.mean(record, slices.prefix(third))
        last = Self.mean(record, slices.suffix(third))
        dropped = slices.reduce(0) { $0 + record.slices[$1].arrivals.dropped }
        starved = record.generator.poolStarved
    }

    /// Requests under way on average: L = lambda W, W from the sending.
    var inside: Double {
        guard let raw, let mean = raw.mean else { return 0 }
        return Double(raw.total) * mean / 1e9 / seconds
    }

    private static func merged(
        _ record: RunRecord, _ stages: [CountedStage], _ part: (StageCell) -> PackedHistogram
    ) -> Histogram? {
        var sum: Histogram?
        for stage in stages {
            for (step, cell) in zip(record.steps, stage.stage.cells) where step.isRequest {
                merge(part(cell), into: &sum)
            }
        }
        return sum
    }

    /// All histograms of a run have one layout; what cannot be read is missing from its sum.
    private static func merge(_ packed: PackedHistogram, into sum: inout Histogram?) {
        guard let histogram = try? packed.opened() else { return }
        if sum == nil { sum = histogram } else { try? sum?.merge(histogram) }
    }

    private static func mean(_ record: RunRecord, _ slices: some Sequence<Int>) -> Double? {
        var (sum, count) = (0.0, 0.0)
        for slice in slices {
            for (step, cell) in record.slices[slice].cells where record.steps[step].isRequest {
                guard let histogram = try? cell.corrected.opened(), let mean = histogram.mean else { continue }
                sum += mean * Double(histogram.total)
                count += Double(histogram.total)
            }
        }
        return count > 0 ? sum / count : nil
    }
}
