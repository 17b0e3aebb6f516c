import Audit
import Diagnostics
import EventLoop
import Evidence
import Reporting
import SQLite
import StackVocabulary
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import Drill

/// Whole drills in simulation with everything that may go wrong at banks and merchants, audited from what they left: silent
/// while the stack is sound, and red by the right check with each defect that costs money or leaks.
@Suite struct AuditDrillTests {
    static let seeds: [UInt64] = Array(1...20)

    struct Drilled {
        var defects: [String] = []
        var seed: UInt64 = 1
        /// Of the banks, and how many of the senders want their money back: slow ones who are asked often see races.
        var latency = "5ms"
        var refunds = 5
        var rest = ""

        private var profile: String {
            """
            profile: rough
            channels:
              direct: {latency: \(latency), outcome: {decline: {do_not_honour: 5%}}, operations: {reverse: {latency: 5ms}}}
              patient:
                latency: \(latency)
                operations: {reverse: {latency: 5ms}}
                outcome: {pending: 50%, decline: {do_not_honour: 5%}}
                settlement: 100ms
                callback: {delay: 50ms, duplicate: 30%, lost: 5%}
            faults:
              - {at: 1s, for: 2s, channel: direct, timeout: {rate: 30%, charged: 60%}}
              - {at: 3s, for: 2s, channel: direct, connection: {reset-after-commit: 20%}}
              - {at: 2s, for: 2s, channel: patient, error: {status: 503, rate: 20%}}

            """
        }

        private var plan: String {
            """
            plan: rough
            target: {stack: embedded, timeout: 5s}
            stack:
              cores: 2
              service: 1ms
              bank: {timeout: 200ms}
              query: {first: 500ms, rate: 100/s}
              defects: [\(defects.joined(separator: ", "))]
            shadow: {control: 20/s}
            channels: rough.yaml
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            data: {merchant: {pool: 20}, amount: {minor: uniform min=100 max=9000, currency: EUR}}
            journeys:
              pay:
                weight: 8
                retry: {on: [timeout, 503], attempts: 2, same-key: true, backoff: exponential 100ms}
                duplicate: {rate: 10%, concurrent: true}
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: "${amount}", currency: EUR, notify: "${webhook}"}
                      expect: {status: [201, 202]}
                      keep: {payment: $.id}
              hold:
                weight: 3
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: "${amount}", currency: EUR, capture: false, notify: "${webhook}"}
                      expect: {status: [201, 202]}
                      keep: {payment: $.id}
                  - await webhook payment.authorized: {within: 1s}
                  - POST /v1/payments/${payment}/cancel: {expect: {status: [200, 202]}}
              refund:
                weight: \(refunds)
                steps:
                  - POST /v1/refunds:
                      headers: {Idempotency-Key: "${id}"}
                      json: {payment: "${recent.payment}"}
                      expect: {status: [201, 202]}
            classify: {declined: [402, 404, 409, 422]}
            traffic: [hold: {for: 6s, rate: 60/s}]
            targets: [money: strict, isolation: strict]
            \(rest)

            """
        }

        var drill: SimulatedDrill { SimulatedDrill(plan: plan, profile: profile, seed: seed, loopSeed: seed) }

        func report() throws -> Report { try drill.outcome(in: TestFolder()).done("seed \(seed)").report }
    }

    static func found(_ report: Report) -> [String: Int64] {
        var found: [String: Int64] = [:]
        for finding in report.audit?.findings ?? [] {
            for answer in finding.answers where answer.count > 0 {
                found["\(finding.name) \(answer.word)"] = answer.count
            }
        }
        return found
    }

    static func words(_ report: Report) -> String {
        (report.audit?.findings ?? []).flatMap { finding in
            finding.answers.filter { $0.count > 0 || !$0.missing.isEmpty || !$0.torn.isEmpty }.map { answer in
                let first = answer.violations.first
                let trace =
                    first?.trace.map { "\n      \($0.at.map { "\($0)" } ?? "-") \($0.ledger): \($0.text)" }.joined()
                    ?? ""
                return
                    "\(finding.name) \(answer.word) \(answer.count)\(answer.missing)\(answer.torn) \(first?.subject ?? ""): "
                    + "\(first?.detail ?? "")\(trace)"
            }
        }.joined(separator: "\n")
    }

    @Test(arguments: seeds) func `a sound stack keeps its money and stays apart, whatever its banks do`(
        _ seed: UInt64
    ) throws {
        let report = try Drilled(seed: seed).report()
        #expect(
            report.audit?.findings.map(\.status) == Array(repeating: .pass, count: AuditCheck.all.count),
            "seed \(seed)\n\(Self.words(report))")
    }

    /// Payments are given up, which is soon done, and given back as well, both behind their first call's end. A refund is told
    /// as it was asked for last.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `what a bank booked lies between the stack's question and its answer`(_ seed: UInt64) throws {
        let folder = try TestFolder()
        var drill = Drilled(seed: seed, latency: "100ms").drill
        drill.keepsEvidence = true
        _ = try drill.outcome(in: folder).done("seed \(seed)")
        let evidence = try EvidenceDatabase.open("\(folder.path)/out/\(EvidenceDatabase.fileName)")
        let offset = try #require(try evidence.about("bank_offset_ns"))
        let begin = try #require(try evidence.about("begin_ms"))
        var (booked, slow, late) = (0, 0, 0)
        try evidence.asking(
            """
            SELECT count(*),
              sum(s.operation = 'authorise' AND s.at_ns + \(offset) - (a.sent_ms - \(begin)) * 1000000 < 98000000),
              sum(s.at_ns + \(offset) - (a.ended_ms - \(begin)) * 1000000 > 1000000)
            FROM attempts a JOIN statement s ON s.reference = a.reference
            WHERE a.outcome = 'approved' AND a.sends = 1 AND s.operation <> 'refund'
            """
        ) { (booked, slow, late) = (Int($0.integer(0)), Int($0.integer(1)), Int($0.integer(2))) }
        #expect(booked > 50 && slow == 0 && late == 0, "seed \(seed): of \(booked) \(slow), \(late)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a stack whose refunds race with each other gives back no more than came`(_ seed: UInt64) throws {
        let report = try Drilled(seed: seed, latency: "100ms", refunds: 60).report()
        #expect(
            report.audit?.findings.first { $0.name == "M5" }?.status == .pass, "seed \(seed)\n\(Self.words(report))")
    }

    /// Each with the questions of which at least one must be answered with violations.
    static let planted: [(defect: String, questions: [String])] = [
        ("new-reference-on-retry", ["M2 taken_twice", "M2 held_twice", "M3 status_diff"]),
        ("claim-after-effect", ["M3 channel_only"]),
        ("timeout-is-failure", ["M3 status_diff"]),
        ("late-callback-overwrites", ["M4 state_diff", "M4 illegal_step"]),
        ("lost-notify", ["M6 untold"]),
        ("duplicate-effect-notify", ["M2 booked_twice"]),
        ("shadow-leak-async", ["M9 unmarked", "M9 unmarked_webhook"]),
        ("shadow-leak-log", ["M7 log"]),
        ("live-in-shadow", ["M8 live_in_shadow"]),
        ("non-atomic-posting", ["M1 unbalanced"]),
        ("refund-race", ["M5 promised"]),
        ("clock-rollback-ids", ["M10 id_twice", "M10 misplaced", "M2 told_and_not_there"]),
    ]

    @Test(arguments: planted.indices) func `each defect turns its own check red`(_ place: Int) throws {
        let (defect, questions) = Self.planted[place]
        var drilled = Drilled(defects: [defect], seed: 7)
        if defect == "refund-race" { (drilled.latency, drilled.refunds) = ("100ms", 60) }
        let report = try drilled.report()
        let found = Self.found(report)
        #expect(!Set(found.keys).isDisjoint(with: questions), "\(defect): \(found)\n\(Self.words(report))")
        #expect(report.verdict == .integrityFailed, "\(defect)")
    }
}
