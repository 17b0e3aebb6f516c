package import Timebase

/// Goal: how many arrivals a plan expects up to any instant, and at which instant it expects any of them.
///
///     rate r(t)                     expected arrivals N(t) = integral of r from 0 to t
///       |        ____                 |                  ____
///       |       |    |                |               __/      N rises where r > 0,
///       |      /|    |___             |             _/         and is level in a pause
///       |  ___/ |        |            |         ___/
///       | |     |        |__          |     ___/
///       +-+-----+--------+---> t      +----+-------------> t
///        warm-up ramp  spike pause
///
/// Method: stages become pieces, each with a closed form, so that there is no step to choose and no error that adds up:
///
///     constant     r = a                N = a t                    t = N / a
///     linear       r = a + b t          N = a t + b t^2 / 2        t = 2 N / (a + sqrt(a^2 + 2 b N))
///     exponential  r = a e^(g t)        N = a (e^(g t) - 1) / g    t = log(1 + g N / a) / g
///     pulses       whole periods by division, the rest by the constant form
///
/// The pieces before are one number, found by binary search. Only operations that are the same on every host are used
/// (`DeterministicMath`), because each arrival of a schedule goes through `instant(atMass:)`.
///
/// N is the plan's own clock ("mass"): an arrivals process of rate one on that clock is the planned traffic on ours.
/// Where N is level, its inverse is the end of the level part: nothing arrives in a pause. What it does not do: decide
/// where single arrivals fall; `ArrivalSchedule` does.
package struct RateCurve: Sendable {
    package let stages: [TrafficStage]
    let pieces: [RatePiece]
    /// Where each stage starts; one more for the end of the last.
    private let bounds: [Int64]
    /// Expected arrivals in all stages.
    package let total: Double

    package static let totalMax = 0x1p40

    package init(_ stages: [TrafficStage]) {
        var pieces: [RatePiece] = []
        var bounds: [Int64] = [0]
        var mass = 0.0
        for stage in stages {
            for var piece in stage.pieces(startingAt: bounds[bounds.count - 1]) {
                piece.massBefore = mass
                mass += piece.mass
                pieces.append(piece)
            }
            bounds.append(bounds[bounds.count - 1] + stage.length.nanoseconds)
        }
        precondition(mass < Self.totalMax, "a curve of \(mass) expected arrivals")
        self.stages = stages
        self.pieces = pieces
        self.bounds = bounds
        total = mass
    }

    package var length: TimeSpan { TimeSpan(nanoseconds: bounds[bounds.count - 1]) }

    package func interval(ofStage stage: Int) -> Range<TimeSpan> {
        TimeSpan(nanoseconds: bounds[stage])..<TimeSpan(nanoseconds: bounds[stage + 1])
    }

    /// Nanoseconds; the end of time where there is no such stage.
    func end(ofStage stage: Int) -> Int64 { stage < stages.count ? bounds[stage + 1] : .max }

    /// The stage that an instant of the curve belongs to: the last one that starts at or before it.
    package func stage(at instant: TimeSpan) -> Int {
        precondition(.zero <= instant && instant < length, "no stage at \(instant) in a curve of \(length)")
        return Self.last(in: bounds.count) { bounds[$0] <= instant.nanoseconds }
    }

    package func stage(named name: String) -> Int? { stages.firstIndex { $0.name == name } }

    /// r(t); zero before the start and from the end on.
    package func rate(at instant: TimeSpan) -> Double {
        guard .zero <= instant, instant < length else { return 0 }
        return piece(at: instant.nanoseconds).rate(at: instant.nanoseconds)
    }

    package var peakRate: Double { pieces.reduce(0) { max($0, $1.peakRate) } }

    func peakRate(ofStage stage: Int) -> Double {
        pieces.reduce(0) { bounds[stage] <= $1.start && $1.end <= bounds[stage + 1] ? max($0, $1.peakRate) : $0 }
    }

    /// N(t): the expected arrivals before this instant.
    package func expected(before instant: TimeSpan) -> Double {
        guard instant < length else { return total }
        guard instant > .zero else { return 0 }
        let piece = piece(at: instant.nanoseconds)
        return piece.massBefore + piece.integral(upTo: instant.nanoseconds)
    }

    package func expected(in window: Range<TimeSpan>) -> Double {
        expected(before: window.upperBound) - expected(before: window.lowerBound)
    }

    /// The inverse of N, to the nearest nanosecond, for 0 <= mass < total.
    package func instant(atMass mass: Double) -> TimeSpan {
        var hint = 0
        return TimeSpan(nanoseconds: nanoseconds(atMass: mass, &hint))
    }

    /// `hint` is the piece that the answer before this one was in; masses that rise keep it right.
    func nanoseconds(atMass mass: Double, _ hint: inout Int) -> Int64 {
        if !holds(mass, hint) {
            precondition(0 <= mass && mass < total, "mass \(mass) in a curve of \(total)")
            hint = Self.last(in: pieces.count) { pieces[$0].massBefore <= mass }
        }
        return pieces[hint].instant(atMass: mass - pieces[hint].massBefore)
    }

    private func holds(_ mass: Double, _ index: Int) -> Bool {
        guard pieces[index].massBefore <= mass else { return false }
        return mass < (index + 1 < pieces.count ? pieces[index + 1].massBefore : total)
    }

    private func piece(at instant: Int64) -> RatePiece {
        pieces[Self.last(in: pieces.count) { pieces[$0].start <= instant }]
    }

    /// The largest index below `count` that meets a condition which holds for a prefix; index 0 always does.
    private static func last(in count: Int, _ condition: (Int) -> Bool) -> Int {
        var (known, unknown) = (0, count)
        while unknown - known > 1 {
            let middle = known + (unknown - known) / 2
            if condition(middle) { known = middle } else { unknown = middle }
        }
        return known
    }
}
