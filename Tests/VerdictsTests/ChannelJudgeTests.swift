import Evidence
import Histogram
import PlanModel
import PlanValues
import SampleRuns
import SeededRandom
import StackVocabulary
import Testing
import Timebase
import Verdicts

/// What banks saw of a run, and what the stack said of its breakers and queues: forty seconds of calm, twenty of a fault at
/// one of two banks, and forty behind it.
@Suite struct ChannelJudgeTests {
    private struct Drilled {
        /// By second: writes at the sick bank, of 200.
        var share: (Int) -> UInt64 = { second in
            switch second {
            case ..<42, 70...: 100
            case 42..<60: second % 5 == 0 ? 10 : 5
            default: UInt64(5 + (second - 60) * 9)
            }
        }
        var all: UInt64 = 200
        var failed: (Int) -> UInt64 = { (40..<60).contains($0) ? ($0 < 42 ? 60 : 4) : 0 }
        var firsts: (Int) -> UInt64 = { _ in 196 }
        var queries: (Int) -> UInt64 = { _ in 2 }
        var late: (Int) -> UInt64 = { _ in 0 }
        var breakers: (Int) -> Double = { (44..<64).contains($0) ? 1 : 0 }
        var held: (Int) -> Double = { _ in 0 }
        var depth: (Int) -> Double = { Double($0 % 3) }
        /// Of payments through the other bank, in milliseconds.
        var latency: (Int) -> UInt64 = { _ in 20 }

        var record: RunRecord {
            var run = SampleRun([
                .init("baseline", seconds: 40, rate: 50), .init("sick", seconds: 20, rate: 50),
                .init("healed", seconds: 40, rate: 50),
            ])
            run.firstShare = 1
            var record = run.record
            record.faults = [
                FaultRecord(channel: "sick", what: "error 503 for 90%", span: .seconds(40) ..< .seconds(60))
            ]
            record.channels = [flow("sick"), flow("well")]
            func series(_ vital: StackVital, _ value: (Int) -> Double) -> ObservedSeries {
                ObservedSeries(name: vital.name, every: .seconds(1), values: (0..<100).map { value($0) })
            }
            record.observed = [
                series(.breakersOpen("sick"), breakers), series(.held("well"), held), series(.queueDepth, depth),
            ]
            record.stack = StackRecord(setting: StackSetting(), store: .memory, front: "", operatorDesk: "")
            return record
        }

        private func flow(_ name: String) -> ChannelFlow {
            var flow = ChannelFlow(channel: name, slices: 100)
            flow.admitted = []
            for second in 0..<100 {
                flow.writes[second] = name == "sick" ? share(second) : all - share(second)
                flow.firsts[second] = name == "sick" ? firsts(second) : 0
                flow.queries[second] = name == "sick" ? queries(second) : 0
                flow.failed[second] = name == "sick" ? failed(second) : 0
                flow.late[second] = name == "sick" ? late(second) : 0
                var histogram = Histogram(PackedHistogram.coarse)
                histogram.record(latency(second) * 1_000_000, count: 95)
                histogram.record(latency(second) * 2_000_000, count: 5)
                flow.admitted?.append(PackedHistogram(histogram))
            }
            return flow
        }
    }

    private static let targets: [Verdict] = [
        .named("amplification", .amplification(writesAtMost: 1.1, queriesAtMost: 3)),
        .named("wasted work", .wastedWork(atMost: Ratio(0.01))),
        .named("queue", .queue(series: StackVital.queueDepth.name, atMost: 100)),
        .named("blast radius", .blastRadius(channel: "sick", atMost: Factor(1.2))),
        .named(
            "routing",
            .routing(channel: "sick", awayWithin: .seconds(12), backWithin: .seconds(30), Detour())),
        .named("breaker", .breaker(channel: "sick", opensWithin: .seconds(10), closesWithin: .seconds(30))),
    ]

    private func others(_ record: RunRecord) -> [String: Judgement.Status] {
        let judged = Judge.judgements(of: record, targets: Self.targets).filter {
            $0.kind == .performance && $0.status != .pass
        }
        return Dictionary(uniqueKeysWithValues: judged.map { ($0.name, $0.status) })
    }

    private func others(_ change: (inout Drilled) -> Void) -> [String: Judgement.Status] {
        var drilled = Drilled()
        change(&drilled)
        return others(drilled.record)
    }

    private func judgement(_ name: String, _ change: (inout Drilled) -> Void) throws -> Judgement {
        var drilled = Drilled()
        change(&drilled)
        return try #require(Judge.judgements(of: drilled.record, targets: Self.targets).first { $0.name == name })
    }

    @Test func `a stack that leaves a sick bank and comes back passes all of it`() {
        #expect(others { _ in }.isEmpty)
    }

    @Test func `a storm of retries at the very end of the run fails amplification`() {
        #expect(others { $0.firsts = { $0 < 70 ? 196 : 150 } } == ["amplification": .fail])
        #expect(others { $0.firsts = { $0 < 95 ? 200 : 20 } } == ["amplification": .fail])
    }

    @Test func `a storm of questions fails amplification`() {
        #expect(others { $0.queries = { $0 > 60 ? 900 : 2 } } == ["amplification": .fail])
    }

    @Test func `calls for senders that have gone fail wasted work`() {
        #expect(others { $0.late = { (40..<60).contains($0) ? 20 : 0 } } == ["wasted work": .fail])
    }

    @Test func `a queue over its cap fails, and so does one that grows all through a stage`() throws {
        #expect(others { $0.depth = { $0 == 97 ? 101 : 0 } } == ["queue": .fail])
        let grows: (inout Drilled) -> Void = { $0.depth = { $0 >= 60 ? Double($0 - 60) : 0 } }
        #expect(others(grows) == ["queue": .fail])
        #expect(try judgement("queue", grows).reasons[0].contains("grows all through stage 'healed'"))
    }

    @Test func `a fault that is felt elsewhere fails blast radius, by latency or by what is held back`() {
        #expect(others { $0.latency = { (40..<60).contains($0) ? 35 : 20 } } == ["blast radius": .fail])
        #expect(others { $0.latency = { (40..<60).contains($0) ? 22 : 20 } }.isEmpty)
        #expect(others { $0.held = { $0 > 45 ? 400 : Double(max(0, $0 - 40)) * 80 } } == ["blast radius": .fail])
    }

    @Test func `a router that stays, leaves altogether, does not come back or flaps fails routing`() throws {
        let stays: (inout Drilled) -> Void = { $0.share = { _ in 100 } }
        #expect(others(stays)["routing"] == .fail)
        #expect(try judgement("routing", stays).reasons[0].hasPrefix("it did not leave"))
        let leaves: (inout Drilled) -> Void = { $0.share = { (41..<60).contains($0) ? 0 : 100 } }
        #expect(try judgement("routing", leaves).reasons[0].hasPrefix("nothing at all was sent to it"))
        let gone: (inout Drilled) -> Void = { $0.share = { $0 < 42 ? 100 : 5 } }
        #expect(try judgement("routing", gone).reasons[0].hasPrefix("it did not come back"))
        let flaps: (inout Drilled) -> Void = { $0.share = { $0 < 40 ? 100 : $0 % 2 == 0 ? 180 : 10 } }
        #expect(try judgement("routing", flaps).reasons.contains { $0.hasSuffix("it flaps") })
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `chance in a thin stream of payments is no flapping, and a router that swings is`(_ seed: UInt64) {
        // A quarter of some 56 a second, drawn.
        var random = Seed(seed).stream()
        let drawn = (0..<100).map { second in
            UInt64((0..<56).filter { _ in random.chance((40..<60).contains(second) ? 0.03 : 0.25) }.count)
        }
        func status(_ share: @escaping (Int) -> UInt64) -> Judgement.Status? {
            var drilled = Drilled()
            drilled.share = share
            drilled.all = 56
            let claim = Verdict.Claim.routing(
                channel: "sick", awayWithin: .seconds(12), backWithin: .seconds(30), Detour())
            return Judge.judgements(of: drilled.record, targets: [.named("routing", claim)]).last?.status
        }
        #expect(status { drawn[$0] } == .pass, "seed \(seed): \(drawn)")
        #expect(status { $0 < 40 || $0 >= 60 ? ($0 % 2 == 0 ? 0 : 28) : drawn[$0] } == .fail, "seed \(seed)")
    }

    @Test func `what counts as left and as back, and over how much time, is the plan's to say`() {
        func status(_ detour: Detour, _ change: (inout Drilled) -> Void) -> Judgement.Status? {
            var drilled = Drilled()
            change(&drilled)
            let claim = Verdict.Claim.routing(
                channel: "sick", awayWithin: .seconds(12), backWithin: .seconds(30), detour)
            return Judge.judgements(of: drilled.record, targets: [.named("routing", claim)]).last?.status
        }
        // Of 100 before: 40 during the fault, and 70 behind it.
        let half: (inout Drilled) -> Void = { $0.share = { $0 < 40 ? 100 : $0 < 60 ? 40 : 70 } }
        #expect(status(Detour(), half) == .fail)
        #expect(status(Detour(awayShare: Ratio(0.5)), half) == .fail)
        #expect(status(Detour(awayShare: Ratio(0.5), backShare: Ratio(0.6)), half) == .pass)
        // One second without it is gone over one second, and over three it is not.
        let blink: (inout Drilled) -> Void = { $0.share = { $0 == 45 ? 5 : 100 } }
        #expect(status(Detour(), blink) == .fail)
        #expect(status(Detour(over: .seconds(1)), blink) == .pass)
    }

    @Test func `a run that broke off inside the fault leaves it open whether a breaker closes`() throws {
        let breaker = Verdict.named(
            "breaker", .breaker(channel: "sick", opensWithin: .seconds(10), closesWithin: .seconds(30)))
        for seconds in [50, 55, 61] {
            var record = Drilled().record
            record.slices.removeLast(record.slices.count - seconds)
            let judgement = try #require(Judge.judgements(of: record, targets: [breaker]).last)
            #expect(judgement.status == .inconclusive, "\(seconds) s: \(judgement.observed)")
        }
    }

    @Test func `a breaker that never opens or never closes fails, and one that had nothing to open at is left open`()
        throws
    {
        let never: (inout Drilled) -> Void = { drilled in
            drilled.breakers = { _ in 0 }
            drilled.failed = { (40..<60).contains($0) ? 90 : 0 }
            drilled.share = { _ in 100 }
        }
        #expect(others(never)["breaker"] == .fail)
        #expect(try judgement("breaker", never).reasons[0].hasPrefix("no breaker opened"))
        #expect(others { $0.breakers = { $0 >= 44 ? 1 : 0 } } == ["breaker": .fail])
        #expect(
            others { drilled in
                drilled.breakers = { _ in 0 }
                drilled.failed = { _ in 0 }
            } == ["breaker": .inconclusive])
    }

    @Test func `without banks, faults or a stack of its own nothing of it is passed`() {
        var record = Drilled().record
        (record.channels, record.faults, record.observed, record.stack) = ([], [], [], nil)
        let expected = Self.targets.map { ($0.name, Judgement.Status.inconclusive) }
        #expect(others(record) == Dictionary(uniqueKeysWithValues: expected))
    }

    @Test func `favour among merchants fails fairness, and chance does not`() {
        func status(_ served: (Int) -> UInt64) -> Judgement.Status? { few(of: 100, served) }
        func few(of offered: UInt64, _ served: (Int) -> UInt64) -> Judgement.Status? {
            var run = SampleRun([.init("crowd", seconds: 20, rate: 200)])
            run.behaviour = { second, step, random in
                random.chance(0.5) ? SampleRun.Fate(.shed, .milliseconds(1)) : SampleRun.quick(second, step, &random)
            }
            var record = run.record
            record.groups = [
                GroupRecord(
                    by: "merchant", stage: 0,
                    members: (0..<40).map {
                        GroupRecord.Member(place: $0, offered: offered, served: served($0), shed: offered - served($0))
                    })
            ]
            return Judge.judgements(
                of: record, targets: [.named("fairness", .fairness(by: "merchant", atLeast: 0.9))]
            ).last?.status
        }
        #expect(status { UInt64(45 + $0 % 10) } == .pass)
        #expect(few(of: 11) { UInt64(2 + $0 % 5) } == .pass)
        #expect(few(of: 11) { $0 < 20 ? 8 : 1 } == .fail)
        #expect(status { $0 < 20 ? 100 : 2 } == .fail)
    }
}
