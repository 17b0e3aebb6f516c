package import Diagnostics
import Numerals
package import PlanModel
package import PlanValues
import SeededRandom
package import Timebase

/// The traffic of a plan as the driver needs it: every arrival's instant and journey, seekable, from plan and seed
/// alone. Stages of a closed model and replays have no arrivals in the schedule; they stand in the curve as a pause of
/// their length, so that all stages share one clock.
package struct PlannedTraffic: Sendable {
    package struct Stage: Sendable {
        package enum Source: Sendable {
            case schedule
            case users(UserPopulation)
            case replay(path: String, speed: Double)
        }

        package let name: String
        /// The plan's word for it.
        package let kind: String
        package let span: Range<TimeSpan>
        package let countsForVerdicts: Bool
        package let source: Source
    }

    /// Why a plan whose every value is sound still makes no traffic.
    package enum Fault: Error, Equatable, Sendable {
        case rateTooHigh(stage: String, perSecond: Double)
        case tooManyArrivals(expected: Double)
        case tooLong(stage: String)
        case emptyRecording(path: String)
    }

    package let stages: [Stage]
    package let schedule: ArrivalSchedule
    package let mix: Mix
    /// Nil where the plan asks for no untagged twins.
    package let control: ControlTraffic?

    package var curve: RateCurve { schedule.curve }
    package var length: TimeSpan { curve.length }

    /// A year: instants stay far from the end of 64 bits.
    package static let lengthMax = TimeSpan.seconds(366 * 86_400)

    /// `recordings` holds the profile of each replayed file, by its path in the plan.
    package init(
        _ plan: Plan, seed: UInt64? = nil, recordings: [String: RecordingProfile] = [:]
    ) throws(Fault) {
        let root = Seed(seed ?? plan.seed)
        var curveStages: [TrafficStage] = []
        var drafts: [(kind: String, source: Stage.Source)] = []
        for (number, stage) in plan.traffic.enumerated() {
            let draft = try Self.draft(stage, seed: root.split("stage").child(number), recordings: recordings)
            curveStages.append(try Self.curveStage(stage, draft))
            drafts.append((stage.countsForVerdicts ? draft.kind : "warm-up", draft.source))
        }
        try Self.check(curveStages)
        let curve = RateCurve(curveStages)
        stages = zip(plan.traffic, drafts).enumerated().map { index, pair in
            Stage(
                name: pair.0.name.value, kind: pair.1.kind, span: curve.interval(ofStage: index),
                countsForVerdicts: pair.0.countsForVerdicts, source: pair.1.source)
        }
        schedule = ArrivalSchedule(curve, Self.process(plan.arrivals), seed: root)
        let weights = plan.traffic.map { Self.weights(of: $0, in: plan) }
        mix = Mix(weights, seed: root)
        control = plan.shadow.control.map { rate in
            ControlTraffic(perSecond: rate.value.perSecond, beside: curveStages, weights: weights, seed: root)
        }
    }

    /// What no schedule can hold, whatever the recordings have: stages that play one are left out.
    package static func check(_ plan: Plan) throws(Fault) {
        var stages: [TrafficStage] = []
        for stage in plan.traffic {
            if case .replay = stage.load { continue }
            stages.append(try curveStage(stage, draft(stage, seed: Seed(plan.seed), recordings: [:])))
        }
        try check(stages)
    }

    private static func curveStage(_ stage: PlanModel.Stage, _ draft: Draft) throws(Fault) -> TrafficStage {
        guard .zero < draft.span, draft.span <= lengthMax else { throw .tooLong(stage: stage.name.value) }
        return TrafficStage(stage.name.value, for: draft.span, draft.shape, isWarmUp: !stage.countsForVerdicts)
    }

    /// In order, the stages that play a recording.
    package var replayStages: [Int] {
        stages.indices.filter { if case .replay = stages[$0].source { true } else { false } }
    }

    /// Arrivals by the schedule alone.
    package func scheduled(inStage stage: Int) -> Int { schedule.count(in: stages[stage].span) }

    private static func process(_ arrivals: Arrivals) -> ArrivalProcess {
        switch arrivals {
        case .poisson: .poisson
        case .uniform: .uniform
        case .bursts(let size): .bursts(size: size)
        }
    }

    private static func weights(of stage: PlanModel.Stage, in plan: Plan) -> [Double] {
        plan.journeys.map { journey in
            guard !stage.mix.isEmpty else { return journey.weight }
            return stage.mix.first { $0.journey.value == journey.name.value }?.weight ?? 0
        }
    }

    private typealias Draft = (span: TimeSpan, shape: TrafficStage.Shape, source: Stage.Source, kind: String)

    private static func draft(
        _ stage: PlanModel.Stage, seed: Seed, recordings: [String: RecordingProfile]
    ) throws(Fault) -> Draft {
        switch stage.load {
        case .hold(let rate, let span): return (span, .hold(rate: rate.perSecond), .schedule, "hold")
        case .spike(let rate, let span): return (span, .spike(rate: rate.perSecond), .schedule, "spike")
        case .ramp(let from, let to, let span, let curve):
            return (span, .ramp(from: from.perSecond, to: to.perSecond, ramp(curve)), .schedule, "ramp")
        case .pulses(let rate, let base, let width, let every, let span):
            let shape = TrafficStage.Shape.pulses(
                base: base.perSecond, peak: rate.perSecond, every: every, width: width)
            return (span, shape, .schedule, "pulses")
        case .pause(let span): return (span, .pause, .schedule, "pause")
        case .users(let count, let think, let span):
            let population = UserPopulation(count: count, for: span, think: ThinkTime(think), seed: seed)
            return (span, .pause, .users(population), "users")
        case .replay(let path, let pace, let limit):
            let (speed, span) = try self.pace(pace, of: path.value, recordings[path.value])
            return (min(span, limit ?? span), .pause, .replay(path: path.value, speed: speed), "replay")
        }
    }

    private static func ramp(_ curve: Curve) -> TrafficStage.Ramp {
        switch curve {
        case .linear: .linear
        case .exponential: .exponential
        case .steps(let count): .steps(count)
        }
    }

    /// The last request of a recording is still inside its stage.
    private static func pace(
        _ pace: ReplayPace, of path: String, _ profile: RecordingProfile?
    ) throws(Fault) -> (speed: Double, span: TimeSpan) {
        guard let profile, profile.count > 0 else { throw .emptyRecording(path: path) }
        let speed: Double
        switch pace {
        case .speed(let factor): speed = factor.value
        case .rate(let rate):
            guard let needed = profile.speed(forRate: rate.perSecond) else { throw .emptyRecording(path: path) }
            speed = needed
        }
        let nanoseconds = Double(profile.length.nanoseconds) / speed
        guard nanoseconds < Double(lengthMax.nanoseconds) else { throw .tooLong(stage: path) }
        return (speed, TimeSpan(nanoseconds: Int64(nanoseconds) + 1_000_000))
    }

    private static func check(_ stages: [TrafficStage]) throws(Fault) {
        var expected = 0.0
        for stage in stages {
            let peak = stage.shape.peakRate
            guard peak <= TrafficStage.rateMax else { throw .rateTooHigh(stage: stage.name, perSecond: peak) }
            expected += peak * stage.length.seconds
        }
        guard expected < RateCurve.totalMax else { throw .tooManyArrivals(expected: expected) }
    }
}

extension TrafficStage.Shape {
    fileprivate var peakRate: Double {
        switch self {
        case .hold(let rate), .spike(let rate): rate
        case .ramp(let from, let to, _): max(from, to)
        case .pulses(let base, let peak, _, _): max(base, peak)
        case .pause: 0
        }
    }
}

extension ThinkTime {
    package init(_ distribution: PlanValues.Distribution<TimeSpan>) {
        self =
            switch distribution {
            case .constant(let span): span > .zero ? .constant(span) : .none
            case .uniform(let min, let max): .uniform(from: min, to: max)
            case .exponential(let mean): .exponential(mean: mean)
            case .normal(let mean, let deviation): .normal(mean: mean, deviation: deviation)
            case .lognormal(let p50, let p99, let max):
                .logNormal(p50: p50, p99: p99, max: max ?? TimeSpan.seconds(3_600))
            }
    }
}

extension PlannedTraffic.Fault {
    /// At the stage or recording that it names.
    package func diagnostic(in plan: Plan) -> Diagnostic {
        let span = plan.traffic.lazy.compactMap { stage -> SourceSpan? in
            switch self {
            case .rateTooHigh(let name, _), .tooLong(let name): stage.name.value == name ? stage.name.span : nil
            case .emptyRecording(let path):
                if case .replay(let file, _, _) = stage.load, file.value == path { file.span } else { nil }
            case .tooManyArrivals: stage.name.span
            }
        }.first
        return .error("\(self)", at: span)
    }
}

extension PlannedTraffic.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rateTooHigh(let stage, let rate):
            "the stage '\(stage)' asks for \(Self.whole(rate)) arrivals a second; "
                + "at most \(Self.whole(TrafficStage.rateMax)) are possible"
        case .tooManyArrivals(let expected):
            "the traffic has some \(Self.whole(expected)) arrivals; at most \(Self.whole(RateCurve.totalMax)) are possible"
        case .tooLong(let stage):
            "the stage '\(stage)' is not between a nanosecond and \(PlannedTraffic.lengthMax) long"
        case .emptyRecording(let path):
            "the recording '\(path)' has too few requests to be played at this pace"
        }
    }

    private static func whole(_ number: Double) -> String { Figures.grouped(Int(min(number.rounded(.up), 9e18))) }
}
