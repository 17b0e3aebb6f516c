import EventLoop
import Evidence
import Glibc
import Reporting
import StackVocabulary
import TestFolders
import Testing
import Timebase

/// Runs of the embedded stack, its banks, their live twins and its driver, in four processes.
@Suite struct StackTests {
    /// References differ from run to run, and fates with them: shares are such that none of 90 is a chance of 1e-14.
    private static let profile = """
        profile: pair
        channels:
          direct: {latency: 5ms, outcome: {decline: {do_not_honour: 30%}}}
          patient:
            latency: 5ms
            outcome: {pending: 50%}
            settlement: 50ms
            callback: {delay: 20ms}

        """

    /// The door lets whoever comes wait for seconds: what a machine that stood still brings at once is not refused.
    private static func plan(_ stand: Stand, _ traffic: String, stack: String = "") throws -> String {
        try stand.folder.write(profile, as: "banks.yaml")
        let text = """
            plan: stacked
            target: {stack: embedded, timeout: 5s}
            stack: {cores: 2, service: 1ms, limits: {age: 10s}\(stack)}
            channels: banks.yaml
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            data: {merchant: {pool: 100}}
            journeys:
              pay:
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: 700, currency: EUR, notify: "${webhook}"}
                      expect: {status: [201, 202]}
                  - await webhook payment.captured: {within: 5s}
            arrivals: uniform
            shadow: {control: 10/s}
            traffic: [\(traffic)]

            """
        return try stand.folder.write(text, as: "stacked.yaml")
    }

    private static func parts(of child: SpillwayProcess, _ stand: Stand) async throws -> [pid_t] {
        var found: [pid_t] = []
        try await stand.wait {
            found = ProcessTable.children(of: child.pid)
            return found.count == 3
        }
        return found
    }

    @Test func `payments go through stack and banks, and merchants are told of each`() throws {
        try Stand.open { stand in
            let plan = try Self.plan(stand, "{hold: {for: 3s, rate: 60/s, name: calm}}")
            let end = try await stand.start(plan).end(on: stand.loop, within: .seconds(40))
            let report = try stand.report()
            #expect([0, 3].contains(end.code), "\(end.talk)")
            #expect(report.record.ending == .completed, "\(end.talk)")
            #expect(report.count(.declined) > 0)
            #expect(report.count(.ok) + report.count(.declined) == report.total, "\(report.stageSummaries)")
            let stack = try #require(report.record.stack)
            #expect(stack.setting.cores == 2 && stack.store == .sqlite && stack.defects.isEmpty)
            #expect(!end.talk.contains("PLANTED"))
            let evidence = try EvidenceDatabase.open("\(stand.folder.path)/out/\(EvidenceDatabase.fileName)")
            #expect(try evidence.about("bank_offset_ns") != nil, "the banks' lines are nowhere in the ledger")
            #expect(stand.folder.below("out").contains { $0.hasSuffix("/ledger.db") }, "\(stand.folder.below("out"))")
            let notes = report.record.events.filter { $0.kind == .note }.map(\.text)
            #expect(
                notes.contains { $0.hasPrefix("the bank 'patient' counted") && $0.contains(" 0 untagged") }, "\(notes)")
            let control = try #require(report.record.generator.control)
            #expect(control.arrivals == 30 && control.sent == 30 && control.leftOut == 0)
            #expect(
                notes.contains { $0.hasPrefix("the live twin of 'patient' counted") && $0.contains(" 0 verified") },
                "\(notes)")
            let counts = report.record.snapshots
            try #require(counts.count == 2)
            #expect(counts.map { $0.live["payments"] } == [1, 31])
            #expect(counts.map { $0.shadow["payments"] } == [1, 181])
            let watch = try #require(report.record.watch)
            #expect(watch.looks >= 3 && watch.failed == 0 && watch.violations.isEmpty, "\(watch)")
            // What was paid is an answer and a webhook to its caller, and two lines at least in the books.
            #expect(watch.watermark > 400 && watch.rows >= Int64(report.count(.ok)), "\(watch)")
            let statements = stand.folder.below("out").filter { $0.hasSuffix("/statement.csv") }
            #expect(statements.count { $0.contains("live-channels-") } == 2 && statements.count == 4)
        }
    }

    @Test(arguments: ["sqlite", "memory"]) func `books that break are told of while the traffic runs`(
        store: String
    ) throws {
        try Stand.open { stand in
            let plan = try Self.plan(
                stand, "{hold: {for: 8s, rate: 40/s}}", stack: ", store: \(store), defects: [non-atomic-posting]")
            let end = try await stand.start(plan).end(on: stand.loop, within: .seconds(40))
            let record = try stand.report().record
            let watch = try #require(record.watch)
            #expect(watch.failed == 0 && watch.violations.map(\.check) == ["M1"], "\(watch) \(end.talk)")
            let told = record.events.filter { $0.text.contains(" books break M1: change ") }
            #expect(told.first.map { $0.at < .seconds(6) } == true && told.count <= 20, "\(told)")
        }
    }

    @Test func `what is planted cannot be overlooked`() throws {
        try Stand.open { stand in
            let plan = try Self.plan(
                stand, "{hold: {for: 1s, rate: 20/s}}", stack: ", store: memory, defects: [slow-shed]")
            let end = try await stand.start(plan).end(on: stand.loop, within: .seconds(40))
            #expect([0, 3].contains(end.code), "\(end.talk)")
            let words = "PLANTED IN THE STACK ON PURPOSE: slow-shed"
            #expect(end.talk.contains(words), "\(end.talk)")
            #expect(end.results.first?.contains(#""planted":["slow-shed"]"#) == true, "\(end.results)")
            #expect(try stand.report().record.stack?.defects == [.slowShed])
            #expect(stand.folder.text(of: "out/report.html").contains(words))
            #expect(!stand.folder.below("out").contains { $0.hasSuffix("/ledger.db") })
        }
    }

    @Test func `stack and banks go with the run that started them, also when that is killed`() throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 20s, rate: 50/s}}"))
            let parts = try await Self.parts(of: child, stand)
            try await stand.wait { stand.folder.below("out").contains { $0.contains("evidence-") } }
            try await stand.loop.sleep(until: stand.loop.now + .seconds(1))
            #expect(parts.allSatisfy(ProcessTable.isAlive))
            child.signal(SIGKILL)
            let killed = stand.loop.now
            #expect(try await child.end(on: stand.loop).code == 137)
            try await stand.wait { !parts.contains(where: ProcessTable.isAlive) }
            // The lease ends at once; what is under way may take its two seconds, and the traffic would go on for 20.
            #expect(stand.loop.now - killed < .seconds(10))
        }
    }

    @Test func `what a killed run has left is brought together, judged, and never green`() throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 20s, rate: 50/s, name: calm}}"))
            let parts = try await Self.parts(of: child, stand)
            try await stand.wait { stand.folder.below("out").contains { $0.hasSuffix("/opening.json") } }
            try await stand.loop.sleep(until: stand.loop.now + .seconds(2))
            let out = "\(stand.folder.path)/out"
            let early = try await stand.start(verb: "report", [out]).end(on: stand.loop)
            #expect(early.code == 3 && early.talk.contains("the run is still under way"), "\(early.talk)")
            child.signal(SIGKILL)
            _ = try await child.end(on: stand.loop)
            try await stand.wait { !parts.contains(where: ProcessTable.isAlive) }
            let end = try await stand.start(verb: "report", [out]).end(on: stand.loop)
            #expect(end.code == 3, "\(end.talk) \(end.results)")
            #expect(end.talk.contains("the statement of the shadow bank 'direct' is missing"), "\(end.talk)")
            let report = try stand.report()
            guard case .failed(_, let reason) = report.record.ending else {
                Issue.record("\(report.record.ending)")
                return
            }
            #expect(reason == "the driver was killed; what it had sent is below")
            #expect(report.count(.ok) > 50 && report.record.slices.count >= 2)
            #expect(report.record.stages[0].cells[0].corrected.count == report.total)
            #expect(stand.folder.mode(of: "out/evidence.db") == 0o600)
            // What was made of it is evidence like any other's.
            let again = try await stand.start(verb: "audit", [out]).end(on: stand.loop)
            #expect(again.code == 3, "\(again.talk)")
        }
    }

    @Test func `a finished run is reported again to the byte, and purged from its ledger`() throws {
        try Stand.open { stand in
            let plan = try Self.plan(stand, "{hold: {for: 2s, rate: 40/s, name: calm}}")
            let first = try await stand.start(plan).end(on: stand.loop, within: .seconds(60))
            let out = "\(stand.folder.path)/out"
            let names = ["out/report.json", "out/report.html"]
            let written = names.map { stand.folder.bytes(of: $0) }
            for name in names { unsafe _ = unlink("\(stand.folder.path)/\(name)") }
            let end = try await stand.start(verb: "report", [out]).end(on: stand.loop)
            #expect(end.code == first.code, "\(end.talk)")
            #expect(names.map { stand.folder.bytes(of: $0) } == written && !written[0].isEmpty)
            let other = try stand.plan(
                "{hold: {for: 1s, rate: 1/s}}", rest: "targets: [errors: {at most: 100%}]", name: "other")
            let judged = try await stand.start(verb: "report", [out, "--judge-with", other]).end(on: stand.loop)
            #expect(stand.folder.text(of: "out/report.json").contains(#""errors""#), "\(judged.talk)")
            let look = try await stand.start(verb: "purge", [out, "--format", "json"]).end(on: stand.loop)
            #expect(look.code == 0 && look.results.first?.contains(#""done":false"#) == true, "\(look.talk)")
            let gone = try await stand.start(verb: "purge", [out, "--yes", "--format", "json"]).end(on: stand.loop)
            #expect(gone.code == 0 && gone.results.first?.contains(#""done":true"#) == true, "\(gone.talk)")
            let after = try await stand.start(verb: "purge", [out, "--format", "json"]).end(on: stand.loop)
            #expect(after.results.first?.contains(#""shadow_payments":0"#) == true, "\(after.results)")
            #expect(look.results.first?.contains(#""shadow_payments":81"#) == true, "\(look.results)")
        }
    }

    @Test(arguments: [("--live", "the live twins of the mock banks are gone"), ("stack", "the embedded stack is gone")])
    func `a run that loses a part says so, and is no whole run`(part: String, words: String) throws {
        try Stand.open { stand in
            let child = try stand.start(try Self.plan(stand, "{hold: {for: 20s, rate: 50/s}}"))
            let parts = try await Self.parts(of: child, stand)
            try await stand.wait { stand.folder.below("out").contains { $0.contains("evidence-") } }
            try await stand.loop.sleep(until: stand.loop.now + .seconds(1))
            kill(try #require(parts.first { ProcessTable.words(of: $0).contains(part) }), SIGKILL)
            let end = try await child.end(on: stand.loop, within: .seconds(40))
            #expect(end.code == 3, "\(end.talk)")
            guard case .failed(_, let reason) = try stand.report().record.ending else {
                Issue.record("\(try stand.report().record.ending)")
                return
            }
            #expect(reason == "\(words): it was ended by signal 9")
        }
    }
}
