import Glibc
import SeededRandom
import Testing
import Timebase

@testable import Traffic

/// The schedule passes as a Poisson process of the planned rate, and its neighbours fail the very same tests.
@Suite struct PoissonTests {
    let curve = RateCurve([
        Shapes.stage(.ramp(from: 100, to: 3_000, .linear), for: .seconds(4)), Shapes.stage(.pause),
        Shapes.stage(.spike(rate: 5_000)), Shapes.stage(.ramp(from: 3_000, to: 300, .exponential), for: .seconds(5)),
        Shapes.stage(.pulses(base: 200, peak: 3_000, every: .milliseconds(300), width: .milliseconds(70))),
    ])

    func masses(_ schedule: ArrivalSchedule) -> [Double] {
        Shapes.all(schedule).map { schedule.curve.expected(before: TimeSpan(nanoseconds: $0.nanoseconds)) }
    }

    func fits(_ masses: [Double], window: Double = 7) -> [Bool] {
        let gaps = zip([0] + masses, masses).map { $1 - $0 }
        var counts = [Int](repeating: 0, count: Int(curve.total / window))
        for mass in masses where Int(mass / window) < counts.count { counts[Int(mass / window)] += 1 }
        return [
            Fit.distribution(of: gaps) { 1 - Glibc.exp(-$0) }.holds,
            Fit.dispersion(of: counts, mean: window).holds, Fit.independence(of: counts, mean: window).holds,
        ]
    }

    @Test(arguments: 0..<4)
    func `on the plan's clock gaps are exponential and counts poisson`(seed: UInt64) {
        let masses = masses(ArrivalSchedule(curve, .poisson, seed: Seed(seed)))
        #expect(fits(masses) == [true, true, true], "seed \(seed)")
        // Windows of a leaf and of a chunk, where an error of the cells would show.
        #expect(fits(masses, window: 16) == [true, true, true], "seed \(seed)")
        #expect(fits(masses, window: 512) == [true, true, true], "seed \(seed)")
    }

    @Test func `wrong processes fail the tests that the right one passes`() {
        let right = masses(ArrivalSchedule(curve, .poisson, seed: Shapes.seed))
        #expect(fits(masses(ArrivalSchedule(curve, .uniform, seed: Shapes.seed))) == [false, false, true])
        #expect(fits(masses(ArrivalSchedule(curve, .bursts(size: 5), seed: Shapes.seed))).prefix(2) == [false, false])
        // Another rate by a twentieth.
        #expect(fits(right.map { $0 * 1.05 })[0] == false)
        // Jittered grid: each cell of one holds one point, anywhere in it.
        var random = Shapes.seed.stream()
        let jittered = (0..<Int(curve.total)).map { Double($0) + random.unit() }
        #expect(fits(jittered)[1] == false)
        // Cells of a leaf with a fixed count.
        let stiff = (0..<Int(curve.total / 16)).flatMap { cell in
            (0..<16).map { _ in (Double(cell) + random.unit()) * 16 }.sorted()
        }
        #expect(fits(stiff, window: 16)[1] == false)
        // Two halves that copy each other's rises: the counts of neighbours are no longer independent.
        let paired = stride(from: 0.0, to: curve.total - 32, by: 32).flatMap { start in
            let half = right.filter { start <= $0 && $0 < start + 16 }
            return half + half.map { $0 + 16 }
        }
        #expect(fits(paired, window: 16)[2] == false)
    }

    @Test func `time that the curve does not warp leaves gaps that are not exponential on a ramp`() {
        let schedule = ArrivalSchedule(curve, .poisson, seed: Shapes.seed)
        let scale = curve.total / curve.length.seconds
        let unwarped = Shapes.all(schedule).map { Double($0.nanoseconds) / 1e9 * scale }
        #expect(fits(unwarped)[0] == false)
    }

    @Test func `whole counts scatter over seeds as poisson counts do`() {
        let hold = RateCurve([Shapes.stage(.hold(rate: 450))])
        let counts = (0..<600).map { ArrivalSchedule(hold, .poisson, seed: Seed($0)).count }
        let fit = Fit.dispersion(of: counts, mean: 900)
        #expect(fit.holds, "\(fit)")
        let mean = Double(counts.reduce(0, +)) / 600
        #expect((mean - 900).magnitude < 4.42 * 30 / 600.0.squareRoot())
    }

    @Test(arguments: [10.0, 33.3, 512, 100_000])
    func `large poisson counts have the exact probabilities`(mean: Double) {
        var random = Shapes.seed.split("poisson").stream()
        let samples = (0..<20_000).map { _ in LargeCounts.poisson(mean, &random) }
        let claim = { (k: Double) in Glibc.exp(k * Glibc.log(mean) - mean - lgamma(k + 1)) }
        let fit = frequencies(samples, around: mean, deviation: mean.squareRoot(), claim)
        #expect(fit.holds, "\(fit)")
        let wrong = frequencies(samples, around: mean, deviation: mean.squareRoot()) {
            claim($0 + 0.15 * mean.squareRoot())
        }
        #expect(!wrong.holds, "\(wrong)")
    }

    @Test(arguments: [1, 63, 64, 65, 700, LargeCounts.coinsCounted, LargeCounts.coinsCounted + 1, 50_000])
    func `heads of fair coins have the exact probabilities`(coins: Int) {
        var random = Shapes.seed.split("heads").stream()
        let samples = (0..<20_000).map { _ in LargeCounts.heads(coins, &random) }
        let n = Double(coins)
        let fit = frequencies(samples, around: n / 2, deviation: n.squareRoot() / 2) { k in
            k > n ? 0 : Glibc.exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * Glibc.log(2.0))
        }
        #expect(fit.holds, "\(fit)")
        #expect(samples.allSatisfy { 0...coins ~= $0 })
    }

    @Test func `the logarithms of the probabilities agree with gamma functions`() {
        for mean in [10.0, 15.5, 512, 4_096, 100_000] {
            for deviations in stride(from: -6.0, through: 6, by: 0.25) {
                let count = max((mean + deviations * mean.squareRoot()).rounded(), 0)
                let poisson = count * Glibc.log(mean) - mean - lgamma(count + 1)
                #expect((LargeCounts.logPoisson(count, mean) - poisson).magnitude < 1e-8 * (1 + poisson.magnitude))
                let coins = (2 * mean).rounded()
                guard count <= coins else { continue }
                let heads = lgamma(coins + 1) - lgamma(count + 1) - lgamma(coins - count + 1) - coins * Glibc.log(2)
                #expect((LargeCounts.logHeads(count, coins) - heads).magnitude < 1e-8 * (1 + heads.magnitude))
            }
        }
    }

    /// Frequencies within six deviations, the range in at most about 120 cells.
    private func frequencies(
        _ samples: [Int], around mean: Double, deviation: Double, _ probability: (Double) -> Double
    ) -> Fit {
        let low = max(Int(mean - 6 * deviation), 0)
        let high = Int(mean + 6 * deviation) + 1
        let width = max((high - low) / 120, 1)
        let cells = (high - low) / width + 1
        var seen = [Int](repeating: 0, count: cells)
        for sample in samples where (sample - low) / width < cells && sample >= low {
            seen[(sample - low) / width] += 1
        }
        let claimed = (0..<cells).map { cell in
            (0..<width).reduce(0.0) { $0 + probability(Double(low + cell * width + $1)) }
        }
        return .frequencies(seen, are: claimed)
    }
}
