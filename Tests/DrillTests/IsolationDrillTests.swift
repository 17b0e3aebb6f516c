import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import JSON
import Reporting
import TestFolders
import Testing
import Timebase

@testable import Drill

/// What a run with the embedded stack leaves for those who ask whether live and shadow stayed apart.
@Suite struct IsolationDrillTests {
    private struct Twinned {
        var stack = "{cores: 2, service: 1ms}"
        var shadow = "{control: 10/s}"
        var seed: UInt64 = 5
        var runEntropy: [UInt8] = Array(repeating: 2, count: 5)

        /// Of the patient bank's callbacks.
        var lost = "0%"

        private var profile: String {
            """
            profile: pair
            channels:
              direct: {latency: 5ms, outcome: {decline: {do_not_honour: 5%}}, shadow: {untagged: record}}
              patient:
                {latency: 5ms, outcome: {pending: 50%}, settlement: 50ms, callback: {delay: 20ms, lost: \(lost)}}

            """
        }

        private var plan: String {
            """
            plan: twinned
            target: {stack: embedded, timeout: 5s}
            stack: \(stack)
            shadow: \(shadow)
            channels: pair.yaml
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            journeys:
              pay:
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: merchant-1}
                      json: {amount: 700, currency: EUR, notify: "${webhook}"}
                      expect: {status: [201, 202]}
                      keep: {payment: $.id}
                  - await webhook payment.captured: {within: 5s}
            traffic: [warm-up: {for: 1s, rate: 20/s}, hold: {for: 5s, rate: 40/s}]

            """
        }

        func run(in folder: TestFolder) throws -> Drill.Outcome {
            try SimulatedDrill(plan: plan, profile: profile, seed: seed, runEntropy: runEntropy).outcome(in: folder)
        }

        func record(in folder: TestFolder) throws -> RunRecord {
            let (report, warnings) = try run(in: folder).done()
            let planted = warnings.map(\.message).filter { !$0.hasPrefix("PLANTED") }
            #expect(planted == [])
            return report.record
        }

        func refusal(in folder: TestFolder) throws -> [String] {
            try run(in: folder).refusals.map(\.message)
        }
    }

    private static func notes(_ record: RunRecord) -> [String] {
        record.events.filter { $0.kind == .note }.map(\.text)
    }

    private static func sum(_ record: RunRecord, _ by: EgressRecord.Party, _ word: String) -> UInt64? {
        let found = record.egress.filter { $0.by == by && $0.purpose.contains(word) }.map(\.requests)
        return found.isEmpty || found.contains(nil) ? nil : found.compactMap { $0 }.reduce(0, +)
    }

    @Test(arguments: [UInt64(5), 6, 7])
    func `live counters are moved by the twins alone, and shadow counters by the drill alone`(seed: UInt64) throws {
        let folder = try TestFolder()
        let record = try Twinned(seed: seed).record(in: folder)
        let control = try #require(record.generator.control)
        #expect(control.arrivals == 50 && control.sent == 50 && control.leftOut == 0)
        #expect(control.ok + control.other == 50 && control.ok > 40)
        try #require(record.snapshots.map(\.moment) == [.before, .after])
        let (before, after) = (record.snapshots[0], record.snapshots[1])
        func moved(_ table: String, _ side: KeyPath<StoreSnapshot, StoreSnapshot.Store>) -> UInt64? {
            after[keyPath: side][table].flatMap { now in before[keyPath: side][table].map { now - $0 } }
        }
        #expect(moved("payments", \.live) == control.sent && moved("claims", \.live) == control.sent, "seed \(seed)")
        #expect(moved("payments", \.shadow) == record.generator.evidenceRecords - control.sent, "seed \(seed)")
        // The probes': one live payment, and one of the drill.
        #expect(before.live["payments"] == 1 && before.shadow["payments"] == 1)
        #expect(after.live.watermark > before.live.watermark)
        // Each bank by itself: the twins saw the twins, and the others saw nothing without a mark.
        let notes = Self.notes(record)
        for name in ["direct", "patient"] {
            let own = try #require(notes.first { $0.hasPrefix("the bank '\(name)' counted") })
            #expect(own.contains(" 0 untagged, 0 mistagged"), "\(own)")
            let twin = try #require(notes.first { $0.hasPrefix("the live twin of '\(name)' counted") })
            #expect(twin.contains(" 0 verified,") && twin.contains(" 0 mistagged"), "\(twin)")
        }
        // Their callbacks find the stack, and settle what is live.
        #expect(notes.contains { $0.hasPrefix("the live twin of 'patient'") && $0.contains(" callbacks delivered") })
        #expect(moved("journal", \.live).map { $0 >= 2 * control.ok - 8 } == true, "seed \(seed)")
        let statements = folder.below("out").filter { $0.contains("live-channels-") && $0.hasSuffix("statement.csv") }
        #expect(statements.count == 2, "\(folder.below("out"))")
        let lines = try statements.reduce(0) { sum, path in
            var reader = ChannelStatementReader(.csv)
            // What was pending has a line for that as well.
            return try sum + reader.read(folder.bytes(of: path)).count { $0.booking != .pending }
        }
        // With the probe's.
        #expect(lines == Int(control.sent) + 1, "seed \(seed)")
    }

    @Test func `whom the parts had leave to contact is told, with what they sent there`() throws {
        let record = try Twinned().record(in: TestFolder())
        let control = try #require(record.generator.control)
        #expect(Self.sum(record, .driver, "the target") == record.generator.evidenceRecords)
        #expect(Self.sum(record, .driver, "untagged twins") == control.sent)
        #expect((Self.sum(record, .stack, "live payments") ?? 0) >= control.sent)
        #expect((Self.sum(record, .stack, "shadow payments") ?? 0) >= 200)
        #expect((Self.sum(record, .banks, "callbacks of 'patient'") ?? 0) > 20)
        #expect(Self.sum(record, .liveTwins, "callbacks of 'direct'") == 0)
        #expect(record.egress.contains { $0.by == .stack && $0.purpose == "notifications" && $0.requests == nil })
        // Nobody is told that nobody had leave to contact.
        let own = record.egress.filter { $0.by == .stack && $0.purpose.contains("payments of") }.map(\.origin)
        #expect(Set(own).count == 4)
    }

    @Test func `without twins nobody contacts the live banks, and the live store stands still`() throws {
        let record = try Twinned(shadow: "{}").record(in: TestFolder())
        #expect(record.generator.control == nil)
        let notes = Self.notes(record)
        #expect(
            notes.filter { $0.hasPrefix("nobody contacted") } == [
                "nobody contacted the live twin of 'direct'", "nobody contacted the live twin of 'patient'",
            ])
        try #require(record.snapshots.count == 2)
        #expect(record.snapshots[0].live["payments"] == record.snapshots[1].live["payments"])
        #expect((record.snapshots[1].shadow["payments"] ?? 0) > 200)
        #expect(Self.sum(record, .stack, "live payments") == 0)
    }

    @Test func `a run without canaries begins all the same, with its stores counted`() throws {
        let record = try Twinned(shadow: "{canary: off}").record(in: TestFolder())
        #expect(record.snapshots.first?.shadow["payments"] == 0 && record.snapshots.count == 2)
    }

    @Test func `the same seed gives the same run, twins and all`() throws {
        func text() throws -> String { try Twinned().record(in: TestFolder()).json.written(.compact) }
        #expect(try text() == text())
    }

    // MARK: Planted

    @Test func `a stack that tells drills' payments to live callers does not come through the preflight`() throws {
        let words = try Twinned(stack: "{defects: [shadow-leak-cache]}").refusal(in: TestFolder())
        #expect(words.contains("who asks without a mark for a marked payment is answered with 200"), "\(words)")
    }

    /// It takes one live payment of ten by its key; the probe's key has the run's name in it.
    @Test func `a stack that writes live payments to the shadow store is found by the probe that it takes`() throws {
        var found: [Bool] = []
        for number in 0..<24 as Range<UInt8> {
            let entropy = [number, 2, 2, 2, 2]
            let run = Twinned(stack: "{defects: [live-in-shadow]}", shadow: "{}", runEntropy: entropy)
            let words = try run.refusal(in: TestFolder())
            found.append(words.contains("a payment without a mark was written to the shadow store"))
            #expect(words.isEmpty || found[found.count - 1], "\(words)")
            if found.contains(true), found.contains(false) { return }
        }
        Issue.record("\(found)")
    }

    /// What a timer starts comes after the preflight, and shows in what the banks count.
    @Test func `marks that are lost behind the preflight are counted by the banks that saw it`() throws {
        func untagged(_ defects: String) throws -> Bool {
            let record = try Twinned(
                stack: "{query: {first: 500ms, rate: 50/s}, defects: \(defects)}", lost: "100%"
            ).record(in: TestFolder())
            let note = try #require(Self.notes(record).first { $0.hasPrefix("the bank 'patient' counted") })
            #expect(note.contains(" queries,"), "\(note)")
            return !note.contains(" 0 untagged,")
        }
        #expect(try !untagged("[]"))
        #expect(try untagged("[shadow-leak-async]"))
    }
}
