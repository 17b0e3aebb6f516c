import EventLoop
import Evidence
import HTTPService
import Reporting
import Testing
import Timebase

/// What breaks while a run is under way.
@Suite struct FailureTests {
    @Test func `a stack that dies ends the run within its time, by name, with evidence and report`() throws {
        try Stand.open { stand in
            let plan = try stand.plan("{hold: {for: 60s, rate: 20/s}}")
            let child = try stand.start(plan)
            try await stand.wait { stand.requests.count >= 30 }
            await stand.stop()
            let died = stand.loop.now
            let end = try await child.end(on: stand.loop, within: .seconds(25))
            #expect(end.code == 3, "\(end.talk)")
            // Ten silent seconds, and the one that it died in.
            #expect(stand.loop.now - died < .seconds(15))
            let report = try stand.report()
            guard case .failed(_, let reason) = report.record.ending else {
                Issue.record("\(report.record.ending)")
                return
            }
            #expect(reason.contains("127.0.0.1:\(stand.port)"), "\(reason)")
            #expect(reason.contains("refused"), "\(reason)")
            let (records, tally) = try stand.evidence()
            #expect(UInt64(records.count) == report.total && tally.withoutEnding == 0)
            #expect(report.count(.ok) >= 30)
        }
    }

    /// The limit stands for the full disk: the first segment is there, the second cannot be made.
    @Test func `a disk that fills ends the run, and the report says so`() throws {
        try Stand.open { stand in
            let plan = try stand.plan("{users: {for: 300s, count: 16}}", target: ", connections: 16")
            let child = try stand.start(plan)
            try await stand.wait { stand.requests.count >= 10 }
            try child.limitFiles(bytes: 512 << 10)
            let end = try await child.end(on: stand.loop, within: .seconds(320))
            #expect(end.code == 3, "\(end.talk)")
            let report = try stand.report()
            guard case .failed(_, let reason) = report.record.ending else {
                Issue.record("\(report.record.ending)")
                return
            }
            #expect(reason.contains("the evidence cannot be kept"), "\(reason)")
            let (records, tally) = try stand.evidence()
            #expect(UInt64(records.count) == report.total && tally.withoutEnding == 0)
            // Nothing was sent that is not written down.
            #expect(records.count == stand.requests.count)
        }
    }

    @Test func `a guard that trips stops arrivals at once`() throws {
        let failing: Stand.Answer = { exchange, number, _ in exchange.respond(number < 100 ? 201 : 500) }
        try Stand.open(failing) { stand in
            let plan = try stand.plan(
                "{hold: {for: 20s, rate: 100/s}}", rest: "guards: [error ratio > 50% for 1s]")
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect(end.code == 4, "\(end.talk)")
            let report = try stand.report()
            guard case .aborted(let at, let text) = report.record.ending else {
                Issue.record("\(report.record.ending)")
                return
            }
            #expect(text == "error ratio > 50% for 1s")
            let (records, _) = try stand.evidence()
            #expect(records.allSatisfy { $0.intent.sentAt <= at }, "\(at)")
            #expect(records.count == stand.requests.count)
            #expect(at < .seconds(5))
        }
    }
}
