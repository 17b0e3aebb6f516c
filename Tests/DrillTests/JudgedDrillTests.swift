import Evidence
import Reporting
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import Drill

/// What judges of overload, channels and fairness need stands in the record of a simulated drill, and stands there again when
/// the record was written and read.
@Suite struct JudgedDrillTests {
    private static let profile = """
        profile: pair
        channels:
          north: {latency: 5ms, outcome: {decline: {do_not_honour: 5%}}}
          south: {latency: 5ms}

        """

    private static func plan(_ targets: String, stack: String = "") -> String {
        """
        plan: judged
        target: {stack: embedded, timeout: 2s}
        stack: {cores: 1, service: 10ms, limits: {queue: 20, age: 100ms}, bank: {timeout: 500ms}\(stack)}
        channels: pair.yaml
        data: {merchant: {pool: 12}, amount: {minor: uniform min=100 max=9000, currency: EUR}}
        journeys:
          pay:
            steps:
              - POST /v1/payments:
                  headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                  json: {amount: "${amount}", currency: EUR}
                  expect: {status: [201, 202]}
        traffic:
          - hold: {for: 4s, rate: 40/s, name: baseline}
          - hold: {for: 4s, rate: 300/s, name: crowd}
          - hold: {for: 4s, rate: 40/s, name: after}
        faults:
          - {at: "@after", for: 2s, channel: north, error: {status: 503, rate: 50%}}
        targets: [\(targets)]

        """
    }

    private func report(_ targets: String, stack: String = "") throws -> Report {
        let folder = try TestFolder()
        let drill = SimulatedDrill(plan: Self.plan(targets, stack: stack), profile: Self.profile)
        return try drill.outcome(in: folder).done().report
    }

    @Test func `banks are counted by slice, faults have their spans, and the stack's vitals are read`() throws {
        let record = try report("errors: {at most: 5%}").record
        #expect(record.faults.map(\.channel) == ["north"])
        #expect(record.faults.map(\.span) == [.seconds(8) ..< .seconds(10)])
        #expect(record.channels.map(\.channel) == ["north", "south"])
        let steps = record.stages.flatMap(\.cells).reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        let writes = record.channels.reduce(0) { $0 + $1.writes.reduce(0, +) }
        let firsts = record.channels.reduce(0) { $0 + $1.firsts.reduce(0, +) }
        // What was refused behind the door came to a bank as well, and at most once for the first time.
        // A write behind the last slice, and one on the edge of two, may be counted elsewhere.
        #expect(
            firsts + 10 >= steps[.ok] + steps[.declined] && firsts <= steps.total,
            "\(firsts) firsts of \(writes) writes, \(steps)")
        #expect(writes > firsts, "refused calls are tried again")
        #expect(
            record.channels[0].failed[8..<10].reduce(0, +) > 5 && record.channels[0].failed[..<7].allSatisfy { $0 == 0 }
        )
        #expect(record.channels.allSatisfy { $0.late.allSatisfy { $0 == 0 } && $0.admitted == nil })
        for vital in StackVital.all(channels: ["north", "south"]) {
            let series = try #require(record.observed.first { $0.name == vital.name }, "\(vital.name)")
            #expect(series.values.count >= 11 && series.values.compactMap(\.self).count >= 11, "\(vital.name)")
        }
        let shares = record.observed.first { $0.name == StackVital.share("north").name }?.values ?? []
        #expect(shares.count > 3 && (0.3...0.7).contains(shares[3] ?? 0))
    }

    @Test func `every rejection of the stack says when to come back, and is counted so`() throws {
        let record = try report("shed: {}").record
        let crowd = try #require(record.stages.first { $0.name == "crowd" }).cells[0]
        #expect(crowd.outcomes[.shed] > 100)
        #expect(crowd.advised == crowd.outcomes[.shed])
    }

    @Test func `arrivals are counted by what they drew only where a target compares them`() throws {
        #expect(try report("errors: {at most: 5%}").record.groups.isEmpty)
        let record = try report("fairness: {by: merchant, at least: 0.9}").record
        #expect(record.groups.map(\.stage) == [0, 1, 2] && record.groups.allSatisfy { $0.by == "merchant" })
        for group in record.groups {
            let cell = record.stages[group.stage].cells[0].outcomes
            #expect(group.members.map(\.place) == Array(0..<12))
            #expect(group.members.reduce(0) { $0 + $1.offered } == cell.total)
            #expect(group.members.reduce(0) { $0 + $1.served } == cell[.ok] + cell[.declined])
            #expect(group.members.reduce(0) { $0 + $1.shed } == cell[.shed])
        }
    }

    @Test func `latencies by channel are there where a target compares channels, and add up`() throws {
        let record = try report("blast radius: {channel: north, at most: 1.2x}").record
        let counted = record.channels.reduce(0) { sum, flow in
            (flow.admitted ?? []).reduce(sum) { $0 + $1.count }
        }
        let steps = record.stages.flatMap(\.cells).reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        #expect(counted == steps[.ok] + steps[.declined])
    }

    @Test func `all of it is read again as it was written`() throws {
        let record = try report(
            "blast radius: {channel: north, at most: 1.2x}, fairness: {by: merchant, at least: 0.9}"
        ).record
        let again = try RunRecord(json: record.json)
        #expect(again.faults == record.faults && again.channels == record.channels && again.groups == record.groups)
        #expect(again.stages.flatMap(\.cells).map(\.advised) == record.stages.flatMap(\.cells).map(\.advised))
    }

    @Test func `calls for senders who have given up are told from those in time`() throws {
        var sums: [UInt64] = []
        for defects in ["", ", defects: [no-deadline], deadline: 300ms"] {
            var drill = SimulatedDrill(
                plan: Self.plan("wasted work: {at most: 1%}", stack: defects), profile: Self.profile)
            drill.plan = drill.plan.replacing("timeout: 2s", with: "timeout: 100ms")
                .replacing("age: 100ms", with: "age: 4s").replacing("queue: 20", with: "queue: 200")
                .replacing("X-Merchant: \"${merchant}\"", with: "X-Merchant: \"${merchant}\", X-Deadline-Ms: \"80\"")
            let folder = try TestFolder()
            let record = try drill.outcome(in: folder).done().report.record
            sums.append(record.channels.reduce(0) { $0 + $1.late.reduce(0, +) })
        }
        #expect(sums[0] <= 2 && sums[1] > 50, "\(sums)")
    }
}
