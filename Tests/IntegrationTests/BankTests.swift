import ChannelProfile
import EventLoop
import Evidence
import Glibc
import Reporting
import TestFolders
import Testing
import Timebase

/// Runs that start mock banks of their own, in a child of the run's process.
@Suite struct BankTests {
    private static let profile = """
        profile: pair
        channels:
          north: {latency: 5ms, outcome: {approve: 90%, decline: {do_not_honour: 10%}}}
          south: {latency: 5ms}

        """

    private static func plan(
        _ stand: Stand, _ traffic: String, faults: String = "", profile: String = profile
    ) throws -> String {
        try stand.folder.write(profile, as: "banks.yaml")
        let text = """
            plan: banked
            target: {url: "${channels.north}", timeout: 5s}
            channels: banks.yaml
            journeys:
              pay:
                steps:
                  - POST /v1/authorise:
                      headers: {Idempotency-Key: "${id}"}
                      json: {reference: "${id}", amount: 7, currency: EUR, capture: true}
            arrivals: uniform
            traffic: [\(traffic)]
            faults: [\(faults)]

            """
        return try stand.folder.write(text, as: "banked.yaml")
    }

    private static func statement(_ stand: Stand, of channel: String) throws -> [StatementLine] {
        let places = stand.folder.below("out").filter { $0.hasSuffix("/\(channel)/statement.csv") }
        try #require(places.count == 1, "\(stand.folder.below("out"))")
        var reader = ChannelStatementReader(.csv)
        let lines = try reader.read(stand.folder.bytes(of: places[0]))
        try reader.finish()
        return lines
    }

    private static func bank(of child: SpillwayProcess, _ stand: Stand) async throws -> pid_t {
        var found: [pid_t] = []
        try await stand.wait {
            found = ProcessTable.children(of: child.pid)
            return found.count == 1
        }
        return found[0]
    }

    @Test func `a bank goes wrong when the plan says, and its statement is what its callers were told`() throws {
        try Stand.open { stand in
            let stages = ["calm", "bad", "after"].map { "{hold: {for: 3s, rate: 100/s, name: \($0)}}" }
            let plan = try Self.plan(
                stand, stages.joined(separator: ", "),
                faults: #"{at: "@bad", for: 3s, channel: north, error: {status: 500, rate: 100%}}"#)
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect([0, 3].contains(end.code), "\(end.talk)")
            let report = try stand.report()
            #expect(report.record.ending == .completed)
            let faults = report.record.events.filter { $0.kind == .fault }
            #expect(faults.map(\.text) == ["north: error 500 for 100% begins", "north: error 500 for 100% ends"])
            #expect(faults.map(\.at) == [.seconds(3), .seconds(6)])
            let seen = report.stageSummaries.map(\.outcomes)
            try #require(seen.count == 3)
            // A request that is due just before an edge may come behind it, more so on a machine that stands still.
            #expect(seen[1].errors >= 240 && seen[0].errors + seen[2].errors <= 60, "\(seen)")
            #expect(report.count(.declined) > 0)
            let told = try Self.statement(stand, of: "north").filter { $0.booking == .captured }
            #expect(told.reduce(0) { $0 + $1.amount } == 7 * Int64(report.count(.ok)))
            #expect(try Self.statement(stand, of: "south").isEmpty)
            let notes = report.record.events.filter { $0.kind == .note }.map(\.text)
            let north = "the bank 'north' counted 900 requests"
            #expect(notes.contains { $0.hasPrefix(north) && $0.contains(" 0 untagged, 0 mistagged") }, "\(notes)")
            #expect(stand.folder.below("out").contains { $0.contains("/north/") && $0.hasSuffix(".seg") })
            #expect(stand.requests.isEmpty)
        }
    }

    @Test func `banks go with the run that started them, also when that is killed`() throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 20s, rate: 50/s}}"))
            let bank = try await Self.bank(of: child, stand)
            try await stand.loop.sleep(until: stand.loop.now + .seconds(1))
            #expect(ProcessTable.isAlive(bank))
            child.signal(SIGKILL)
            let killed = stand.loop.now
            #expect(try await child.end(on: stand.loop).code == 137)
            try await stand.wait { !ProcessTable.isAlive(bank) }
            #expect(stand.loop.now - killed < .seconds(10))
        }
    }

    @Test func `a run that loses its banks says so, and is no whole run`() throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 20s, rate: 50/s}}"))
            let bank = try await Self.bank(of: child, stand)
            try await stand.wait { stand.folder.below("out").contains { $0.contains("evidence-") } }
            try await stand.loop.sleep(until: stand.loop.now + .seconds(1))
            kill(bank, SIGKILL)
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 3, "\(end.talk)")
            guard case .failed(_, let reason) = try stand.report().record.ending else {
                Issue.record("\(try stand.report().record.ending)")
                return
            }
            #expect(reason == "the mock banks are gone: it was ended by signal 9")
        }
    }

    @Test func `banks that stand still are waited for no longer than they may take, and are ended`() throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 6s, rate: 20/s}}"))
            let bank = try await Self.bank(of: child, stand)
            try await stand.wait { stand.folder.below("out").contains { $0.contains("evidence-") } }
            try await stand.loop.sleep(until: stand.loop.now + .seconds(1))
            kill(bank, SIGSTOP)
            let end = try await child.end(on: stand.loop, within: .seconds(40))
            #expect(end.code == 3, "\(end.talk)")
            #expect(!ProcessTable.isAlive(bank))
            let record = try stand.report().record
            guard case .failed(_, let reason) = record.ending else {
                Issue.record("\(record.ending)")
                return
            }
            #expect(reason.hasPrefix("the mock banks did not tell what they saw: /_mock/healthz: "), "\(reason)")
            let notes = record.events.filter { $0.kind == .note }.map(\.text)
            #expect(notes.contains("the mock banks did not end in order: it was ended by signal 9"), "\(notes)")
        }
    }

    @Test func `a run that is interrupted still asks its banks, and ends them in order`() throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 20s, rate: 50/s}}"))
            let bank = try await Self.bank(of: child, stand)
            try await stand.wait { stand.folder.below("out").contains { $0.contains("evidence-") } }
            try await stand.loop.sleep(until: stand.loop.now + .seconds(1))
            child.signal(SIGINT)
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 130, "\(end.talk)")
            #expect(!ProcessTable.isAlive(bank))
            let told = try Self.statement(stand, of: "north").filter { $0.booking == .captured }
            #expect(try told.reduce(0) { $0 + $1.amount } == 7 * Int64(stand.report().count(.ok)))
        }
    }

    @Test func `a bank whose port is taken stops the run before it begins, and is named`() throws {
        try Stand.open { stand in
            let profile = "profile: taken\nchannels:\n  north: {listen: \"127.0.0.1:\(stand.port)\"}\n"
            let plan = try Self.plan(stand, "{hold: {for: 1s, rate: 50/s}}", profile: profile)
            let end = try await stand.start(plan, "--quiet").end(on: stand.loop)
            #expect(end.code == 3, "\(end.talk)")
            for word in ["banked.yaml:3:", "the mock banks do not start", "north", "\(stand.port)"] {
                #expect(end.talk.contains(word), "'\(word)' is not in: \(end.talk)")
            }
            #expect(stand.requests.isEmpty)
            #expect(!stand.folder.has("out"), "\(stand.folder.below("out"))")
        }
    }
}
