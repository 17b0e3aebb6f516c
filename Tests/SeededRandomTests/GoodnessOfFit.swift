import SeededRandom

/// Whether samples fit a distribution. With a fixed seed a verdict never flickers: the critical values are those of a
/// false alarm in 100,000, so a seed that misses one is a defect and not bad luck.
struct GoodnessOfFit {
    let statistic: Double
    let critical: Double
    var fits: Bool { statistic <= critical }

    /// Kolmogorov and Smirnov: the largest gap between the empirical and the claimed distribution function.
    /// P(sqrt(n) D > k) -> 2 exp(-2 k^2), so k = sqrt(ln(2 / 1e-5) / 2) = 2.4705.
    static func ofContinuous<Claim: Distribution>(
        _ claim: Claim, seed: Seed, count: Int = 20_000, to distribution: (Double) -> Double
    ) -> GoodnessOfFit where Claim.Sample == Double {
        var random = seed.stream()
        let sorted = (0..<count).map { _ in claim.sample(&random) }.sorted()
        var gap = 0.0
        for (index, sample) in sorted.enumerated() {
            let claimed = distribution(sample)
            gap = max(gap, claimed - Double(index) / Double(count), Double(index + 1) / Double(count) - claimed)
        }
        return GoodnessOfFit(statistic: gap * Double(count).squareRoot(), critical: 2.4705)
    }

    /// Pearson's chi-square. The critical value is the quantile at 1 - 1e-5 by Wilson and Hilferty:
    /// d (1 - 2/(9d) + z sqrt(2/(9d)))^3 with z = 4.2649.
    static func ofDiscrete<Claim: Distribution>(
        _ claim: Claim, seed: Seed, count: Int = 20_000, to probabilities: [Double]
    ) -> GoodnessOfFit where Claim.Sample == Int {
        var random = seed.stream()
        var seen = [Int](repeating: 0, count: probabilities.count)
        for _ in 0..<count { seen[claim.sample(&random)] += 1 }
        return ofCounts(seen, to: probabilities)
    }

    static func ofCounts(_ seen: [Int], to probabilities: [Double]) -> GoodnessOfFit {
        let count = Double(seen.reduce(0, +))
        var statistic = 0.0
        var bins = 0
        // Cells are pooled until each expects at least ten.
        var (pooledSeen, pooledExpected) = (0.0, 0.0)
        for (cell, probability) in probabilities.enumerated() {
            if probability == 0, seen[cell] > 0 { return GoodnessOfFit(statistic: .infinity, critical: 0) }
            pooledSeen += Double(seen[cell])
            pooledExpected += probability * count
            guard pooledExpected >= 10 else { continue }
            statistic += (pooledSeen - pooledExpected) * (pooledSeen - pooledExpected) / pooledExpected
            bins += 1
            (pooledSeen, pooledExpected) = (0, 0)
        }
        let freedom = Double(max(bins - 1, 1))
        let spread = 2 / (9 * freedom)
        let root = 1 - spread + 4.2649 * spread.squareRoot()
        return GoodnessOfFit(statistic: statistic, critical: freedom * root * root * root)
    }
}
