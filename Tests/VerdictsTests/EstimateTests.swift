import Histogram
import SeededRandom
import Testing

@testable import Verdicts

@Suite struct EstimateTests {
    private let layout = HistogramLayout(highest: 1_000_000, digits: 3)

    private func histogram(_ values: some Sequence<UInt64>) throws -> Histogram {
        var histogram = Histogram(try #require(layout))
        for value in values { histogram.record(value) }
        return histogram
    }

    /// Ranks from tables of nonparametric confidence intervals for percentiles: for the median of 100 values the 40th
    /// and the 61st, for the 99th percentile an upper end only from 368 values on, since 0.99^368 = 0.0248.
    @Test func `the interval of a percentile lies between the ranks of the tables`() throws {
        let median = try #require(Estimate(percentile: 50, of: try histogram(1...100)))
        #expect(median.low == 40 && median.high == 61)
        let short = try #require(Estimate(percentile: 99, of: try histogram(1...367)))
        #expect(short.high == .infinity)
        let enough = try #require(Estimate(percentile: 99, of: try histogram(1...368)))
        #expect(enough.high == 368)
    }

    @Test func `the sum and the approximation agree where they meet`() {
        for chance in [0.5, 0.1, 0.01, 0.001] {
            let below = BinomialTail(count: UInt64(199.9 / chance), chance: chance)
            let above = BinomialTail(count: UInt64(200.1 / chance), chance: chance)
            #expect(abs(Int(below.fewest ?? 0) - Int(above.fewest ?? 0)) <= 2, "\(chance)")
            #expect(abs(Int(below.most) - Int(above.most)) <= 2, "\(chance)")
        }
    }

    @Test func `the interval of a percentile holds the true one about 95 times in 100`() throws {
        let seed: UInt64 = 7
        var random = Seed(seed).stream()
        var hits = 0
        for _ in 0..<400 {
            let values = (0..<1_000).map { _ in random.below(1_000) }
            let estimate = try #require(Estimate(percentile: 90, of: try histogram(values)))
            // The true 90th percentile of 0..<1000 is 899.
            if estimate.low <= 899, estimate.high >= 899 { hits += 1 }
        }
        #expect((370...396).contains(hits), "\(hits) of 400, seed \(seed)")
    }

    /// Wilson's figures from Newcombe (1998): 81 of 263 and 1 of 29.
    @Test(
        arguments: [(81, 263, 0.2553, 0.3662), (1, 29, 0.0061, 0.1718), (0, 20, 0, 0.1611)]
            as [(UInt64, UInt64, Double, Double)])
    func `the interval of a ratio is Wilson's`(events: UInt64, samples: UInt64, low: Double, high: Double) throws {
        let estimate = try #require(Estimate(events, of: samples, against: 0.1))
        #expect(abs(estimate.low - low) < 0.0001 && abs(estimate.high - high) < 0.0001, "\(estimate)")
    }

    @Test func `only an interval that excludes the bound fails`() throws {
        func status(_ events: UInt64, _ samples: UInt64, _ bound: Double) throws -> Judgement.Status {
            try #require(Estimate(events, of: samples, against: bound)).status(atMost: bound)
        }
        #expect(try status(0, 100, 0.001) == .inconclusive)
        #expect(try status(0, 4_000, 0.001) == .pass)
        #expect(try status(12, 20_000, 0.001) == .pass)
        #expect(try status(19, 20_000, 0.001) == .pass)
        #expect(try status(22, 20_000, 0.001) == .inconclusive)
        #expect(try status(40, 20_000, 0.001) == .fail)
        #expect(try status(29, 29, 0.001) == .inconclusive)
        #expect(try status(0, 100, 0) == .pass)
        #expect(try status(1, 100, 0) == .fail)
    }
}
