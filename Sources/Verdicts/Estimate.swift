package import Histogram

/// A measured value, and the interval that holds the true one with 95 % certainty.
///
/// Method: for a percentile, order statistics, which need no assumption about the distribution: the number of samples
/// above the true p-quantile is binomial, so two ranks enclose it. For a ratio, Wilson's interval, which is sound for
/// few events and for none. Requests are taken for independent; they are not quite, so that a bound is decided only
/// with `samplesMin` of them and, near the bound, with ten times the least that could show it.
package struct Estimate: Sendable, Equatable {
    /// Fewer decide nothing, whatever they say.
    package static let samplesMin: UInt64 = 30
    /// As many samples must be expected beyond the bound for a measured value to count inside its interval.
    static let excessesMin = 10.0

    package let value: Double
    package let low: Double
    /// Infinite when there are too few samples for an upper end.
    package let high: Double
    package let samples: UInt64
    /// Whether the value may decide when the interval holds the bound.
    package let isDecisive: Bool

    /// Fails only when the interval excludes the bound. A value above the bound that chance alone explains is neither
    /// a failure nor a pass.
    package func status(atMost bound: Double) -> Judgement.Status {
        if samples < Self.samplesMin { return .inconclusive }
        if low > bound { return .fail }
        if high <= bound { return .pass }
        return isDecisive && value <= bound ? .pass : .inconclusive
    }

    /// The same of a lower bound.
    func status(atLeast bound: Double) -> Judgement.Status {
        if samples < Self.samplesMin { return .inconclusive }
        if high < bound { return .fail }
        return low >= bound || value >= bound ? .pass : .inconclusive
    }
}

extension Estimate {
    /// In nanoseconds; nil without samples.
    package init?(percentile: Double, of histogram: Histogram) {
        guard let value = histogram.value(atPercentile: percentile) else { return nil }
        let chance = (100 - percentile) / 100
        let tail = BinomialTail(count: histogram.total, chance: chance)
        self.value = Double(value)
        low = histogram.values(atRank: histogram.total - tail.most).map { Double($0.lowerBound) } ?? 0
        high =
            tail.fewest.flatMap { histogram.values(atRank: histogram.total - $0) }.map { Double($0.upperBound) }
            ?? .infinity
        samples = histogram.total
        isDecisive = Double(histogram.total) * min(chance, 1 - chance) >= Self.excessesMin
    }

    /// Wilson's interval; nil without samples. `bound` decides how many samples are enough.
    package init?(_ events: UInt64, of samples: UInt64, against bound: Double) {
        guard samples > 0 else { return nil }
        let (count, ratio) = (Double(samples), Double(events) / Double(samples))
        let squared = 3.841_458_820_694_124
        let middle = (ratio + squared / (2 * count)) / (1 + squared / count)
        let spread = ratio * (1 - ratio) / count + squared / (4 * count * count)
        let half = (squared * spread).squareRoot() / (1 + squared / count)
        value = ratio
        low = events == 0 ? 0 : max(0, middle - half)
        // No errors at all is a claim about what was counted, which no sample of it could prove.
        high = bound == 0 && events == 0 ? 0 : min(1, middle + half)
        self.samples = samples
        isDecisive = count * bound >= Self.excessesMin
    }
}

extension Histogram {
    /// The slot of the value with this rank, from 1; nil for rank 0.
    fileprivate func values(atRank rank: UInt64) -> ClosedRange<UInt64>? {
        rank == 0 ? nil : recorded.first { $0.cumulative >= rank }?.values
    }
}
