package import SeededRandom
package import Timebase

/// A distribution of the plan, prepared for drawing. Samples are never below zero.
package enum Sampler: Sendable {
    case constant(Double)
    case uniform(Uniform)
    case exponential(Exponential)
    case normal(Normal)
    case logNormal(LogNormal)

    package init(_ distribution: Distribution<Double>) {
        switch distribution {
        case .constant(let value): self = .constant(value)
        case .uniform(let min, let max): self = .uniform(Uniform(min..<max))
        case .exponential(let mean): self = .exponential(Exponential(mean: mean))
        case .normal(let mean, let deviation): self = .normal(Normal(mean: mean, deviation: deviation))
        case .lognormal(let p50, let p99, let max):
            self = .logNormal(LogNormal(p50: p50, p99: p99, cap: max ?? .greatestFiniteMagnitude))
        }
    }

    /// Of seconds.
    package init(_ distribution: Distribution<TimeSpan>) {
        switch distribution {
        case .constant(let value): self.init(.constant(value.seconds))
        case .uniform(let min, let max): self.init(.uniform(min: min.seconds, max: max.seconds))
        case .exponential(let mean): self.init(.exponential(mean: mean.seconds))
        case .normal(let mean, let deviation): self.init(.normal(mean: mean.seconds, deviation: deviation.seconds))
        case .lognormal(let p50, let p99, let max):
            self.init(.lognormal(p50: p50.seconds, p99: p99.seconds, max: max?.seconds))
        }
    }

    package func sample(at place: Seed) -> Double {
        var random = place.stream()
        switch self {
        case .constant(let value): return value
        case .uniform(let uniform): return uniform.sample(&random)
        case .exponential(let exponential): return exponential.sample(&random)
        case .normal(let normal): return max(0, normal.sample(&random))
        case .logNormal(let logNormal): return logNormal.sample(&random)
        }
    }

    /// Of a sampler of seconds.
    package func sampleSpan(at place: Seed) -> TimeSpan {
        TimeSpan(nanoseconds: Int64(min(sample(at: place), Self.secondsMax) * 1e9))
    }

    /// Thirty years: no wait is longer, and its nanoseconds fit.
    private static let secondsMax = 1e9

    package var isConstant: Bool { if case .constant = self { true } else { false } }
}
