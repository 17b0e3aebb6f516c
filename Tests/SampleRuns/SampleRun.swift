package import Evidence
import Histogram
package import SeededRandom
package import Timebase

/// A made-up run for tests of what reads records: arrivals on a grid, each with a fate that a seed decides, counted as
/// a driver counts them. Load in flight is integrated exactly, so Little's law holds by construction.
///
/// It drives nothing, and knows nothing of queues: `Behaviour` says what becomes of an arrival at an instant.
package struct SampleRun: Sendable {
    package struct Stage: Sendable {
        package var name: String
        package var kind: String
        package var seconds: Int
        package var rate: Int
        package var counts: Bool

        package init(_ name: String, kind: String = "hold", seconds: Int, rate: Int, counts: Bool = true) {
            self.name = name
            self.kind = kind
            self.seconds = seconds
            self.rate = rate
            self.counts = counts
        }
    }

    /// What becomes of one step.
    package struct Fate: Sendable {
        package var outcome: Outcome
        /// From the sending to the end.
        package var latency: TimeSpan
        /// Of the generator.
        package var lag: TimeSpan

        package init(_ outcome: Outcome, _ latency: TimeSpan, lag: TimeSpan = .microseconds(80)) {
            self.outcome = outcome
            self.latency = latency
            self.lag = lag
        }
    }

    /// By the second of the run, with its fraction, and the step's place.
    package typealias Behaviour = @Sendable (_ second: Double, _ step: Int, _ random: inout SeededRandom) -> Fate

    package var stages: [Stage]
    package var steps: [StepRecord] = [
        StepRecord(journey: "pay", title: "POST /v1/payments", priority: "critical", isFirst: true),
        StepRecord(journey: "query", title: "GET /v1/payments/{id}", priority: "low", isFirst: true),
    ]
    /// The part of the arrivals that goes to the first journey.
    package var firstShare = 0.75
    package var seed: UInt64 = 1
    package var behaviour: Behaviour

    package init(_ stages: [Stage], behaviour: @escaping Behaviour = SampleRun.quick) {
        self.stages = stages
        self.behaviour = behaviour
    }

    /// Every answer is good, within some milliseconds.
    package static let quick: Behaviour = { _, step, random in
        let latency = LogNormal(p50: step == 0 ? 4.0 : 1.5, p99: step == 0 ? 18 : 6).sample(&random)
        return Fate(.ok, .microseconds(Int64(latency * 1_000)))
    }

    package var record: RunRecord {
        var count = SampleCount(self)
        var random = Seed(seed).stream()
        for (place, stage) in stages.enumerated() where stage.rate > 0 {
            for arrival in 0..<stage.seconds * stage.rate {
                let due = Double(start(of: place)) + Double(arrival) / Double(stage.rate)
                let step = random.unit() < firstShare ? 0 : 1
                count.add(behaviour(due, step, &random), stage: place, step: step, due: due)
            }
        }
        return count.record
    }

    func start(of stage: Int) -> Int { stages[..<stage].reduce(0) { $0 + $1.seconds } }
    var seconds: Int { start(of: stages.count) }
}

extension SampleRun {
    /// Sixty seconds that meet every bound, after a warm-up that would not.
    package static let steady = SampleRun([
        Stage("warm-up", kind: "warm-up", seconds: 5, rate: 50, counts: false),
        Stage("baseline", seconds: 20, rate: 200),
    ])

    /// A flash sale: the target stalls for two seconds, then sheds, and recovers in time.
    package static let flashSale: SampleRun = {
        var run = SampleRun(
            [
                Stage("warm-up", kind: "warm-up", seconds: 8, rate: 60, counts: false),
                Stage("baseline", seconds: 24, rate: 150), Stage("flash", kind: "spike", seconds: 12, rate: 450),
                Stage("after", seconds: 36, rate: 150),
            ], behaviour: stallShedRecover)
        run.seed = 20_261_111
        return run
    }()

    private static let stallShedRecover: Behaviour = { second, step, random in
        var fate = quick(second, step, &random)
        let chance = random.unit()
        switch second {
        case 34..<36 where chance < 0.06: return Fate(.unknown, .seconds(5))
        case 34..<36 where chance < 0.09: return Fate(.reset, .milliseconds(Int64((36 - second) * 1_000)))
        case 34..<36: fate.latency = fate.latency + .milliseconds(Int64((36 - second) * 1_000))
        case 36..<46 where chance < (step == 0 ? 0.3 : 0.75): return Fate(.shed, .microseconds(900))
        case 32..<46: fate.latency = .microseconds(Int64(fate.latency.microseconds * 14))
        case 46..<52: fate.latency = .microseconds(Int64(fate.latency.microseconds * (1 + (52 - second) * 1.5)))
        default: break
        }
        if step == 0, chance > 0.985 { fate.outcome = .declined }
        if step == 1, chance > 0.999 { fate.outcome = .expectationFailed }
        return fate
    }
}
