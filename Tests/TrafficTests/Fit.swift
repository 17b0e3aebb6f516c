import Glibc

/// Whether data fit a claim. Seeds are fixed and the critical values those of a false alarm in 100,000, so that a miss
/// is a defect and not bad luck.
struct Fit: CustomStringConvertible {
    let statistic: Double
    let low: Double
    let high: Double
    var holds: Bool { low <= statistic && statistic <= high }
    var description: String { "\(statistic) in \(low)...\(high)" }

    /// Kolmogorov and Smirnov: the largest distance to the claimed distribution, times sqrt(n).
    static func distribution(of samples: [Double], is claim: (Double) -> Double) -> Fit {
        let count = Double(samples.count)
        var gap = 0.0
        for (index, sample) in samples.sorted().enumerated() {
            let claimed = claim(sample)
            gap = max(gap, claimed - Double(index) / count, Double(index + 1) / count - claimed)
        }
        return Fit(statistic: gap * count.squareRoot(), low: 0, high: 2.4705)
    }

    /// Sum of (count - mean)^2 / mean over the windows: chi-square with as many degrees of freedom, about normal with
    /// variance 2 n. Too even is as wrong as too wild.
    static func dispersion(of counts: [Int], mean: Double) -> Fit {
        let statistic = counts.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
        let freedom = Double(counts.count)
        let spread = 4.42 * (2 * freedom).squareRoot()
        return Fit(statistic: statistic, low: freedom - spread, high: freedom + spread + 4.42 * 4.42)
    }

    /// The counts of neighbouring windows, whose product moment has variance n where they are independent.
    static func independence(of counts: [Int], mean: Double) -> Fit {
        let moment = zip(counts, counts.dropFirst()).reduce(0.0) {
            $0 + (Double($1.0) - mean) * (Double($1.1) - mean) / mean
        }
        let spread = 4.42 * Double(counts.count).squareRoot()
        return Fit(statistic: moment, low: -spread, high: spread)
    }

    static func frequencies(_ seen: [Int], are probabilities: [Double]) -> Fit {
        let total = Double(seen.reduce(0, +))
        var (statistic, cells) = (0.0, 0.0)
        var (pooledSeen, pooledExpected) = (0.0, 0.0)
        for (count, probability) in zip(seen, probabilities) {
            pooledSeen += Double(count)
            pooledExpected += probability * total
            guard pooledExpected >= 10 else { continue }
            statistic += (pooledSeen - pooledExpected) * (pooledSeen - pooledExpected) / pooledExpected
            cells += 1
            (pooledSeen, pooledExpected) = (0, 0)
        }
        let spread = 2 / (9 * max(cells - 1, 1))
        let root = 1 - spread + 4.2649 * spread.squareRoot()
        return Fit(statistic: statistic, low: 0, high: max(cells - 1, 1) * root * root * root)
    }
}
