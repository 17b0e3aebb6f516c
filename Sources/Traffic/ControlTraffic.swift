import SeededRandom
import Timebase

/// Goal: untagged twins of the traffic, so that an audit sees live work beside the drill's and can tell them apart.
///
/// Method: a schedule of its own on the same clock: the plan's `control` rate in every stage that counts, nothing in the
/// others, evenly spread. What counts is what verdicts speak of, and there isolation must hold; a warm-up is left alone.
/// Journeys are drawn by the stage's own mix.
///
/// Everything is drawn below the place "control" of the seed, where the traffic draws nothing: it is the same traffic,
/// to the nanosecond, with twins and without.
package struct ControlTraffic: Sendable {
    package let schedule: ArrivalSchedule
    package let mix: Mix

    /// Of a whole run. The schedule goes no further.
    package static let arrivalsMax = 100_000

    /// Twins that one run may have.
    package var count: Int { min(schedule.count, Self.arrivalsMax) }

    init(perSecond: Double, beside stages: [TrafficStage], weights: [[Double]], seed: Seed) {
        let place = seed.split("control")
        let curve = RateCurve(
            stages.map { stage in
                TrafficStage(stage.name, for: stage.length, stage.isWarmUp ? .pause : .hold(rate: perSecond))
            })
        schedule = ArrivalSchedule(curve, .uniform, seed: place)
        mix = Mix(weights, seed: place)
    }
}
