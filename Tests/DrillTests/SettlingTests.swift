import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import JSON
import LoadDriver
import Reporting
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import Drill

/// What happens between the end of the traffic and the end of the stack, in whole drills in simulation.
@Suite struct SettlingTests {
    private struct Settled {
        var channel = "{latency: 5ms}"
        var stack = "{cores: 2, service: 1ms, bank: {timeout: 1s}}"
        var rest = ""
        var seed: UInt64 = 5
        /// Ctrl-C, when it has drained so long.
        var stopsAfter: TimeSpan?

        private var plan: String {
            """
            plan: settled
            target: {stack: embedded, timeout: 10s}
            stack: \(stack)
            channels: one.yaml
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            data: {merchant: {pool: 100}}
            journeys:
              pay:
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: 700, currency: EUR, notify: "${webhook}"}
                      expect: {status: [201, 202]}
            arrivals: uniform
            traffic: [hold: {for: 2s, rate: 20/s, name: all}]
            \(rest)

            """
        }

        final class Left {
            var evidence: CollectedEvidence?
        }

        func run(in folder: TestFolder) throws -> (record: RunRecord, evidence: CollectedEvidence, [Diagnostic]) {
            let drill = SimulatedDrill(
                plan: plan, profile: "profile: one\nchannels:\n  bank: \(channel)\n", seed: seed)
            let left = Left()
            let outcome = try drill.outcome(in: folder) { [stopsAfter] loop in
                var conduct = DrillConduct()
                conduct.onCollected = { left.evidence = $0 }
                let inlet = conduct.inlet
                conduct.onPhase = { phase in
                    guard let stopsAfter, phase == .draining else { return }
                    loop.spawn {
                        try? await loop.sleep(until: loop.now + stopsAfter)
                        inlet.send(.stop(signal: 2))
                    }
                }
                return conduct
            }
            let (report, warnings) = try outcome.done()
            return (report.record, try #require(left.evidence), warnings)
        }
    }

    private static func rows(
        _ table: String, _ namespace: Namespace = .shadow, of evidence: CollectedEvidence
    ) throws -> [JSONValue] {
        guard case .exports(let exports) = evidence.stack,
            let export = exports.first(where: { $0.table == table && $0.namespace == namespace }),
            case .memory(let pieces) = export.place
        else {
            Issue.record("no export of \(table): \(evidence.stack)")
            return []
        }
        #expect(export.state == .whole)
        let lines = try Array(pieces.joined()).split(separator: UInt8(ascii: "\n")).map {
            try JSONValue(parsing: Array($0))
        }
        #expect(lines.last?["watermark"]?.int64 == export.watermark && export.rows == Int64(lines.count - 1))
        return Array(lines.dropLast())
    }

    private static func states(_ evidence: CollectedEvidence) throws -> [String: Int] {
        try Dictionary(grouping: rows("payments", of: evidence)) { $0["state"]?.string ?? "" }.mapValues(\.count)
    }

    private static func webhooks(_ evidence: CollectedEvidence) throws -> [WebhookEntry] {
        let journal = try #require(evidence.webhooks)
        guard case .memory = journal else {
            Issue.record("a simulated run left files")
            return []
        }
        var reader = try WebhookJournalReader(journal)
        var entries: [WebhookEntry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    // MARK: Drained

    @Test func `callbacks that are late by twenty seconds arrive before the stack ends`() throws {
        let (record, evidence, warnings) = try Settled(
            channel: "{latency: 5ms, outcome: {pending: 100%}, settlement: 50ms, callback: {delay: 20s}}"
        ).run(in: TestFolder())
        let drain = try #require(record.drain)
        #expect(drain.end == .quiet && drain.left.isEmpty && drain.budget == .seconds(30), "\(drain)")
        #expect(drain.took > .seconds(19) && drain.took < .seconds(21), "\(drain.took)")
        #expect(warnings.map(\.message) == [])
        let states = try Self.states(evidence)
        let told = try Self.webhooks(evidence)
        #expect(states.keys.sorted() == ["captured"], "\(states)")
        // The canary of the preflight asks to be told nothing.
        #expect(told.count == (states["captured"] ?? 0) - 1 && told.count > 30)
        #expect(told.allSatisfy { $0.signature == .verified && $0.isMarked && $0.status == 204 }, "\(told.first!)")
        #expect(told.allSatisfy { $0.event.text == "payment.captured" && $0.captured == 700 && $0.version == 2 })
        #expect(Set(told.map(\.id.text)).isSubset(of: Set(try Self.rows("payments", of: evidence).map(\.id))))
        #expect(told.allSatisfy { $0.at > .seconds(20) }, "\(told.map(\.at))")
    }

    @Test func `what each party has written down is whole, and the counters stand beside each other`() throws {
        let (record, evidence, _) = try Settled().run(in: TestFolder())
        #expect(record.drain?.end == .quiet && record.drain.map { $0.took < .seconds(2) } == true)
        #expect(evidence.gaps == [])
        guard case .memory = evidence.requests, case .memory? = evidence.channels.first?.journal else {
            Issue.record("a simulated run left files")
            return
        }
        let sent = try EvidenceReader.all(evidence.requests).count
        #expect(sent > 30 && evidence.channels.map(\.name) == ["bank", "bank"])
        #expect(evidence.channels.map(\.namespace) == [.shadow, .live])
        #expect(try Self.rows("payments", of: evidence).count == sent + 1)
        // The canary without a mark.
        #expect(try Self.rows("payments", .live, of: evidence).count == 1)
        var journal = try ChannelJournalReader(try #require(evidence.channels.first).journal)
        var booked: Set<String> = []
        while let entry = try journal.next() {
            if entry.booking == .captured, let reference = entry.reference { booked.insert(reference.description) }
        }
        #expect(Set(try Self.rows("attempts", of: evidence).compactMap { $0["reference"]?.string }) == booked)
        let payments = try #require(
            evidence.counters.first { $0.name == "spillway_stack_payments_total{namespace=\"shadow\"}" })
        #expect(payments.before == 1 && payments.after == Double(sent + 1))
    }

    // MARK: Unknown

    private static let silent = "faults: [{at: 0s, for: 2s, channel: bank, timeout: {rate: 100%, charged: 100%}}]"

    @Test func `payments whose answer was lost are settled by the statement`() throws {
        let (record, evidence, _) = try Settled(rest: Self.silent).run(in: TestFolder())
        let drain = try #require(record.drain), unknown = try #require(drain.unknown)
        #expect(drain.end == .quiet && drain.took < .seconds(10), "\(drain)")
        #expect(unknown.atFirst > 10 && unknown.left == 0 && unknown.oldest == nil, "\(unknown)")
        #expect(unknown.byStatement == unknown.atFirst && unknown.byQuery == 0, "\(unknown)")
        #expect(try Self.states(evidence).keys.sorted() == ["captured"])
    }

    @Test func `a question that is due before half of the time comes before the statement`() throws {
        let stack = "{cores: 2, service: 1ms, bank: {timeout: 1s}, query: {first: 8s}}"
        let (record, _, _) = try Settled(stack: stack, rest: Self.silent).run(in: TestFolder())
        let drain = try #require(record.drain), unknown = try #require(drain.unknown)
        #expect(drain.end == .quiet && unknown.left == 0, "\(drain)")
        #expect(unknown.byQuery == unknown.atFirst && unknown.byStatement == 0, "\(unknown)")
    }

    @Test func `what no bank knows of stays unknown, and is told with its age`() throws {
        let (record, evidence, _) = try Settled(
            rest: "drain: {within: 10s}\n"
                + "faults: [{at: 0s, for: 2s, channel: bank, timeout: {rate: 100%, charged: 0%}}]"
        ).run(in: TestFolder())
        let drain = try #require(record.drain), unknown = try #require(drain.unknown)
        #expect(drain.end == .budget && drain.took >= .seconds(10) && drain.took < .seconds(11), "\(drain)")
        let left = try Self.states(evidence)["unknown"]
        #expect(unknown.left == unknown.atFirst && Int(unknown.left) == left && unknown.left > 10, "\(unknown)")
        #expect(unknown.records.count == min(20, Int(unknown.left)))
        #expect(unknown.oldest.map { $0 > .seconds(10) && $0 < .seconds(20) } == true, "\(unknown)")
        #expect(drain.left.contains(.init(place: "the stack's shadow side", name: "unknown", count: unknown.left)))
        let told = record.events.last { $0.text.hasPrefix("not drained within 10s: ") }?.text
        #expect(told?.contains("\(unknown.left) unknown (the stack's shadow side)") == true, "\(record.events)")
    }

    // MARK: What does not end

    @Test func `a bank that never decides is left at the end of the budget`() throws {
        let (record, evidence, _) = try Settled(
            channel: "{latency: 5ms, outcome: {pending: 100%}, settlement: 600s, callback: {delay: 1s, lost: 100%}}"
        ).run(in: TestFolder())
        let drain = try #require(record.drain)
        #expect(drain.end == .budget && drain.took >= .seconds(30) && drain.took < .seconds(31), "\(drain)")
        let count = try #require(try Self.states(evidence)["processing"])
        #expect(drain.left.contains(.init(place: "the bank 'bank'", name: "pending", count: Int64(count))), "\(drain)")
        #expect(drain.left.contains(.init(place: "the stack's shadow side", name: "pending", count: Int64(count))))
    }

    @Test func `a lost callback is no loss where the statement tells`() throws {
        let (record, evidence, _) = try Settled(
            channel: "{latency: 5ms, outcome: {pending: 100%}, settlement: 50ms, callback: {delay: 1s, lost: 100%}}"
        ).run(in: TestFolder())
        #expect(record.drain?.end == .quiet, "\(String(describing: record.drain))")
        #expect(try Self.states(evidence).keys.sorted() == ["captured"])
    }

    @Test func `a stack that asks without end is ended at the budget`() throws {
        let (record, _, _) = try Settled(
            channel: "{latency: 5ms, outcome: {pending: 100%}, settlement: 600s, callback: {delay: 1s, lost: 100%}}",
            stack: "{cores: 2, service: 1ms, defects: [query-storm]}", rest: "drain: {within: 3s}"
        ).run(in: TestFolder())
        let drain = try #require(record.drain)
        #expect(drain.end == .budget && drain.took < .seconds(4), "\(drain)")
        #expect(drain.left.contains { $0.name == "open_questions" }, "\(drain)")
    }

    @Test func `who stops a run that drains does not wait for the rest`() throws {
        var settled = Settled(channel: "{latency: 5ms, outcome: {pending: 100%}, settlement: 600s}")
        settled.stopsAfter = .seconds(4)
        let (record, _, _) = try settled.run(in: TestFolder())
        let drain = try #require(record.drain)
        #expect(drain.end == .cut("the run was stopped") && drain.took < .milliseconds(4_100), "\(drain)")
        #expect(drain.left.contains { $0.name == "pending" })
        guard case .interrupted(_, signal: 2) = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
    }

    @Test func `no time to drain is none`() throws {
        let (record, _, _) = try Settled(
            channel: "{latency: 5ms, outcome: {pending: 100%}, settlement: 600s}", rest: "drain: {within: 0s}"
        ).run(in: TestFolder())
        #expect(record.drain.map { $0.end == .budget && $0.took < .milliseconds(100) } == true)
    }

    // MARK: Torn

    @Test(arguments: ["", "{\"watermark\":3,\"rows\":1", "{\"id\":1}\n", "{\"watermark\":3}\n", "\n\n"])
    func `an export without its last line is torn`(tail: String) {
        var export = CollectedEvidence.Export(.live, "payments", place: .memory([]), state: .whole)
        SettlementDesk.readWatermark(of: Array(tail.utf8), into: &export)
        #expect(export.state == .torn("its last line is no watermark") && export.watermark == nil)
    }
}

extension JSONValue {
    fileprivate var id: String { self["id"]?.string ?? "" }
}
