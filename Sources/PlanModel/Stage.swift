package import Diagnostics
package import PlanValues
package import Timebase

/// How arrivals are spread around the rate.
package enum Arrivals: Sendable, Equatable {
    case poisson, uniform
    case bursts(size: Int)
}

/// A part of the traffic's time.
package struct Stage: Sendable {
    /// Unique in the plan.
    package let name: Located<String>
    package let load: Load
    /// Empty for the journeys' own weights.
    package let mix: [(journey: Located<String>, weight: Double)]
    package let countsForVerdicts: Bool

    package init(
        name: Located<String>, load: Load, mix: [(journey: Located<String>, weight: Double)], countsForVerdicts: Bool
    ) {
        self.name = name
        self.load = load
        self.mix = mix
        self.countsForVerdicts = countsForVerdicts
    }
}

/// What a stage asks for.
package enum Load: Sendable {
    case hold(rate: Rate, span: TimeSpan)
    /// Held as well, and meant as a shock.
    case spike(rate: Rate, span: TimeSpan)
    case ramp(from: Rate, to: Rate, span: TimeSpan, curve: Curve)
    /// `rate` for `width` out of every `every`, `base` between.
    case pulses(rate: Rate, base: Rate, width: TimeSpan, every: TimeSpan, span: TimeSpan)
    case pause(span: TimeSpan)
    case replay(path: Located<String>, pace: ReplayPace, span: TimeSpan?)
    /// Closed model: each user waits for its answer, thinks, and begins anew.
    case users(count: Int, think: Distribution<TimeSpan>, span: TimeSpan)

    /// Nil where a recording decides.
    package var span: TimeSpan? {
        switch self {
        case .hold(_, let span), .spike(_, let span), .ramp(_, _, let span, _), .pulses(_, _, _, _, let span),
            .pause(let span),
            .users(_, _, let span):
            span
        case .replay(_, _, let span): span
        }
    }
}

package enum Curve: Sendable, Equatable {
    case linear, exponential
    /// So many levels of equal length, the last at the final rate.
    case steps(Int)
}

package enum ReplayPace: Sendable, Equatable {
    case speed(Factor)
    case rate(Rate)
}
