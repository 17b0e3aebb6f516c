import Evidence
import Histogram
import PlanModel
import PlanValues
import SampleRuns
import SeededRandom
import Testing
import Timebase
import Verdicts

/// What a run shows of overload and of the way back: each judge passes a sound run, fails one with its own fault, also in the last
/// seconds of it, and says nothing of what it did not see.
@Suite struct OverloadJudgeTests {
    /// A minute: calm, a crowd that is shed in order, calm again, and a busy while as before the crowd.
    private static func crowd(
        _ behaviour: @escaping SampleRun.Behaviour = shedding
    ) -> SampleRun {
        var run = SampleRun(
            [
                .init("baseline", seconds: 20, rate: 200), .init("busy", seconds: 10, rate: 400),
                .init("crowd", kind: "spike", seconds: 12, rate: 1_200), .init("after", seconds: 20, rate: 200),
                .init("busy-again", seconds: 12, rate: 400),
            ], behaviour: behaviour)
        run.firstShare = 0.25
        return run
    }

    /// The crowd is 1,200/s, of which 450 can be done: all of the first journey and some of the second.
    private static let shedding: SampleRun.Behaviour = { second, step, random in
        let fate = SampleRun.quick(second, step, &random)
        guard (30..<42).contains(second), step == 1, random.chance(0.83) else { return fate }
        return SampleRun.Fate(.shed, .milliseconds(2))
    }

    private static let targets: [Verdict] = [
        .named(
            "capacity",
            .capacity(
                atLeast: Rate(perSecond: 380),
                objective: Objective(
                    limits: [PercentileLimit(percentile: 99, limit: .milliseconds(100))], errors: Ratio(0.01)))),
        .named("goodput", .goodput(stage: "crowd", atLeast: Share(ratio: Ratio(0.9), reference: "peak"))),
        .named(
            "shed",
            .shed(
                p99: nil, advised: nil, order: [.low, .critical], explicit: Ratio(0.99),
                critical: Ratio(0.994))),
        .named(
            "recovery",
            .recovery(
                after: "crowd", to: Share(ratio: Ratio(0.95), reference: "baseline"), within: .seconds(10),
                p99: Factor(1.2))),
        .named("hysteresis", .hysteresis(atLeast: Ratio(0.95))),
    ]

    private func statuses(
        _ run: SampleRun, _ change: (inout RunRecord) -> Void = { _ in }
    ) -> [String: Judgement.Status] {
        var record = run.record
        change(&record)
        let judged = Judge.judgements(of: record, targets: Self.targets).filter { $0.kind == .performance }
        return Dictionary(uniqueKeysWithValues: judged.map { ($0.name, $0.status) })
    }

    /// The names of the targets that did not pass, and how.
    private func others(_ run: SampleRun, _ change: (inout RunRecord) -> Void = { _ in }) -> [String: Judgement.Status]
    {
        statuses(run, change).filter { $0.value != .pass }
    }

    private func judgement(_ name: String, _ run: SampleRun) throws -> Judgement {
        try #require(Judge.judgements(of: run.record, targets: Self.targets).first { $0.name == name })
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a service that sheds in order and comes back passes all of it`(
        _ seed: UInt64
    ) {
        var run = Self.crowd()
        run.seed = seed
        #expect(others(run).isEmpty, "seed \(seed)")
    }

    @Test func `a service that collapses has no goodput, says nothing aloud, and fails goodput and shed`() throws {
        let run = Self.crowd { second, step, random in
            (30..<42).contains(second) ? SampleRun.Fate(.unknown, .seconds(2)) : SampleRun.quick(second, step, &random)
        }
        #expect(others(run) == ["goodput": .fail, "shed": .fail])
        #expect(try judgement("shed", run).reasons.contains { $0.hasPrefix("0% of refusals and errors were explicit") })
    }

    @Test func `a crash in the last seconds of a long stage fails its goodput, whatever the rest of it was like`() {
        let run = Self.crowd { second, step, random in
            (37..<42).contains(second) ? SampleRun.Fate(.shed, .milliseconds(2)) : Self.shedding(second, step, &random)
        }
        #expect(others(run)["goodput"] == .fail)
    }

    @Test func `a slow rejection fails shed and nothing else`() throws {
        let run = Self.crowd { second, step, random in
            var fate = Self.shedding(second, step, &random)
            if fate.outcome == .shed { fate.latency = .milliseconds(80) }
            return fate
        }
        #expect(others(run) == ["shed": .fail])
        #expect(try judgement("shed", run).reasons[0].hasPrefix("rejections p99 "))
    }

    @Test func `a rejection that does not say when to come back fails where advice is required of so many`() {
        let record = Self.crowd().record
        func status(requiring advised: Ratio?, of share: Double) -> Judgement.Status? {
            var record = record
            for slice in record.slices.indices {
                for cell in record.slices[slice].cells.indices {
                    let shed = record.slices[slice].cells[cell].cell.outcomes[.shed]
                    record.slices[slice].cells[cell].cell.advised = UInt64(share * Double(shed))
                }
            }
            let claim = Verdict.Claim.shed(
                p99: nil, advised: advised, order: [.low, .critical], explicit: Ratio(0.99), critical: Ratio(0.994))
            return Judge.judgements(of: record, targets: [.named("shed", claim)]).last?.status
        }
        #expect(status(requiring: Ratio(1), of: 0) == .fail)
        #expect(status(requiring: Ratio(1), of: 0.99) == .fail)
        #expect(status(requiring: Ratio(1), of: 1) == .pass)
        #expect(status(requiring: Ratio(0.98), of: 0.99) == .pass)
        #expect(status(requiring: Ratio(0.98), of: 0.97) == .fail)
        #expect(status(requiring: nil, of: 0) == .pass)
    }

    @Test func `a lower tier that is let in before a higher one is an inversion`() throws {
        let run = Self.crowd { second, step, random in
            let fate = SampleRun.quick(second, step, &random)
            guard (30..<42).contains(second), step == 0, random.chance(0.9) else { return fate }
            return SampleRun.Fate(.shed, .milliseconds(2))
        }
        #expect(others(run)["shed"] == .fail)
        #expect(try judgement("shed", run).reasons.contains { $0.hasPrefix("priority inversion in ") })
    }

    @Test func `critical work that is lost while lower tiers could make room fails shed`() throws {
        let run = Self.crowd { second, step, random in
            let fate = Self.shedding(second, step, &random)
            guard (30..<42).contains(second), step == 0, random.chance(0.05) else { return fate }
            return SampleRun.Fate(.shed, .milliseconds(2))
        }
        #expect(others(run) == ["shed": .fail])
        #expect(try judgement("shed", run).reasons.contains { $0.contains("while lower tiers could make room") })
    }

    @Test func `a service that stays degraded is called metastable, and gives less on the way down`() throws {
        let run = Self.crowd { second, step, random in
            let fate = Self.shedding(second, step, &random)
            return second >= 42 && random.chance(0.3) ? SampleRun.Fate(.unknown, .seconds(2)) : fate
        }
        #expect(others(run) == ["recovery": .fail, "hysteresis": .fail, "shed": .fail])
        #expect(try judgement("recovery", run).observed.hasPrefix("metastable: "))
    }

    @Test func `a service that comes back late fails recovery, and says after how long`() throws {
        let run = Self.crowd { second, step, random in
            var fate = Self.shedding(second, step, &random)
            if (42..<56).contains(second) { fate.latency = fate.latency + .milliseconds(60) }
            return fate
        }
        #expect(others(run) == ["recovery": .fail])
        #expect(try judgement("recovery", run).observed == "back after 14.0s")
    }

    @Test func `goodput under the declared figure fails capacity, and a rate that was never offered leaves it open`() {
        let slow = Self.crowd { second, step, random in
            var fate = Self.shedding(second, step, &random)
            if second >= 20, random.chance(0.05) { fate.latency = .milliseconds(300) }
            return fate
        }
        #expect(statuses(slow)["capacity"] == .fail)
        var small = Self.crowd()
        small.stages = [.init("baseline", seconds: 20, rate: 200)]
        #expect(statuses(small)["capacity"] == .inconclusive)
    }

    @Test func `what was not there to be looked at is never passed`() {
        var run = Self.crowd()
        run.stages = [.init("baseline", seconds: 8, rate: 200)]
        let expected = ["capacity", "goodput", "shed", "recovery", "hysteresis"].map {
            ($0, Judgement.Status.inconclusive)
        }
        #expect(statuses(run) == Dictionary(uniqueKeysWithValues: expected))
    }
}
