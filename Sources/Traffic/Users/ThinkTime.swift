package import SeededRandom
package import Timebase

/// How long a user waits between the end of one journey and the start of the next.
package enum ThinkTime: Hashable, Sendable {
    case none
    case constant(TimeSpan)
    case uniform(from: TimeSpan, to: TimeSpan)
    case exponential(mean: TimeSpan)
    /// Never below zero.
    case normal(mean: TimeSpan, deviation: TimeSpan)
    case logNormal(p50: TimeSpan, p99: TimeSpan, max: TimeSpan)

    /// The thinking at one place of the seed tree.
    package func sample(at place: Seed) -> TimeSpan {
        var random = place.stream()
        let seconds =
            switch self {
            case .none: 0.0
            case .constant(let length): length.seconds
            case .uniform(let from, let to):
                from == to ? from.seconds : Uniform(from.seconds..<to.seconds).sample(&random)
            case .exponential(let mean): Exponential(mean: mean.seconds).sample(&random)
            case .normal(let mean, let deviation):
                max(Normal(mean: mean.seconds, deviation: deviation.seconds).sample(&random), 0)
            case .logNormal(let p50, let p99, let max):
                LogNormal(p50: p50.seconds, p99: p99.seconds, cap: max.seconds).sample(&random)
            }
        return TimeSpan(nanoseconds: Int64(seconds * 1e9 + 0.5))
    }
}
