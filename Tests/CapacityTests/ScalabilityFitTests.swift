import SeededRandom
import Testing

@testable import Capacity

@Suite struct ScalabilityFitTests {
    private static let law = ScalabilityLaw(lambda: 95, sigma: 0.03, kappa: 0.0004)
    private static let levels: [Double] = [0.5, 1, 2, 4, 8, 16, 32, 48, 64]

    private static func points(_ law: ScalabilityLaw, noise: Double = 0, seed: UInt64 = 1) -> [ScalabilityFit.Point] {
        var random = Seed(seed).stream()
        return levels.map { level in
            let factor = 1 + noise * (2 * random.unit() - 1)
            return ScalabilityFit.Point(concurrency: level, throughput: law.throughput(at: level) * factor)
        }
    }

    @Test func `exact points give the law they came from`() throws {
        for law in [Self.law, .init(lambda: 95, sigma: 0, kappa: 0.001), .init(lambda: 95, sigma: 0.2, kappa: 0)] {
            let fit = try #require(ScalabilityFit(Self.points(law), seed: Seed(1)))
            #expect(abs(fit.law.lambda / law.lambda - 1) < 1e-6, "\(fit.law)")
            #expect(abs(fit.law.sigma - law.sigma) < 1e-7 && abs(fit.law.kappa - law.kappa) < 1e-8, "\(fit.law)")
            #expect(fit.rSquared > 0.999_999)
        }
    }

    @Test func `the intervals hold the true coefficients nearly always`() throws {
        var held = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            let fit = try #require(ScalabilityFit(Self.points(Self.law, noise: 0.03, seed: seed), seed: Seed(seed)))
            #expect(fit.law.sigma >= 0 && fit.law.kappa >= 0)
            held += fit.sigma.contains(Self.law.sigma) ? 1 : 0
        }
        // Nine points are few for a bootstrap: its intervals are somewhat narrow.
        #expect(held >= 30, "\(held) of 40")
    }

    @Test func `a line says that no limit was seen, and points that are all alike say nothing`() throws {
        let line = try #require(
            ScalabilityFit(Self.points(.init(lambda: 10, sigma: 0, kappa: 0)), seed: Seed(1)))
        #expect(line.law.throughputMax == nil && line.doubts.contains("no probe came near a limit"))
        let same = Array(repeating: ScalabilityFit.Point(concurrency: 4, throughput: 100), count: 8)
        let fit = try #require(ScalabilityFit(same, seed: Seed(1)))
        #expect(fit.doubts.contains("the probes had nearly the same number of requests under way"))
        #expect(ScalabilityFit(Array(same.prefix(4)), seed: Seed(1)) == nil)
    }

    @Test func `the peak is where one more costs more than it does`() {
        let peak = Self.law.peakConcurrency ?? 0
        let most = Self.law.throughput(at: peak)
        #expect(abs(peak - (0.97 / 0.0004).squareRoot()) < 1e-9)
        #expect(most > Self.law.throughput(at: peak * 0.9) && most > Self.law.throughput(at: peak * 1.1))
        #expect(ScalabilityLaw(lambda: 10, sigma: 0.1, kappa: 0).throughputMax == 100)
    }

    @Test func `instances are counted from the knee and its interval`() {
        let sure = InstanceEstimate(target: 100_000, knee: Knee(perSecond: 500, low: 500, high: 520))
        #expect(sure.count == 286 && sure.least == 275 && sure.most == 286 && sure.certainty == .good)
        let open = InstanceEstimate(target: 100_000, knee: Knee(perSecond: 500, low: 400, high: nil))
        #expect(open.count == 286 && open.least == nil && open.most == 358 && open.certainty == .poor)
        #expect(InstanceEstimate(target: 1, knee: Knee(perSecond: 500, low: nil, high: nil)).count == 1)
    }
}
