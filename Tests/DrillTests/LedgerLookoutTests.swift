import Evidence
import Reporting
import Testing
import Timebase

@testable import Drill

/// The books of a simulated stack, looked at while the run is under way.
@Suite struct LedgerLookoutTests {
    private static func told(_ report: Report) -> [RunEvent] {
        report.record.events.filter { $0.kind == .note && $0.text.contains(" books break ") }
    }

    @Test(arguments: AuditDrillTests.seeds) func `a sound stack is looked at every second, and nothing is told`(
        _ seed: UInt64
    ) throws {
        let report = try AuditDrillTests.Drilled(seed: seed).report()
        let watch = try #require(report.record.watch)
        #expect(Self.told(report) == [], "seed \(seed)")
        #expect(watch.violations == [] && watch.failed == 0 && watch.behind == 0, "seed \(seed): \(watch)")
        #expect(watch.looks >= 6 && watch.rows > 500 && watch.watermark > 300, "seed \(seed): \(watch)")
    }

    @Test(arguments: [
        ("non-atomic-posting", "M1"), ("duplicate-effect-notify", "M2"), ("refund-race", "M5"),
    ])
    func `what is planted is told while the traffic runs`(defect: String, check: String) throws {
        var drilled = AuditDrillTests.Drilled(defects: [defect], seed: 7)
        if defect == "refund-race" { (drilled.latency, drilled.refunds) = ("100ms", 60) }
        let report = try drilled.report()
        let watch = try #require(report.record.watch)
        #expect((watch.violations.first { $0.check == check }?.count ?? 0) > 0, "\(defect): \(watch)")
        let events = Self.told(report)
        #expect(events.count <= LedgerLookout.eventsMax)
        let first = try #require(events.first { $0.text.contains("books break \(check): ") }, "\(events)")
        #expect(first.at < .seconds(5), "\(first)")
        if defect == "non-atomic-posting" { #expect(first.at < .seconds(2)) }
    }

    @Test func `a guard on the books ends the traffic`() throws {
        var drilled = AuditDrillTests.Drilled(defects: ["non-atomic-posting"], seed: 7)
        drilled.rest = "guards: [money violations > 0]"
        let report = try drilled.report()
        guard case .aborted(let at, let text) = report.record.ending else {
            Issue.record("\(report.record.ending)")
            return
        }
        #expect(text == "money violations > 0" && at <= .seconds(3), "\(at)")
        drilled.defects = []
        #expect(try drilled.report().record.ending == .completed)
    }
}
