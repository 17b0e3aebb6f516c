import EventLoop
import Evidence
import Glibc
import HTTPService
import Reporting
import TestFolders
import Testing
import Timebase

@Suite struct KillTests {
    private static let hold = "{hold: {for: 20s, rate: 50/s}}"

    /// Every fifth request is not answered while the run lasts.
    private static func reluctant(_ exchange: HTTPExchange, _ number: Int, _ stand: Stand) async throws {
        if number % 5 == 0 { try await stand.loop.sleep(until: stand.loop.now + .seconds(30)) }
        exchange.respond(201)
    }

    @Test func `the evidence of a run that was killed is whole up to the kill, and what was open is unknown`() throws {
        try Stand.open(Self.reluctant) { stand in
            let child = try stand.start(try stand.plan(Self.hold, target: ", timeout: 30s"))
            // In step, so that no more than one or two are on their way.
            try await stand.wait { stand.requests.count >= 60 && stand.isInStep(each: .milliseconds(20)) }
            child.signal(SIGKILL)
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 137 && end.results.isEmpty)
            let (records, tally) = try stand.evidence()
            // What arrived was written down before; the last may not have arrived.
            #expect((stand.requests.count...stand.requests.count + 2).contains(records.count))
            let held = (stand.requests.count + 4) / 5
            #expect((held...held + 3).contains(Int(tally.withoutEnding)), "\(tally)")
            #expect(tally.faulty == 0 && tally.tornBytes == 0 && tally.segmentsWithoutHeader == 0)
            #expect(records.allSatisfy { $0.ending.map { $0.outcome == .ok } ?? true })
            let others = stand.folder.below("out").filter { !$0.contains("evidence-") && $0 != "out" }
            #expect(others.isEmpty, "a report that is half written")
            let told = try await stand.start(verb: "report", ["\(stand.folder.path)/out"]).end(on: stand.loop)
            #expect(told.code == 3, "\(told.talk)")
            let report = try stand.report()
            #expect(report.total == UInt64(records.count))
            #expect(report.count(.unknown) == tally.withoutEnding)
        }
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `one signal ends arrivals, drains, and leaves a partial report`(signal: Int32, code: Int32) throws {
        let slow: Stand.Answer = { exchange, _, stand in
            try await stand.loop.sleep(until: stand.loop.now + .milliseconds(500))
            exchange.respond(201)
        }
        try Stand.open(slow) { stand in
            let child = try stand.start(try stand.plan(Self.hold))
            try await stand.wait { stand.requests.count >= 60 }
            let asked = stand.loop.now
            child.signal(signal)
            let end = try await child.end(on: stand.loop)
            #expect(end.code == code, "\(end.talk)")
            #expect(stand.requests.allSatisfy { $0.at < asked + .seconds(1) })
            let report = try stand.report()
            // What was on its way was waited for.
            #expect(report.count(.ok) == UInt64(stand.requests.count) && report.total == report.count(.ok))
            guard case .interrupted(_, signal) = report.record.ending else {
                Issue.record("\(report.record.ending)")
                return
            }
            #expect(end.results.count == 1)
            #expect(try stand.evidence().records.count == stand.requests.count)
        }
    }

    @Test func `whoever interrupts one plan means those behind it as well`() throws {
        try Stand.open { stand in
            let plans = try ["first", "second"].map { try stand.plan(Self.hold, name: $0) }
            let child = try stand.start(plans[0], plans[1])
            try await stand.wait { stand.requests.count >= 20 }
            child.signal(SIGINT)
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 130 && end.results.count == 1, "\(end.talk)")
            #expect(!stand.folder.below("out").contains("out/second"))
        }
    }

    @Test func `a second Ctrl-C waits for nobody, and the report is there`() throws {
        try Stand.open(Self.reluctant) { stand in
            let child = try stand.start(try stand.plan(Self.hold, target: ", timeout: 30s"))
            try await stand.wait { stand.requests.count >= 40 }
            child.signal(SIGINT)
            try await stand.loop.sleep(until: stand.loop.now + .milliseconds(500))
            let asked = stand.loop.now
            child.signal(SIGINT)
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 130, "\(end.talk)")
            // The reluctant answers come after thirty.
            #expect(stand.loop.now - asked < .seconds(15))
            let report = try stand.report()
            let (records, _) = try stand.evidence()
            #expect(report.total == UInt64(records.count))
            #expect(report.count(.unknown) >= 8)
            #expect(report.count(.unknown) + report.count(.ok) + report.count(.refused) == report.total)
        }
    }
}
