import Glibc
import SeededRandom
import Testing

/// Every distribution passes its test, and a neighbour of it fails the very same test.
@Suite struct DistributionTests {
    let seed = Seed(20_261_111)

    @Test func `uniform samples fit, and a slightly wider range does not`() {
        let claimed = { (x: Double) in (x - 5) / 4 }
        expect(GoodnessOfFit.ofContinuous(Uniform(5..<9), seed: seed, to: claimed), fits: true)
        expect(GoodnessOfFit.ofContinuous(Uniform(5..<9.15), seed: seed, to: claimed), fits: false)
    }

    @Test func `a uniform sample never reaches its upper bound`() {
        var random = seed.stream()
        let narrow = Uniform(1..<1.0.nextUp)
        let samples = (0..<100).map { _ in narrow.sample(&random) }
        #expect(samples.allSatisfy { $0 == 1 })
    }

    @Test func `exponential samples fit, and a mean off by a twentieth does not`() {
        let claimed = { (x: Double) in 1 - Glibc.exp(-x / 2) }
        expect(GoodnessOfFit.ofContinuous(Exponential(mean: 2), seed: seed, to: claimed), fits: true)
        expect(GoodnessOfFit.ofContinuous(Exponential(mean: 2.1), seed: seed, to: claimed), fits: false)
    }

    @Test func `normal samples fit, and a deviation off by a tenth does not`() {
        let claimed = { (x: Double) in phi((x - 10) / 3) }
        expect(GoodnessOfFit.ofContinuous(Normal(mean: 10, deviation: 3), seed: seed, to: claimed), fits: true)
        expect(GoodnessOfFit.ofContinuous(Normal(mean: 10, deviation: 3.3), seed: seed, to: claimed), fits: false)
    }

    @Test func `lognormal samples fit, and another p99 does not`() {
        let deviation = Glibc.log(250.0 / 35) / 2.3263478740408408
        let claimed = { (x: Double) in phi(Glibc.log(x / 35) / deviation) }
        expect(GoodnessOfFit.ofContinuous(LogNormal(p50: 35, p99: 250), seed: seed, to: claimed), fits: true)
        expect(GoodnessOfFit.ofContinuous(LogNormal(p50: 35, p99: 310), seed: seed, to: claimed), fits: false)
    }

    @Test func `a lognormal hits the two percentiles it was given`() {
        let latency = LogNormal(p50: 35, p99: 250)
        var random = seed.stream()
        let samples = (0..<20_000).map { _ in latency.sample(&random) }
        let belowMedian = samples.count { $0 < 35 }
        let above99 = samples.count { $0 > 250 }
        expect(.ofCounts([belowMedian, 20_000 - belowMedian], to: [0.5, 0.5]), fits: true)
        expect(.ofCounts([above99, 20_000 - above99], to: [0.01, 0.99]), fits: true)
    }

    @Test func `a cap replaces only the samples above it`() {
        var (free, capped) = (seed.stream(), seed.stream())
        for _ in 0..<5_000 {
            let sample = LogNormal(p50: 35, p99: 250).sample(&free)
            let cut = LogNormal(p50: 35, p99: 250, cap: 100).sample(&capped)
            #expect(cut == min(sample, 100))
        }
    }

    @Test func `a lognormal with equal percentiles is a constant`() {
        var random = seed.stream()
        let sample = LogNormal(p50: 20, p99: 20).sample(&random)
        #expect((sample - 20).magnitude < 1e-12)
    }

    @Test(arguments: [0, 0.5, 0.99, 1, 1.000_000_1, 1.1, 2, 5], [1, 2, 3, 10, 1_000])
    func `zipf samples fit at any exponent and count`(exponent: Double, count: Int) {
        let fit = GoodnessOfFit.ofDiscrete(
            Zipf(count: count, exponent: exponent), seed: seed, count: 10_000,
            to: zipf(count: count, exponent: exponent))
        expect(fit, fits: true)
    }

    @Test func `zipf samples of another exponent do not fit`() {
        let fit = GoodnessOfFit.ofDiscrete(
            Zipf(count: 1_000, exponent: 1.2), seed: seed, to: zipf(count: 1_000, exponent: 1.1))
        expect(fit, fits: false)
    }

    @Test func `zipf costs no memory and stays in range over the largest count`() {
        var random = seed.stream()
        for exponent in [0, 0.9, 1, 1.1, 3, 99] {
            let huge = Zipf(count: 1 << 52, exponent: exponent)
            let samples = (0..<200).map { _ in huge.sample(&random) }
            #expect(samples.allSatisfy { 0..<(1 << 52) ~= $0 })
        }
    }

    @Test(arguments: [
        [1], [70, 25, 5], [0, 1, 0], [0, 0, 7], [1e-9, 1, 1e9], [0.93, 0.05, 0.02], [3, 0, 0.1, 12, 5, 5, 5],
    ])
    func `weighted choices fit`(weights: [Double]) {
        let total = weights.reduce(0, +)
        expect(.ofDiscrete(WeightedChoice(weights), seed: seed, to: weights.map { $0 / total }), fits: true)
    }

    @Test func `a weighted choice over other weights does not fit`() {
        expect(.ofDiscrete(WeightedChoice([68, 26, 6]), seed: seed, to: [0.7, 0.25, 0.05]), fits: false)
    }

    @Test func `many equal thirds never pick an index without weight`() {
        let weights = (0..<999).map { $0 % 3 == 0 ? 0 : 1.0 / 3 }
        let choice = WeightedChoice(weights)
        var random = seed.stream()
        let picks = (0..<20_000).map { _ in choice.sample(&random) }
        #expect(!picks.contains { $0 % 3 == 0 })
    }

    @Test func `every distribution has golden samples`() {
        expect(Uniform(5..<9), "uniform", [5.608415966051156, 6.649746987241414, 7.454212444766659])
        expect(Exponential(mean: 2), "exponential", [0.6254795746061145, 2.6501475897392632, 2.900945421697988])
        expect(Normal(mean: 10, deviation: 3), "normal", [10.811355643404953, 9.744149916215788, 8.049392571241622])
        expect(
            LogNormal(p50: 4900, p99: 250_000), "lognormal",
            [1171.8629411103575, 864.6952057622057, 3500.849755121966, 135509.92694200823])
        expect(Zipf(count: 1_000, exponent: 1.1), "zipf", [1, 0, 185, 1])
        expect(WeightedChoice([70, 25, 5]), "choice", [0, 1, 1, 0])
    }

    private func expect<Claim: Distribution>(_ claim: Claim, _ label: String, _ golden: [Claim.Sample])
    where Claim.Sample: Equatable {
        var random = seed.split(label).stream()
        let samples = golden.indices.map { _ in claim.sample(&random) }
        #expect(samples == golden, "\(label)")
    }

    private func expect(_ fit: GoodnessOfFit, fits: Bool) {
        #expect(fit.fits == fits, "seed \(seed): statistic \(fit.statistic), critical \(fit.critical)")
    }

    private func zipf(count: Int, exponent: Double) -> [Double] {
        let weights = (1...count).map { pow(Double($0), -exponent) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }
}

/// The normal distribution function.
private func phi(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }
