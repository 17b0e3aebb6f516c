import Diagnostics
import Evidence
import JSON
import PlanLanguage
import PlanModel
import PlanValues
import SampleRuns
import SeededRandom
import Testing
import Timebase
import Verdicts

@testable import Capacity

/// Whole courses against targets that are made up: every probe is a sample run.
@Suite struct CapacityCourseTests {
    /// A target with a knee, as a fluid: what is offered beyond it waits, is shed, or makes everything slower.
    private struct Target {
        enum Kind { case sheds, queues, collapses, sticks, slowDriver }
        var knee = 200.0
        var kind = Kind.sheds

        func record(of plan: Plan, seed: UInt64) -> RunRecord {
            var run = SampleRun(
                plan.traffic.map { stage in
                    guard case .hold(let rate, let span) = stage.load else { preconditionFailure("a hold") }
                    return SampleRun.Stage(
                        stage.name.value, kind: stage.countsForVerdicts ? "hold" : "warm-up",
                        seconds: Int(span.seconds), rate: Int(rate.perSecond.rounded()),
                        counts: stage.countsForVerdicts)
                })
            run.seed = seed
            let rates = run.stages.flatMap { stage in Array(repeating: Double(stage.rate), count: stage.seconds) }
            let fates = fates(rates)
            run.behaviour = { second, _, random in
                let fate = fates[min(Int(second), fates.count - 1)]
                let next = fates[min(Int(second) + 1, fates.count - 1)]
                let part = second - second.rounded(.down)
                if random.chance(fate.shed) { return SampleRun.Fate(.shed, .milliseconds(1)) }
                let wait = fate.wait + (next.wait - fate.wait) * part
                let own = 0.004 + 0.004 * random.unit()
                return SampleRun.Fate(
                    .ok, .microseconds(Int64((own + wait) * 1e6)), lag: .microseconds(Int64(fate.lag * 1e6)))
            }
            return run.record
        }

        /// At the beginning of each second: seconds of waiting, share that is shed, lag of the driver.
        private func fates(_ rates: [Double]) -> [(wait: Double, shed: Double, lag: Double)] {
            var backlog = 0.0
            var isStuck = false
            return rates.map { rate in
                let excess = max(0, rate - knee)
                isStuck = isStuck || (kind == .sticks && rate > 1.3 * knee)
                defer { backlog = max(0, backlog + rate - knee * (kind == .collapses && backlog > 100 ? 0.3 : 1)) }
                switch kind {
                case .sheds: return (0.002, excess / max(rate, 1), 0.0001)
                case .sticks: return (0.002, isStuck ? 0.6 : excess / max(rate, 1), 0.0001)
                case .queues, .collapses: return (backlog / knee, 0, 0.0001)
                case .slowDriver: return (0, 0, rate > knee ? 0.8 : 0.0001)
                }
            }
        }
    }

    private static func plan(_ rest: String = "", rate: Int = 300) throws -> Plan {
        let text = """
            plan: made-up
            target: {url: http://127.0.0.1:1}
            journeys: {pay: {steps: [GET /: {}]}}
            traffic: [hold: {for: 1s, rate: \(rate)/s}]
            \(rest)

            """
        let outcome = Plan.parse(SourceText(name: "p", text: text))
        return try #require(outcome.plan, "\(DiagnosticRenderer().render(outcome.diagnostics))")
    }

    private static func report(
        _ target: Target, _ rest: String = "", seed: UInt64 = 1, objective: CapacityObjective? = nil
    ) throws -> CapacityReport {
        let plan = try plan(rest)
        let standard = CapacityObjective(
            limits: [PercentileLimit(percentile: 99, limit: .milliseconds(500))], failures: Ratio(0.02),
            source: .option)
        var setting = CapacitySetting(plan, objective: rest.isEmpty ? objective ?? standard : nil, seed: seed)
        setting.target = Rate(perSecond: 100_000)
        var course = CapacityCourse(plan, setting)
        while let step = course.next() {
            let record = target.record(of: step.plan, seed: step.seed)
            course.take(record, nil, Judge.judgements(of: record, targets: step.plan.targets))
        }
        return course.report(version: "test")
    }

    private static func isNear(_ knee: Double, _ report: CapacityReport) -> Bool {
        abs((report.knee?.perSecond ?? 0) / knee - 1) < 0.06
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a target that sheds has a knee, keeps its goodput beyond it, and comes back`(_ seed: UInt64) throws {
        let report = try Self.report(Target(), seed: seed)
        // Two of a hundred may be shed.
        #expect(Self.isNear(204, report), "seed \(seed): \(report.headline)")
        #expect(report.collapse == nil && report.verdict == .met)
        #expect(report.goodput(times: 10)?.ofPeak ?? 0 > 0.9)
        #expect(report.hysteresis?.status == .pass, "\(report.hysteresisWords ?? "none")")
        #expect(report.probes.count <= 22, "\(report.probes.count)")
        let instances = try #require(report.instances)
        #expect((650...800).contains(instances.count), "\(instances)")
    }

    @Test func `a target that queues without end collapses beyond its knee`() throws {
        let report = try Self.report(Target(kind: .collapses))
        #expect(Self.isNear(200, report), "\(report.headline)")
        let collapse = try #require(report.collapse)
        #expect((200...420).contains(collapse.perSecond), "\(collapse)")
        #expect(report.hysteresis?.status == .fail, "\(report.hysteresisWords ?? "none")")
    }

    @Test func `a target that stays degraded after an overload has hysteresis`() throws {
        let report = try Self.report(Target(kind: .sticks))
        #expect(Self.isNear(204, report), "\(report.headline)")
        #expect(report.hysteresis?.status == .fail)
        let worst = try #require(report.hysteresis?.worst?.ratio)
        #expect(worst.high < 0.5, "\(worst)")
    }

    @Test func `where the driver is the limit there is no knee`() throws {
        let report = try Self.report(Target(kind: .slowDriver))
        guard case .notMade(let rate, let held) = report.end else {
            Issue.record("\(report.headline)")
            return
        }
        #expect(rate > 200 && held ?? 0 <= 200)
        #expect(report.verdict == .inconclusive && report.knee == nil && report.hop == nil)
        #expect(report.headline.contains("could not be made"))
    }

    @Test func `what the plan declares is held or missed, by its own objective`() throws {
        func verdict(_ rate: Int) throws -> RunVerdict {
            try Self.report(
                Target(kind: .queues), "targets: [capacity: {at least: \(rate)/s, slo: {p99: 500ms, errors: 2%}}]"
            ).verdict
        }
        #expect(try verdict(150) == .met)
        #expect(try verdict(190) == .met)
        #expect(try verdict(240) == .missed)
    }

    @Test func `the same seed gives the same bytes`() throws {
        func text() throws -> String { try Self.report(Target(), seed: 7).json.written() }
        let once = try text()
        #expect(try once == text())
        #expect(once.contains(#""format": "spillway-capacity""#))
    }

    @Test func `no seed of a drill can be taken for a card's number`() throws {
        let plan = try Self.plan()
        for seed in 1...50 as ClosedRange<UInt64> {
            var course = CapacityCourse(plan, CapacitySetting(plan, seed: seed))
            let step = course.next()
            #expect((step?.seed ?? .max) < 1 << 32)
        }
    }

    @Test func `a probe at a low rate lasts as long as it takes to be sure`() throws {
        let plan = try Self.plan(rate: 200)
        var course = CapacityCourse(plan, CapacitySetting(plan))
        // 0.1 % of failures: 3,850 requests without one, and a margin.
        #expect(course.next()?.probe.hold == .seconds(21))
    }

    @Test func `a violation of money outranks every knee`() throws {
        let plan = try Self.plan()
        var course = CapacityCourse(plan, CapacitySetting(plan))
        let first = course.next()
        let step = try #require(first)
        let record = Target().record(of: step.plan, seed: 1)
        var judgements = Judge.judgements(of: record, targets: step.plan.targets)
        judgements.append(
            Judgement(
                name: "money", kind: .integrity, claim: "", status: .fail, expected: "", observed: "", window: nil,
                reasons: ["M2 taken_twice"]))
        course.take(record, nil, judgements)
        let report = course.report(version: "test")
        #expect(report.verdict == .integrityFailed)
        #expect(report.violationWords == ["probe 1 at 300/s: money: M2 taken_twice"])
    }

    @Test func `a probe leaves out faults and guards on errors, and keeps those of somebody else's system`() throws {
        let plan = try Self.plan(
            """
            observe: [{prometheus: "http://127.0.0.1:9/metrics", every: 1s, series: {live_p99: live_p99_ms}}]
            guards: [error ratio > 5% for 1s, live_p99 > 800 for 10s]
            """)
        let probed = plan.probing([("hold", 1_000, .seconds(10), true)], CapacitySetting(plan))
        #expect(probed.guards.map(\.subject) == [.series("live_p99")])
        #expect(probed.faults.isEmpty && probed.traffic.count == 1)
        #expect(probed.target.inFlight >= 5_000 && probed.observe.count == 1)
        #expect(probed.targets.map(\.name) == ["generator"])
    }
}
