import Diagnostics
import EventLoop
import Evidence
import Reporting
import TestFolders
import Testing
import Timebase

@testable import Drill

/// What is counted from the segments of a run is what its driver counted.
@Suite struct TornRunDrillTests {
    private static let plan = """
        plan: counted
        target: {stack: embedded, timeout: 2s}
        stack: {cores: 1, service: 20ms, limits: {queue: 5}, bank: {timeout: 1s}}
        channels: one.yaml
        data: {merchant: {pool: 100}}
        journeys:
          pay:
            retry: {on: [503, 429, timeout], attempts: 3, backoff: 100ms}
            steps:
              - POST /v1/payments:
                  headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                  json: {amount: 700, currency: EUR}
                  expect: {status: [201, 202]}
                  keep: {payment: $.id}
              - GET /v1/payments/${payment}: {expect: {status: 200}}
        arrivals: poisson
        traffic: [hold: {for: 2s, rate: 20/s, name: calm}, hold: {for: 3s, rate: 90/s, name: crowd}]

        """

    private final class Left {
        var evidence: CollectedEvidence?
    }

    private static func run() throws -> (record: RunRecord, attempts: [EvidenceRecord]) {
        let drill = SimulatedDrill(plan: plan, profile: "profile: one\nchannels:\n  bank: {latency: 5ms}\n")
        let left = Left()
        let outcome = try drill.outcome(in: TestFolder()) { _ in
            var conduct = DrillConduct()
            conduct.onCollected = { left.evidence = $0 }
            return conduct
        }
        let report = try outcome.done().report
        return (report.record, try EvidenceReader.all(try #require(left.evidence).requests))
    }

    @Test func `the segments of a run give the figures that its driver gave`() throws {
        let (record, attempts) = try Self.run()
        var opening = record
        opening.slices = []
        opening.events = []
        for stage in opening.stages.indices {
            opening.stages[stage].cells = opening.steps.map { _ in
                StageCell(outcomes: OutcomeCounts(), corrected: .empty, raw: .empty, shed: .empty)
            }
        }
        let counted = try TornRun(opening) { () throws(EvidenceError) in
            var rest = attempts[...]
            return { () throws(EvidenceError) in rest.popFirst() }
        }.record()
        let shed = record.stages.reduce(0) { $0 + $1.cells.reduce(0) { $0 + $1.outcomes[.shed] } }
        #expect(shed > 20 && attempts.contains { $0.intent.attempt > 1 && $0.ending?.outcome == .ok }, "\(shed)")
        for (told, found) in zip(record.stages, counted.stages) {
            #expect(told.cells.map(\.outcomes) == found.cells.map(\.outcomes), "\(told.name)")
            #expect(told.cells.map(\.corrected) == found.cells.map(\.corrected), "\(told.name)")
            #expect(told.cells.map(\.shed) == found.cells.map(\.shed), "\(told.name)")
        }
        for (second, (told, found)) in zip(record.slices, counted.slices).enumerated() {
            #expect(told.arrivals.started == found.arrivals.started, "second \(second)")
            #expect(told.cells.map(\.step) == found.cells.map(\.step), "second \(second)")
            #expect(told.cells.map(\.cell.outcomes) == found.cells.map(\.cell.outcomes), "second \(second)")
            #expect(told.cells.map(\.cell.corrected) == found.cells.map(\.cell.corrected), "second \(second)")
        }
        #expect(counted.slices.count <= record.slices.count && counted.slices.count >= 5)
    }
}
