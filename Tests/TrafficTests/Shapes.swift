import SeededRandom
import Timebase
import Traffic

/// The shapes, processes and shard counts that the schedule tests enumerate.
enum Shapes {
    static let seed = Seed(20_261_111)
    static let processes: [ArrivalProcess] = [.uniform, .poisson, .bursts(size: 7)]

    static func stage(_ shape: TrafficStage.Shape, for length: TimeSpan = .seconds(2)) -> TrafficStage {
        TrafficStage("only", for: length, shape)
    }

    /// Each shape alone, then all of them in a row.
    static let curves: [RateCurve] =
        single.map { RateCurve([$0]) }
        + [
            RateCurve(single),
            RateCurve([stage(.pause)] + single.reversed() + [stage(.pause)]),
            // Nothing but silence; less than half an arrival; an arrival due in the last nanoseconds.
            RateCurve([stage(.pause)]), RateCurve([stage(.hold(rate: 0.2))]), RateCurve([stage(.hold(rate: 0.26))]),
        ]

    private static let single: [TrafficStage] = [
        stage(.hold(rate: 310.7)), stage(.spike(rate: 2_000)), stage(.pause),
        stage(.ramp(from: 0, to: 500, .linear)), stage(.ramp(from: 500, to: 0, .linear)),
        stage(.ramp(from: 20, to: 900, .linear), for: .nanoseconds(1_234_567_891)),
        stage(.ramp(from: 10, to: 700, .steps(6))),
        stage(.ramp(from: 700, to: 0, .steps(3)), for: .nanoseconds(999_999_999)),
        stage(.ramp(from: 5, to: 1_000, .exponential)), stage(.ramp(from: 1_000, to: 5, .exponential)),
        stage(.pulses(base: 0, peak: 3_000, every: .milliseconds(300), width: .milliseconds(50))),
        stage(.pulses(base: 100, peak: 1_000, every: .milliseconds(700), width: .milliseconds(100))),
        stage(.pulses(base: 400, peak: 500, every: .milliseconds(90), width: .milliseconds(90))),
    ]

    static let combinations: [(RateCurve, ArrivalProcess)] = curves.flatMap { curve in
        processes.map { (curve, $0) }
    }

    static func all(_ schedule: ArrivalSchedule, from instant: TimeSpan = .zero) -> [Arrival] {
        drained(schedule.arrivals(from: instant))
    }

    static func drained(_ cursor: ArrivalCursor) -> [Arrival] {
        var cursor = cursor
        var arrivals: [Arrival] = []
        while let arrival = cursor.next() { arrivals.append(arrival) }
        return arrivals
    }
}
