import EventLoop
import Evidence
import Glibc
import Reporting
import TestFolders
import Testing
import Timebase

/// Rehearsals in processes of their own: nothing of a process, such as the order of its dictionaries, reaches what they leave.
@Suite struct RehearsalTests {
    private static func plan(in stand: Stand, seconds: Int) throws -> String {
        let profile = try stand.folder.write(
            """
            profile: pair
            channels:
              direct: {latency: 5ms, outcome: {decline: {do_not_honour: 5%}}}
              patient: {latency: 5ms, outcome: {pending: 50%}, settlement: 50ms, callback: {delay: 20ms}}

            """.utf8, as: "pair.yaml")
        let text = """
            plan: brief
            target: {stack: embedded, timeout: 5s}
            stack: {cores: 2, service: 1ms}
            channels: \(profile)
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
            traffic: [hold: {for: \(seconds)s, rate: 100/s}]
            targets: [money: strict, isolation: strict]

            """
        return try stand.folder.write(text.utf8, as: "brief.yaml")
    }

    @Test func `two processes leave the same bytes`() throws {
        try Stand.open { stand in
            let plan = try Self.plan(in: stand, seconds: 3)
            for name in ["a", "b"] {
                let out = "\(stand.folder.path)/\(name)"
                let end = try await stand.start(verb: "rehearse", [plan, "--quiet", "--out", out]).end(
                    on: stand.loop, within: .seconds(60))
                #expect(end.code == 0, "\(end.talk)")
            }
            for file in ["report.json", "report.html", "evidence.db", "evidence.db.sha256"] {
                let bytes = stand.folder.bytes(of: "a/\(file)")
                #expect(!bytes.isEmpty && bytes == stand.folder.bytes(of: "b/\(file)"), "\(file)")
            }
            #expect(stand.requests.isEmpty)
        }
    }

    @Test func `one that is interrupted reports what there was`() throws {
        try Stand.open { stand in
            let plan = try Self.plan(in: stand, seconds: 3_600)
            let out = "\(stand.folder.path)/out"
            let child = try stand.start(verb: "rehearse", [plan, "--out", out])
            let deadline = stand.loop.now + .seconds(60)
            while !child.talk.contains("hold"), stand.loop.now < deadline {
                try await stand.loop.sleep(until: stand.loop.now + .milliseconds(5))
            }
            child.signal(SIGINT)
            let end = try await child.end(on: stand.loop, within: .seconds(60))
            #expect(end.code == 130, "\(end.talk)")
            let report = try Report(reading: out)
            #expect(report.record.identity.world == .rehearsed)
            guard case .interrupted(_, SIGINT) = report.record.ending else {
                Issue.record("\(report.record.ending)")
                return
            }
        }
    }
}
