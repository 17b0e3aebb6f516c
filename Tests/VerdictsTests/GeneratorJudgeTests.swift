import Evidence
import Histogram
import PlanModel
import SampleRuns
import SeededRandom
import Testing
import Timebase
import Verdicts

@Suite struct GeneratorJudgeTests {
    private static let record = SampleRun.steady.record

    private func generator(_ record: RunRecord, _ targets: [Verdict] = []) throws -> Judgement {
        try #require(Judge.judgements(of: record, targets: targets).first)
    }

    /// A generator that is 3 ms late for one arrival in thirty.
    private var late: RunRecord {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            var fate = SampleRun.quick(second, step, &random)
            if random.chance(0.033) { fate.lag = .milliseconds(3) }
            return fate
        }
        return run.record
    }

    @Test func `a late generator fails, by the plan's own limit if there is one`() throws {
        let judgement = try generator(late)
        #expect(judgement.status == .fail)
        #expect(judgement.reasons[0].hasPrefix("lag p99 in stage 'baseline' is 3.00ms, the limit 1ms"))
        #expect(try generator(late, [.named("generator", .generator(lagP99: .milliseconds(4)))]).status == .pass)
        let both: [Verdict] = [.milliseconds(4), .milliseconds(2)].map { .named("generator", .generator(lagP99: $0)) }
        #expect(try generator(late, both).status == .fail)
    }

    @Test(arguments: [
        (nil, "lower the rate, or give it a core of its own"),
        (
            0.97,
            "with its core 97% at work in the busiest slice; that is all it has: lower the rate, or drive from several"
        ),
        (
            0.31,
            "with its core 31% at work in the busiest slice; it was not given the rest: lower the rate, or give it a core"
        ),
    ])
    func `a generator that falls behind says what its core was doing`(_ share: Double?, _ words: String) throws {
        var record = late
        if let share {
            // What it did in the warm-up, the first five seconds, is not asked.
            let values = record.slices.indices.map { $0 < 5 ? 1 : $0 == 12 ? share : 0.05 }
            record.observed.append(
                ObservedSeries(name: ObservedSeries.driverProcessor, every: .seconds(1), values: values))
        }
        let reasons = try generator(record).reasons
        #expect(reasons[0].contains(words), "\(reasons)")
        // The same for a schedule that did not begin.
        record.slices[9].arrivals.started -= 40
        #expect(try generator(record).reasons[0].hasPrefix("at 9.00s in stage 'baseline' 160 of 200 arrivals began: "))
        #expect(try generator(record).reasons[0].contains(words))
    }

    @Test func `a request without a file descriptor fails, and what to raise is named`() throws {
        var record = Self.record
        record.generator.descriptorsMissing = 3
        let judgement = try generator(record)
        #expect(judgement.status == .fail)
        #expect(
            judgement.reasons == [
                "3 requests found no file descriptor left in the driver's process; raise 'ulimit -n'"
            ])
    }

    @Test func `each cause is named beside the others, what fails before what leaves it open`() throws {
        var record = Self.record
        record.generator.isChangedByHand = true
        record.generator.descriptorsMissing = 1
        record.generator.poolStarved = 2
        record.generator.poolWaits = 1
        record.slices[12].arrivals.started -= 40
        let reasons = try generator(record).reasons
        let beginnings = [
            "at 12.0s in stage 'baseline' 160 of 200", "2 requests never got a connection",
            "1 request found no file descriptor", "rates were changed", "1 request waited for a connection",
        ]
        #expect(reasons.count == beginnings.count)
        for (reason, beginning) in zip(reasons, beginnings) { #expect(reason.hasPrefix(beginning), "\(reasons)") }
    }

    @Test func `lags that the machine's gaps explain are inconclusive, and named so`() throws {
        var record = late
        record.generator.gaps.count = 10
        record.generator.gaps.listed = (0..<10).map {
            .init(at: .milliseconds(6_000 + $0 * 1_900), length: .milliseconds(40))
        }
        let judgement = try generator(record)
        #expect(judgement.status == .inconclusive)
        #expect(judgement.reasons[0].contains("gaps of the machine, which ran nothing of ours for 400ms"))
    }

    @Test func `gaps before a stage explain nothing in it`() throws {
        var record = late
        record.generator.gaps.listed = [.init(at: .seconds(1), length: .seconds(2))]
        #expect(try generator(record).status == .fail)
    }

    @Test func `dropped arrivals fail, and the cap to raise is named`() throws {
        var record = Self.record
        record.slices[12].arrivals.dropped = 30
        record.slices[12].arrivals.started -= 30
        let judgement = try generator(record)
        #expect(judgement.status == .fail)
        #expect(
            judgement.reasons == [
                "at 12.0s in stage 'baseline' 170 of 200 arrivals began; 30 were dropped at the cap on open arrivals: "
                    + "raise 'in-flight'"
            ])
    }

    @Test func `one dropped arrival in a hundred is told, and passes`() throws {
        var record = Self.record
        record.slices[12].arrivals.dropped = 2
        record.slices[12].arrivals.started -= 2
        let judgement = try generator(record)
        #expect(judgement.status == .pass)
        #expect(judgement.observed.hasSuffix("2 arrivals dropped"))
        #expect(judgement.reasons.count == 1)
    }

    @Test func `a schedule that did not begin fails in its very second`() throws {
        var record = Self.record
        record.slices[9].arrivals.started -= 40
        let judgement = try generator(record)
        #expect(judgement.status == .fail)
        #expect(judgement.reasons[0].hasPrefix("at 9.00s in stage 'baseline' 160 of 200 arrivals began: the generator"))
        record.slices[9].arrivals.skipped = 40
        #expect(try generator(record).reasons[0].contains("nobody had kept yet: warm up"))
    }

    @Test func `a shortfall that a gap explains is inconclusive, a larger one fails`() throws {
        var record = Self.record
        record.slices[9].arrivals.started -= 40
        record.generator.gaps.listed = [.init(at: .milliseconds(9_300), length: .milliseconds(200))]
        let judgement = try generator(record)
        #expect(judgement.status == .inconclusive)
        #expect(judgement.reasons[0].contains("which a gap of the machine explains"))
        record.slices[9].arrivals.started -= 5
        #expect(try generator(record).status == .fail)
    }

    @Test func `many shortfalls are counted beyond the first five`() throws {
        var record = Self.record
        for slice in 6..<18 { record.slices[slice].arrivals.started -= 40 }
        let judgement = try generator(record)
        #expect(judgement.reasons.count == 6)
        #expect(judgement.reasons[5] == "7 more slices of stage 'baseline' fell short")
    }

    @Test func `latencies that do not account for what was in flight fail`() throws {
        var record = Self.record
        for slice in record.slices.indices { record.slices[slice].inFlightMean *= 1.4 }
        let judgement = try generator(record)
        #expect(judgement.status == .fail)
        #expect(judgement.reasons[0].hasSuffix("latencies are missing, or counted twice"))
    }

    @Test func `a calm keeps Little's law though a crowd before it is long in leaving`() throws {
        var run = SampleRun([
            .init("crowd", kind: "spike", seconds: 10, rate: 900), .init("after", seconds: 60, rate: 100),
        ])
        run.behaviour = { second, step, random in
            second < 10 ? SampleRun.Fate(.ok, .seconds(6)) : SampleRun.quick(second, step, &random)
        }
        let calm = try generator(run.record)
        #expect(calm.status == .pass, "\(calm.reasons)")
        // What is missing all the while is seen behind a crowd as well.
        var record = run.record
        for slice in record.slices.indices where slice >= 20 { record.slices[slice].inFlightMean += 2_000 }
        #expect(try generator(record).status == .fail)
    }

    @Test func `a stall that runs its course within a stage keeps Little's law`() throws {
        #expect(try generator(SampleRun.flashSale.record).status == .pass)
    }

    @Test func `a request without a connection fails, one that waited for it is told`() throws {
        var record = Self.record
        record.generator.poolWaits = 12
        record.generator.poolWaited = .milliseconds(40)
        #expect(try generator(record).status == .pass)
        record.generator.poolStarved = 1
        let judgement = try generator(record)
        #expect(judgement.status == .fail)
        #expect(
            judgement.reasons == [
                "1 request never got a connection; raise 'connections'",
                "12 requests waited for a connection, 40.0ms together, within their latency",
            ])
    }

    @Test func `a schedule changed by hand is inconclusive`() throws {
        var record = Self.record
        record.generator.isChangedByHand = true
        #expect(try generator(record).status == .inconclusive)
    }

    @Test func `a lag that was not recorded is inconclusive`() throws {
        var record = Self.record
        record.generator.lag = []
        #expect(try generator(record).status == .inconclusive)
    }
}
