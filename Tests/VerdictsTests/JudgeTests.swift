import Evidence
import Histogram
import PlanModel
import PlanValues
import SampleRuns
import SeededRandom
import Testing
import Timebase
import Verdicts

/// Each test plants one defect into a run that meets everything, and sees exactly its judgement turn.
@Suite struct JudgeTests {
    private static let record = SampleRun.steady.record
    private static let targets: [Verdict] = [.latency(.milliseconds(40)), .errors(0.01)]

    private func statuses(_ record: RunRecord, _ targets: [Verdict] = targets) -> [Judgement.Status] {
        Judge.judgements(of: record, targets: targets).map(\.status)
    }

    private func judgement(_ name: String, _ record: RunRecord, _ targets: [Verdict] = targets) throws -> Judgement {
        try #require(Judge.judgements(of: record, targets: targets).first { $0.name == name })
    }

    @Test func `a good run passes, and the generator is judged though no plan names it`() {
        let judgements = Judge.judgements(of: Self.record, targets: Self.targets)
        #expect(judgements.map(\.name) == ["generator", "latency", "errors"])
        #expect(judgements.map(\.status) == [.pass, .pass, .pass], "\(judgements)")
        #expect(judgements.map(\.window?.stages) == [["baseline"], ["baseline"], ["baseline"]])
        #expect(Judge.verdict(of: Self.record, judgements) == .met)
    }

    @Test func `a slow target turns the latency red and nothing else`() throws {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            var fate = SampleRun.quick(second, step, &random)
            if step == 0 { fate.latency = fate.latency + .milliseconds(60) }
            return fate
        }
        #expect(statuses(run.record) == [.pass, .fail, .pass])
        let latency = try judgement("latency", run.record)
        #expect(latency.observed.contains("POST /v1/payments of 'pay' in stage 'baseline'"))
        #expect(latency.observed.contains("raw "))
    }

    @Test func `the slow journey is not laid to another`() {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            var fate = SampleRun.quick(second, step, &random)
            if step == 1 { fate.latency = fate.latency + .milliseconds(60) }
            return fate
        }
        let targets: [Verdict] = [
            .latency(.milliseconds(40), journey: "pay"), .latency(.milliseconds(40), journey: "query"),
        ]
        #expect(statuses(run.record, targets) == [.pass, .pass, .fail])
    }

    @Test func `polls and awaited webhooks are no latency of an answer`() {
        var run = SampleRun.steady
        run.steps[1].isRequest = false
        run.behaviour = { second, step, random in
            step == 1 ? SampleRun.Fate(.ok, .seconds(3)) : SampleRun.quick(second, step, &random)
        }
        #expect(statuses(run.record) == [.pass, .pass, .pass])
    }

    @Test func `too many errors turn the errors red and nothing else`() throws {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            var fate = SampleRun.quick(second, step, &random)
            if random.chance(0.03) { fate.outcome = .expectationFailed }
            return fate
        }
        #expect(statuses(run.record) == [.pass, .pass, .fail])
        #expect(try judgement("errors", run.record).reasons.contains { $0.hasPrefix("expectation_failed ") })
    }

    @Test func `what an abandoned run cut is told beside its errors`() throws {
        var record = Self.record
        record.generator.arrivalsCut = 7
        #expect(try judgement("errors", record).reasons.isEmpty)
        record.stages[1].cells[0].outcomes[.unknown] = 7
        record.ending = .interrupted(at: .seconds(30), signal: 2)
        let words = "7 arrivals of the run were cut when it was abandoned, and count as unknown"
        #expect(try judgement("errors", record).reasons.contains(words))
    }

    @Test func `sheds and declines are no errors`() {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            var fate = SampleRun.quick(second, step, &random)
            if random.chance(0.3) { fate.outcome = random.chance(0.5) ? .shed : .declined }
            return fate
        }
        #expect(statuses(run.record) == [.pass, .pass, .pass])
    }

    @Test func `what happens in a warm-up is not judged`() {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            second < 5
                ? SampleRun.Fate(.reset, .seconds(2), lag: .milliseconds(90))
                : SampleRun.quick(second, step, &random)
        }
        #expect(statuses(run.record) == [.pass, .pass, .pass])
    }

    @Test func `no sample decides nothing`() throws {
        let idle = SampleRun([SampleRun.Stage("baseline", kind: "pause", seconds: 5, rate: 0)]).record
        #expect(statuses(idle) == [.inconclusive, .inconclusive, .inconclusive])
        #expect(try judgement("latency", idle).observed == "no samples")
        #expect(statuses(Self.record, [.latency(.seconds(1), stage: "warm-up")]) == [.pass, .inconclusive])
        #expect(statuses(Self.record, [.latency(.seconds(1), stage: "flash")]) == [.pass, .inconclusive])
        #expect(statuses(Self.record, [.latency(.seconds(1), journey: "refund")]) == [.pass, .inconclusive])
    }

    @Test func `a journey of which all was shed has no latency to pass with`() {
        var run = SampleRun.steady
        run.behaviour = { second, step, random in
            step == 1 ? SampleRun.Fate(.shed, .milliseconds(1)) : SampleRun.quick(second, step, &random)
        }
        #expect(statuses(run.record) == [.pass, .inconclusive, .pass])
    }

    @Test(arguments: [TimeSpan.milliseconds(1), .seconds(5)])
    func `one sample decides nothing, whatever it says`(latency: TimeSpan) throws {
        let run = SampleRun([SampleRun.Stage("baseline", seconds: 1, rate: 1)]) { _, _, _ in
            SampleRun.Fate(latency > .seconds(1) ? .expectationFailed : .ok, latency)
        }
        #expect(statuses(run.record) == [.pass, .inconclusive, .inconclusive])
        #expect(try judgement("latency", run.record).reasons.contains { $0.contains("fewer than 30 samples") })
    }

    @Test func `few samples around the limit are inconclusive`() {
        let run = SampleRun([SampleRun.Stage("baseline", seconds: 10, rate: 20)]) { _, _, random in
            SampleRun.Fate(.ok, random.chance(0.012) ? .milliseconds(80) : .milliseconds(5))
        }
        #expect(statuses(run.record, [.latency(.milliseconds(40))]) == [.pass, .inconclusive])
    }

    @Test func `a part of too few samples does not hide one that fails`() {
        var run = SampleRun.steady
        run.firstShare = 0.99
        run.behaviour = { _, step, _ in SampleRun.Fate(.ok, step == 0 ? .milliseconds(90) : .milliseconds(1)) }
        #expect(statuses(run.record) == [.pass, .fail, .pass])
    }

    @Test func `unless the generator passes no performance is judged`() throws {
        var slow = SampleRun.steady
        slow.behaviour = { _, _, _ in SampleRun.Fate(.expectationFailed, .seconds(1), lag: .milliseconds(5)) }
        let targets =
            Self.targets + [.named("money", .money(checks: [])), .named("shed", .hysteresis(atLeast: Ratio(0.9)))]
        #expect(
            statuses(slow.record, targets) == [.fail, .inconclusive, .inconclusive, .inconclusive, .inconclusive])
        let latency = try judgement("latency", slow.record)
        #expect(latency.reasons[0].contains("generator verdict failed"))
        #expect(latency.reasons[0].hasSuffix("without that it would be a fail"))
    }

    @Test func `a crash in the last ten seconds of an hour fails latency and errors, though the hour hides it`() throws
    {
        var run = SampleRun([.init("baseline", seconds: 3_600, rate: 20)])
        run.behaviour = { second, step, random in
            second >= 3_590 ? SampleRun.Fate(.unknown, .seconds(5)) : SampleRun.quick(second, step, &random)
        }
        let record = run.record
        #expect(statuses(record) == [.pass, .fail, .fail])
        #expect(try judgement("latency", record).reasons[0].contains("100% above 40ms from 3,590s to 3,600s"))
        #expect(try judgement("errors", record).reasons[0] == "100% errors from 3,590s to 3,600s")
        run.behaviour = SampleRun.quick
        #expect(statuses(run.record) == [.pass, .pass, .pass])
    }

    @Test func `a run that broke off does not pass for the time that is missing`() throws {
        var record = Self.record
        record.ending = .aborted(at: .seconds(20), guardText: "error ratio > 20% for 5s")
        #expect(statuses(record) == [.pass, .inconclusive, .inconclusive])
        #expect(try judgement("errors", record).reasons[0].contains("the run broke off at 20.0s, before 25.0s"))
    }

    @Test func `admitted requests without their latencies are no pass`() throws {
        var record = Self.record
        record.stages[1].cells[0].corrected = .empty
        #expect(statuses(record) == [.pass, .inconclusive, .pass])
    }
}
