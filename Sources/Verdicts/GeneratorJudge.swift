import Evidence
import Histogram
import Numerals
import PlanValues
import Timebase

/// Was the load made as it was planned?
///
/// In every stage that counts: nearly all of the schedule began in every slice, arrivals began on time, and the
/// latencies account for the arrivals that were seen in flight (Little's law: L = lambda W, with L sampled on a clock
/// of its own). Time that the machine took away is told apart from the generator's own delays: it makes the verdict
/// inconclusive, not failed.
struct GeneratorJudge {
    static let lagP99Max = TimeSpan.milliseconds(1)
    /// Of the schedule, in every slice.
    static let rateMin = 0.99
    /// |L - lambda W| / L.
    static let littleMax = 0.05
    /// So many witnesses of a kind are named, and the rest counted.
    static let witnessesMax = 5

    let record: RunRecord
    let lagLimit: TimeSpan

    var judgement: Judgement {
        let stages = record.countedStages
        let found = self.findings(in: stages)
        // What decides comes first.
        let findings = Judgement.Status.byWeight.flatMap { status in found.filter { $0.status == status } }
        return Judgement(
            name: "generator", kind: .generator, claim: "the load was made as it was planned",
            status: findings.first?.status ?? .pass, expected: expected,
            observed: observed(in: stages), window: Judgement.Window(stages.map(\.stage)), reasons: findings.map(\.text)
        )
    }

    private func findings(in stages: [CountedStage]) -> [Finding] {
        let began = stages.reduce(0) { $0 + record.arrivals(in: $1.slices).started }
        guard began > 0 else {
            return [Finding(status: .inconclusive, text: "no arrival began in a stage that counts")] + ofWholeRun
        }
        return stages.flatMap { rateFindings(in: $0) + lagFindings(in: $0) + littleFindings(in: $0) } + ofWholeRun
    }

    private var ofWholeRun: [Finding] {
        let generator = record.generator
        var findings: [Finding] = []
        if generator.isChangedByHand {
            findings.append(
                Finding(status: .inconclusive, text: "rates were changed, or the schedule paused, by hand"))
        }
        if generator.poolStarved > 0 {
            let starved = Figures.counted(generator.poolStarved, "request")
            findings.append(Finding(status: .fail, text: "\(starved) never got a connection; raise 'connections'"))
        }
        if generator.descriptorsMissing > 0 {
            let missing = Figures.counted(generator.descriptorsMissing, "request")
            findings.append(
                Finding(
                    status: .fail,
                    text: "\(missing) found no file descriptor left in the driver's process; raise 'ulimit -n'"))
        }
        if generator.poolWaits > 0 {
            let waits = Figures.counted(generator.poolWaits, "request")
            let waited = Figures.span(generator.poolWaited)
            findings.append(
                Finding(
                    status: .pass, text: "\(waits) waited for a connection, \(waited) together, within their latency"))
        }
        return findings
    }

    private var expected: String {
        "at least \(Ratio(Self.rateMin)) of the schedule in every slice of \(record.sliceLength), "
            + "lag p99 at most \(lagLimit), |L - lambda W| / L at most \(Ratio(Self.littleMax)), "
            + "a connection for every request"
    }

    private func observed(in stages: [CountedStage]) -> String {
        let worst = stages.compactMap { stage in stage.slices.compactMap { record.slices[$0].achieved }.min() }.min()
        let lag = stages.compactMap { self.lag(in: $0)?.value(atPercentile: 99) }.max()
        // What is uneven enough to be in doubt is a remark below, and no figure of the run.
        let little = stages.compactMap(littleBalance).filter { $0.isBroken || $0.deviation <= Self.littleMax }
            .map(\.deviation).max()
        let dropped = stages.reduce(0) { $0 + record.arrivals(in: $1.slices).dropped }
        var parts: [String] = []
        if let worst { parts.append("\(Figures.percent(worst)) of the schedule in the worst slice") }
        if let lag { parts.append("lag p99 \(Figures.span(nanoseconds: lag))") }
        parts.append(little.map { "|L - lambda W| / L \(Figures.percent($0))" } ?? "too little for Little's law")
        if dropped > 0 { parts.append("\(Figures.counted(dropped, "arrival")) dropped") }
        return parts.joined(separator: ", ")
    }
}

extension RunRecord {
    func arrivals(in slices: Range<Int>) -> ArrivalCounts {
        slices.reduce(into: ArrivalCounts()) { $0 += self.slices[$1].arrivals }
    }
}

extension SliceRecord {
    /// The part of the schedule that began; nil where nothing was due.
    var achieved: Double? {
        arrivals.scheduled > 0 ? min(1, Double(arrivals.started) / Double(arrivals.scheduled)) : nil
    }
}
