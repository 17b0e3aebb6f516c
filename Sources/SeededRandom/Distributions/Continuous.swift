/// Equally likely everywhere in [lower, upper).
public struct Uniform: Distribution {
    let lower: Double
    let width: Double

    public init(_ range: Range<Double>) {
        lower = range.lowerBound
        width = range.upperBound - range.lowerBound
        precondition(width > 0 && width < .infinity, "a uniform distribution over \(range)")
    }

    public func sample(_ random: inout SeededRandom) -> Double {
        // Rounding may reach the upper bound, which does not belong to the range.
        min(lower + width * random.unit(), (lower + width).nextDown)
    }
}

/// The gaps of a Poisson process.
public struct Exponential: Distribution {
    let mean: Double

    public init(mean: Double) {
        precondition(mean > 0 && mean < .infinity, "an exponential distribution of mean \(mean)")
        self.mean = mean
    }

    public func sample(_ random: inout SeededRandom) -> Double {
        -mean * DeterministicMath.log(random.openUnit())
    }
}

public struct Normal: Distribution {
    let mean: Double
    let deviation: Double

    public init(mean: Double, deviation: Double) {
        precondition(mean.isFinite && deviation >= 0 && deviation.isFinite, "a normal (\(mean), \(deviation))")
        self.mean = mean
        self.deviation = deviation
    }

    public func sample(_ random: inout SeededRandom) -> Double {
        mean + deviation * StandardNormal.quantile(random.openUnit())
    }
}

/// Given as operators know it: by its median and its 99th percentile.
public struct LogNormal: Distribution {
    /// Mean and deviation of the sample's logarithm.
    public let logarithm: Normal
    /// Larger samples become this one; the distribution has an atom here.
    public let cap: Double

    public init(p50: Double, p99: Double, cap: Double = .infinity) {
        precondition(0 < p50 && p50 <= p99 && p99 < .infinity && cap > 0, "a lognormal (\(p50), \(p99), \(cap))")
        let mean = DeterministicMath.log(p50)
        let deviation = (DeterministicMath.log(p99) - mean) / StandardNormal.quantile(0.99)
        logarithm = Normal(mean: mean, deviation: deviation)
        self.cap = cap
    }

    public func sample(_ random: inout SeededRandom) -> Double {
        min(DeterministicMath.exp(logarithm.sample(&random)), cap)
    }
}
