import Evidence
import PlanModel
import SampleRuns
import Testing
import Timebase
import Verdicts

/// What goodput is, for every judge and for the search for the knee.
@Suite struct GoodputTests {
    /// Ten seconds at 100/s, of which each arrival comes to what its number in the second says.
    private static func sight(_ fate: @escaping @Sendable (Int) -> SampleRun.Fate) -> RunSight {
        var run = SampleRun([.init("only", seconds: 10, rate: 100)])
        run.firstShare = 1
        run.behaviour = { second, _, _ in fate(Int(((second - second.rounded(.down)) * 100).rounded())) }
        return RunSight(run.record)
    }

    private static let limit = TimeSpan.milliseconds(100)

    @Test func `a correct no is good, and what is shed, wrong, late or unknown is not`() {
        let sight = Self.sight { number in
            switch number {
            case 0..<10: SampleRun.Fate(.declined, .milliseconds(5))
            case 10..<20: SampleRun.Fate(.shed, .milliseconds(1))
            case 20..<30: SampleRun.Fate(.reset, .milliseconds(5))
            case 30..<40: SampleRun.Fate(.ok, .milliseconds(300))
            default: SampleRun.Fate(.ok, .milliseconds(5))
            }
        }
        let goodput = sight.goodput(0..<10, within: Self.limit)
        #expect(goodput.offered == 1_000 && goodput.good == 700 && goodput.length == .seconds(10))
        #expect(goodput.perSecond == 70 && goodput.share == 0.7)
        #expect(sight.goodput(0..<10, within: nil).good == 800)
        #expect(sight.goodput([3], within: Self.limit).perSecond == 70)
    }

    @Test func `an unknown end counts against goodput once, however long it was waited for`() {
        let sight = Self.sight { number in
            number < 20 ? SampleRun.Fate(.unknown, .seconds(5)) : SampleRun.Fate(.ok, .milliseconds(5))
        }
        #expect(sight.goodput(0..<10, within: Self.limit).good == 800)
    }

    @Test func `lateness counts from the instant at which an arrival was due`() {
        let sight = Self.sight { SampleRun.Fate(.ok, .milliseconds(5), lag: .milliseconds($0 < 50 ? 200 : 0)) }
        #expect(sight.goodput(0..<10, within: Self.limit).good == 500)
    }

    @Test func `what was offered and never began counts against the share`() {
        var run = SampleRun.steady
        run.stages = [.init("only", seconds: 10, rate: 100)]
        var record = run.record
        for slice in record.slices.indices { record.slices[slice].arrivals.scheduled += 100 }
        let goodput = RunSight(record).goodput(0..<10, within: nil)
        #expect(goodput.share == 0.5 && goodput.perSecond == 100)
    }

    @Test func `the widest limit of an objective is what makes an answer late`() {
        let limits = [
            PercentileLimit(percentile: 50, limit: .milliseconds(400)), .init(percentile: 99, limit: .milliseconds(90)),
        ]
        #expect(limits.widest == .milliseconds(400))
        #expect([PercentileLimit]().widest == nil)
    }
}
