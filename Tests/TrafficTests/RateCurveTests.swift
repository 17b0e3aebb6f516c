import SeededRandom
import Testing
import Timebase
import Traffic

@Suite struct RateCurveTests {
    @Test(arguments: Shapes.curves.indices)
    func `the integral is the sum of the rate over small steps`(shape: Int) {
        let curve = Shapes.curves[shape]
        // Midpoints: exact for linear pieces but for the cells that a jump falls into, of which a curve has under 100.
        let cells: Int64 = 20_000
        let width = curve.length.nanoseconds / cells
        var sum = 0.0
        for cell in 0..<cells {
            sum += curve.rate(at: TimeSpan(nanoseconds: cell * width + width / 2)) * Double(width) / 1e9
            guard cell % 1_000 == 999 else { continue }
            let exact = curve.expected(before: TimeSpan(nanoseconds: (cell + 1) * width))
            #expect((sum - exact).magnitude <= curve.total * 2e-3 + 1e-9, "at cell \(cell)")
        }
    }

    @Test(arguments: Shapes.curves.indices)
    func `the inverse returns the instant of every mass`(shape: Int) {
        let curve = Shapes.curves[shape]
        var before = TimeSpan.zero
        for step in 0..<500 {
            let mass = curve.total * Double(step) / 500
            guard mass < curve.total else { break }
            let instant = curve.instant(atMass: mass)
            #expect(instant >= before)
            before = instant
            // A nanosecond of the peak, and the last bit.
            let tolerance = curve.peakRate * 2e-9 + curve.total * 1e-12
            #expect((curve.expected(before: instant) - mass).magnitude <= tolerance, "mass \(mass)")
        }
    }

    @Test func `expected arrivals are known exactly`() {
        func total(_ shape: TrafficStage.Shape) -> Double { RateCurve([Shapes.stage(shape, for: .seconds(10))]).total }
        #expect(total(.hold(rate: 200)) == 2_000)
        #expect(total(.spike(rate: 6_000)) == 60_000)
        #expect(total(.ramp(from: 200, to: 2_000, .linear)) == 11_000)
        #expect(total(.ramp(from: 200, to: 2_000, .steps(5))) == 11_000)
        #expect((total(.ramp(from: 100, to: 1_000, .exponential)) - 9_000 / 2.302585092994046).magnitude < 1e-9)
        #expect(total(.pulses(base: 10, peak: 100, every: .seconds(3), width: .seconds(1))) == 460)
        #expect(total(.pause) == 0)
    }

    @Test func `steps hold five levels from the first to the last`() {
        let curve = RateCurve([Shapes.stage(.ramp(from: 200, to: 2_000, .steps(5)), for: .seconds(10))])
        let rates = (0..<5).map { curve.rate(at: .seconds(2 * Int64($0)) + .milliseconds(999)) }
        #expect(rates == [200, 650, 1_100, 1_550, 2_000])
    }

    @Test func `a level part of the integral is inverted to its end`() {
        let hold = Shapes.stage(.hold(rate: 100))
        let curve = RateCurve([Shapes.stage(.pause), hold, Shapes.stage(.pause), hold])
        #expect(curve.instant(atMass: 0) == .seconds(2))
        #expect(curve.instant(atMass: 200) == .seconds(6))
        #expect(curve.expected(before: .seconds(5)) == 200)
    }

    @Test func `stages are found by instant and by name`() {
        let curve = RateCurve([
            TrafficStage("warm", for: .seconds(1), .hold(rate: 1), isWarmUp: true),
            TrafficStage("flash", for: .seconds(2), .spike(rate: 5)),
        ])
        #expect(curve.stage(at: .zero) == 0)
        #expect(curve.stage(at: .seconds(1) - .nanoseconds(1)) == 0)
        #expect(curve.stage(at: .seconds(1)) == 1)
        #expect(curve.stage(named: "flash") == 1)
        #expect(curve.stage(named: "none") == nil)
        #expect(curve.interval(ofStage: 1) == .seconds(1)..<(.seconds(3)))
        #expect(curve.rate(at: .seconds(3)) == 0)
    }

    @Test func `a preview tells stages, counts and points to draw`() {
        let curve = RateCurve([
            TrafficStage("warm", for: .seconds(10), .hold(rate: 200), isWarmUp: true),
            TrafficStage("up", for: .seconds(60), .ramp(from: 200, to: 2_000, .linear)),
            TrafficStage("flash", for: .seconds(10), .spike(rate: 6_000)),
        ])
        let preview = TrafficPreview(ArrivalSchedule(curve, .uniform, seed: Shapes.seed), samples: 80)
        #expect(preview.stages.map(\.expected) == [2_000, 66_000, 60_000])
        #expect(preview.stages.map(\.scheduled) == [2_000, 66_000, 60_000])
        #expect(preview.stages.map(\.peakRate) == [200, 2_000, 6_000])
        #expect(preview.stages.map(\.isWarmUp) == [true, false, false])
        #expect(preview.peakRate == 6_000 && preview.scheduled == 128_000)
        #expect(preview.samples.count == 80)
        #expect(preview.samples[3].rate == 200 && preview.samples[3].instant == .milliseconds(3_500))
        #expect(
            (preview.samples[10].rate - 215).magnitude < 1e-9 && (preview.samples[79].rate - 6_000).magnitude < 1e-6)
    }

    @Test func `a preview shows a pulse narrower than its cells`() {
        let train = TrafficStage.Shape.pulses(base: 0, peak: 1_000, every: .seconds(1), width: .milliseconds(1))
        let curve = RateCurve([Shapes.stage(train, for: .seconds(10))])
        let preview = TrafficPreview(ArrivalSchedule(curve, .uniform, seed: Shapes.seed), samples: 10)
        #expect(preview.samples.allSatisfy { ($0.rate - 1).magnitude < 1e-9 })
        #expect(preview.peakRate == 1_000)
    }
}
