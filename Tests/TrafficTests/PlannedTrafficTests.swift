import Diagnostics
import PlanLanguage
import PlanModel
import SeededRandom
import Testing
import Timebase
import Traffic

@Suite struct PlannedTrafficTests {
    private static func plan(_ rest: String, before traffic: String) throws -> Plan {
        try plan(traffic + "\n" + rest)
    }

    private static func plan(_ traffic: String) throws -> Plan {
        let text = """
            plan: sample
            seed: 5
            target: {url: "http://127.0.0.1:1"}
            journeys:
              pay: {weight: 3, steps: [GET /pay: {}]}
              query: {weight: 1, steps: [GET /query: {}]}
            arrivals: uniform
            traffic:
            \(traffic)
            """
        let outcome = Plan.parse(SourceText(name: "sample.yaml", text: text))
        return try #require(outcome.plan, "\(outcome.diagnostics.map(\.message))")
    }

    @Test func `each stage of a plan has its place, its arrivals and its word`() throws {
        let traffic = try PlannedTraffic(
            Self.plan(
                """
                  - warm-up: {for: 2s, rate: 10/s}
                  - ramp: {for: 10s, from: 0/s, to: 100/s}
                  - pause: {for: 1s}
                  - users: {count: 3, think: 1s, for: 5s}
                  - pulses: {for: 4s, rate: 50/s, width: 1s, every: 2s}
                """))
        #expect(traffic.stages.map(\.kind) == ["warm-up", "ramp", "pause", "users", "pulses"])
        #expect(traffic.stages.map(\.countsForVerdicts) == [false, true, true, true, true])
        #expect(traffic.stages.map(\.span.lowerBound) == [0, 2, 12, 13, 18].map(TimeSpan.seconds))
        #expect(traffic.length == .seconds(22))
        #expect(traffic.stages.indices.map(traffic.scheduled(inStage:)) == [20, 500, 0, 0, 100])
    }

    @Test func `a stage's own mix replaces the weights of the journeys`() throws {
        let traffic = try PlannedTraffic(
            Self.plan(
                """
                  - hold: {for: 10s, rate: 100/s}
                  - hold: {for: 10s, rate: 100/s, mix: {query: 1}}
                """))
        var own = [0, 0]
        var other = [0, 0]
        var cursor = traffic.schedule.arrivals()
        while let arrival = cursor.next() {
            let journey = traffic.mix.journey(of: arrival)
            if arrival.stage == 0 { own[journey] += 1 } else { other[journey] += 1 }
        }
        #expect(other == [0, 1_000])
        #expect((650...850).contains(own[0]) && own[0] + own[1] == 1_000)
    }

    @Test func `a recording without a profile, and one brought to a rate`() throws {
        let plan = try Self.plan("  - replay: {file: friday.ndjson, rate: 20/s}")
        #expect(throws: PlannedTraffic.Fault.emptyRecording(path: "friday.ndjson")) { try PlannedTraffic(plan) }
        var profile = RecordingProfile()
        for index in 0..<101 { profile.add(at: Int64(index) * 100_000_000, kind: "pay") }
        let traffic = try PlannedTraffic(plan, recordings: ["friday.ndjson": profile])
        guard case .replay(let path, let speed) = traffic.stages[0].source else {
            Issue.record("\(traffic.stages[0].source)")
            return
        }
        #expect(path == "friday.ndjson" && (1.9...2.1).contains(speed))
        #expect((TimeSpan.seconds(4)...(.seconds(6))).contains(traffic.length))
    }

    @Test func `rates and numbers that no schedule can hold are refused in words`() throws {
        let fast = try Self.plan("  - hold: {for: 10s, rate: 200000000/s}")
        #expect(throws: PlannedTraffic.Fault.rateTooHigh(stage: "hold", perSecond: 2e8)) { try PlannedTraffic(fast) }
        let long = try Self.plan("  - hold: {for: 1000000000s, rate: 1/s}")
        #expect(throws: PlannedTraffic.Fault.tooLong(stage: "hold")) { try PlannedTraffic(long) }
        let many = try Self.plan("  - hold: {for: 30000000s, rate: 100000000/s}")
        #expect(throws: PlannedTraffic.Fault.self) { try PlannedTraffic(many) }
    }

    @Test func `twins have the rate of the plan where stages count, and the traffic never moves for them`() throws {
        let stages = """
              - warm-up: {for: 2s, rate: 10/s}
              - ramp: {for: 10s, from: 0/s, to: 100/s}
              - pause: {for: 1s}
              - users: {count: 3, think: 1s, for: 5s}
            """
        let plain = try PlannedTraffic(Self.plan(stages))
        let traffic = try PlannedTraffic(Self.plan("shadow: {control: 5/s}", before: stages))
        let control = try #require(traffic.control)
        #expect(plain.control == nil && control.count == 80)
        #expect(control.schedule.count(in: .zero ..< .seconds(2)) == 0)
        #expect(control.schedule.count(in: .seconds(5) ..< .seconds(7)) == 10)
        // From any place on as from the beginning.
        var (from, all) = (control.schedule.arrivals(from: .seconds(7)), control.schedule.arrivals())
        for _ in 0..<25 { _ = all.next() }
        while let arrival = all.next() { #expect(from.next() == arrival) }
        var (one, other) = (plain.schedule.arrivals(), traffic.schedule.arrivals())
        while let arrival = one.next() {
            #expect(other.next() == arrival && plain.mix.journey(of: arrival) == traffic.mix.journey(of: arrival))
            #expect(plain.mix.dataSeed(of: arrival.index).bits != control.mix.dataSeed(of: arrival.index).bits)
        }
        #expect(other.next() == nil)
    }
}
