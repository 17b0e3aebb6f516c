import Evidence
import SampleRuns
import SeededRandom
import Testing
import Timebase
import Verdicts

@testable import Capacity

@Suite struct HysteresisTests {
    private static let rates = [60, 90, 120, 150, 120, 90, 60]

    /// Each level keeps so much of what it is offered, by its place.
    private static func figures(_ shares: [Double], isMade: Bool = true) -> HysteresisFigures? {
        var run = SampleRun(rates.enumerated().map { SampleRun.Stage("level-\($0)", seconds: 8, rate: $1) })
        run.behaviour = { second, _, random in
            let share = shares[min(Int(second / 8), shares.count - 1)]
            return SampleRun.Fate(random.chance(share) ? .ok : .shed, .milliseconds(5))
        }
        let objective = CapacityObjective.standard
        return HysteresisFigures(run.record, knee: 100, objective: objective, isMade: isMade)
    }

    @Test func `equal shares on both ways pass, and a lower one on the way down fails`() {
        #expect(Self.figures([1, 1, 0.8, 0.6, 0.8, 1, 1])?.status == .pass)
        let stuck = Self.figures([1, 1, 0.8, 0.6, 0.5, 0.5, 1])
        #expect(stuck?.status == .fail)
        #expect(stuck?.worst?.perSecond == 90)
    }

    @Test func `what was broken on the way up already tells nothing about the way down`() {
        #expect(Self.figures([1, 1, 0.03, 0, 0, 1, 1])?.status == .pass)
        #expect(Self.figures([0.1, 0, 0, 0, 0, 0, 0])?.status == .inconclusive)
    }

    @Test func `a load that was not made proves no way back, and still shows that there was none`() {
        #expect(Self.figures([1, 1, 0.8, 0.6, 0.8, 1, 1], isMade: false)?.status == .inconclusive)
        #expect(Self.figures([1, 1, 0.8, 0.6, 0.5, 0.5, 1], isMade: false)?.status == .fail)
    }
}
