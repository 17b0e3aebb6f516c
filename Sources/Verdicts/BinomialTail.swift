import SeededRandom

/// How many of `count` independent samples exceed a quantile that each exceeds with `chance`: the ranks between which
/// that number lies with 95 % certainty.
///
/// For few excesses the binomial distribution itself is summed, for many its normal approximation is taken: with an
/// expectation of 200 the two differ by less than one rank in three.
struct BinomialTail {
    /// Half of what the interval leaves out.
    static let doubt = 0.025
    private static let deviations = 1.959_963_984_540_054
    private static let summedMax = 200.0

    let count: UInt64
    let chance: Double

    private var expected: Double { Double(count) * chance }

    /// The largest number that so few or fewer exceed only with `doubt`; nil when even none is no surprise.
    var fewest: UInt64? {
        expected > Self.summedMax ? approximated(-Self.deviations) : summed { $0 <= Self.doubt }
    }

    /// The smallest number that so many or fewer exceed almost surely; at most all.
    var most: UInt64 {
        if expected > Self.summedMax { return min(count, (approximated(Self.deviations) ?? 0) + 1) }
        return min(count, summed { $0 < 1 - Self.doubt }.map { $0 + 1 } ?? 0)
    }

    private func approximated(_ deviations: Double) -> UInt64? {
        let value = expected + deviations * (expected * (1 - chance)).squareRoot()
        return value < 0 ? nil : UInt64(value)
    }

    /// The last number whose cumulative probability holds. P(k+1) = P(k) (n - k) / (k + 1) chance / (1 - chance).
    private func summed(while holds: (Double) -> Bool) -> UInt64? {
        var probability = DeterministicMath.exp(Double(count) * DeterministicMath.log1p(-chance))
        var (cumulative, last, excesses) = (probability, UInt64?.none, UInt64(0))
        while excesses < count, holds(cumulative) {
            last = excesses
            probability *= Double(count - excesses) / Double(excesses + 1) * chance / (1 - chance)
            cumulative += probability
            excesses += 1
        }
        return last
    }
}
