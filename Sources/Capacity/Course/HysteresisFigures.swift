// Goal: whether the way back from an overload is the way there.
//
// Method: one drill goes up in steps beyond the knee and down again by the same rates. At each rate the good share of what was
// offered coming down is held against that going up; the first slices of each step are left out, since a bounded queue may
// drain, and so are rates of which not even half came good going up. Two standard errors of both means make the interval.

import Evidence
package import Verdicts

package struct HysteresisFigures: Sendable, Equatable {
    package struct Level: Sendable, Equatable {
        package let perSecond: Double
        /// Good ones of those offered.
        package let up: Double
        package let down: Double
        /// Down over up; nil where too little was good going up to say anything.
        package let ratio: MeanRatio?
    }

    package struct MeanRatio: Sendable, Equatable {
        package let value: Double
        package let low: Double
        package let high: Double
    }

    package let levels: [Level]
    package let status: Judgement.Status

    package static let ratioMin = 0.95
    static let slicesLeftOut = 2
    /// Where less than this came good going up, the target was broken then already.
    static let upMin = 0.5
    /// Of the knee, going up; the last is the top.
    package static let steps = [0.6, 0.9, 1.2, 1.5]

    /// The one that came back worst.
    package var worst: Level? {
        levels.filter { $0.ratio != nil }.min { ($0.ratio?.value ?? 1) < ($1.ratio?.value ?? 1) }
    }
}

extension HysteresisFigures {
    /// Nil for a run that does not have all its levels.
    init?(_ record: RunRecord, knee: Double, objective: CapacityObjective, isMade: Bool) {
        let (stages, sight) = (record.countedStages, RunSight(record))
        let (rising, count) = (Self.steps.dropLast(), Self.steps.count * 2 - 1)
        guard stages.count == count, record.ending == .completed else { return nil }
        levels = rising.indices.compactMap { place in
            let (up, down) = (stages[place], stages[count - 1 - place])
            guard let rising = Self.shares(sight, up, objective), let falling = Self.shares(sight, down, objective)
            else { return nil }
            return Level(
                perSecond: Self.steps[place] * knee, up: rising.value, down: falling.value,
                ratio: rising.value >= Self.upMin ? MeanRatio(of: falling, to: rising) : nil)
        }
        guard levels.count == rising.count else { return nil }
        let parts = levels.compactMap { $0.ratio?.status }
        // A load that was not made is no proof, unless it was the target that did not come back.
        status =
            parts.contains(.fail)
            ? .fail : !isMade || parts.isEmpty || parts.contains { $0 != .pass } ? .inconclusive : .pass
    }

    private static func shares(
        _ sight: RunSight, _ stage: CountedStage, _ objective: CapacityObjective
    ) -> MeanEstimate? {
        MeanEstimate(
            stage.slices.dropFirst(slicesLeftOut).compactMap {
                sight.goodput(CollectionOfOne($0), within: objective.uselessAfter).share
            })
    }
}

extension HysteresisFigures.MeanRatio {
    /// The relative errors of both add up as squares do; nil where nothing was good before.
    init?(of part: MeanEstimate, to whole: MeanEstimate) {
        guard whole.value > 0 else { return nil }
        value = part.value / whole.value
        let (mine, others) = ((part.high - part.value) / whole.value, (whole.high - whole.value) / whole.value * value)
        let half = (mine * mine + others * others).squareRoot()
        (low, high) = (max(0, value - half), value + half)
    }

    var status: Judgement.Status {
        if high < HysteresisFigures.ratioMin { return .fail }
        return value >= HysteresisFigures.ratioMin ? .pass : .inconclusive
    }
}
