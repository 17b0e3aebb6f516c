import EventLoop
import Evidence
import HTTPService
import Testing
import Timebase

@testable import LoadDriver

/// Untagged twins beside the traffic.
@Suite struct ControlTests {
    private struct Run {
        let record: RunRecord
        let evidence: [EvidenceRecord]
        var twins: [EvidenceRecord] { evidence.filter { $0.intent.flags.contains(.isUntagged) } }
        var traffic: [EvidenceRecord] { evidence.filter { !$0.intent.flags.contains(.isUntagged) } }
        /// Of each request: whether it was marked, and its key.
        var seen: [(isMarked: Bool, key: String)] = []
    }

    private static let steps =
        #"[POST /pay: {headers: {Idempotency-Key: "${id}"}, json: {amount: 5}, keep: {payment: $.id}}, "#
        + #""GET /pay/${recent.payment}": {}]"#

    private static func run(
        control: String?, seed: UInt64 = 1, steps: String = steps,
        traffic: String = "  - warm-up: {for: 2s, rate: 50/s}\n  - hold: {for: 5s, rate: 100/s}",
        arrivals: String = "poisson", tamper: (Rig) -> Void = { _ in },
        answer: @escaping (HTTPExchange, Rig) async throws -> Void = { exchange, _ in
            let key = exchange.field("idempotency-key") ?? ""
            exchange.respond(200, body: Array(#"{"id":"p-\#(key)"}"#.utf8))
        }
    ) throws -> Run {
        let shadow = control.map { "shadow: {control: \($0)}" } ?? ""
        let rig = try Rig(Rig.plan(traffic, steps: steps, arrivals: arrivals, rest: shadow), seed: seed)
        rig.shadowFields = [("X-Shadow", "token"), ("baggage", "shadow=1")]
        tamper(rig)
        var seen: [(Bool, String)] = []
        let record = try rig.run { exchange, _, rig in
            let marks = [exchange.field("x-shadow"), exchange.field("baggage")].compactMap { $0 }
            #expect(marks.isEmpty || marks.count == 2)
            seen.append((!marks.isEmpty, exchange.field("idempotency-key") ?? exchange.target))
            try await answer(exchange, rig)
        }
        return Run(record: record, evidence: rig.evidence.recordsInMemory, seen: seen)
    }

    @Test func `twins go out without a mark, at their rate, while stages run that count`() throws {
        let run = try Self.run(control: "10/s")
        let counts = try #require(run.record.generator.control)
        #expect(counts.arrivals == 50 && counts.leftOut == 0)
        #expect(counts.sent == 100 && counts.ok == 100 && counts.other == 0)
        #expect(run.seen.count { !$0.isMarked } == 100)
        #expect(run.twins.count == 100 && run.twins.allSatisfy { $0.ending?.outcome == .ok })
        #expect(run.twins.map(\.intent.intendedAt).min() == .milliseconds(2_050))
        let payments = run.twins.filter { $0.intent.step == 0 }
        #expect(Set(payments.map(\.intent.key)).count == 50 && payments.allSatisfy { $0.intent.key != 0 })
        // Nothing has a number that anything else has.
        let numbers = Set(run.traffic.map(\.intent.arrival))
        #expect(run.twins.allSatisfy { !numbers.contains($0.intent.arrival) && $0.intent.attempt == 1 })
        let twinKeys = Set(run.twins.map(\.intent.key))
        #expect(run.traffic.allSatisfy { !twinKeys.contains($0.intent.key) })
    }

    @Test func `what twins have kept is asked for by twins, and by nobody else`() throws {
        let run = try Self.run(control: "10/s")
        let own = Set(run.seen.filter { !$0.isMarked && !$0.key.hasPrefix("/") }.map { "/pay/p-" + $0.key })
        let asked = run.seen.filter { $0.key.hasPrefix("/") }
        #expect(asked.filter { !$0.isMarked }.allSatisfy { own.contains($0.key) })
        #expect(asked.filter(\.isMarked).allSatisfy { !own.contains($0.key) })
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `the traffic is the same with twins and without, and so are all figures of the run`(seed: UInt64) throws {
        func traffic(_ run: Run) -> String { "\(run.traffic.sorted { $0.intent.arrival < $1.intent.arrival })" }
        let (without, with) = (try Self.run(control: nil, seed: seed), try Self.run(control: "50/s", seed: seed))
        #expect(with.twins.count == 500)
        #expect(traffic(without) == traffic(with), "seed \(seed)")
        #expect("\(without.record.stages)" == "\(with.record.stages)", "seed \(seed)")
        #expect("\(without.record.slices)" == "\(with.record.slices)", "seed \(seed)")
        var (plain, own) = (without.record.generator, with.record.generator)
        #expect(plain.control == nil && own.evidenceRecords == plain.evidenceRecords + 500)
        (plain.evidenceRecords, own.evidenceRecords, own.control) = (0, 0, nil)
        #expect("\(plain)" == "\(own)", "seed \(seed)")
    }

    @Test func `the same seed gives the same twins, and another one others`() throws {
        func twins(_ seed: String) throws -> String {
            let text = Rig.plan("  - hold: {for: 3s, rate: 20/s}", steps: Self.steps, rest: "shadow: {control: 7/s}")
            let rig = try Rig(text.replacing("seed: 7", with: "seed: \(seed)"))
            _ = try rig.run { exchange, _, _ in exchange.respond(200, body: Array(#"{"id":"x"}"#.utf8)) }
            return "\(rig.evidence.recordsInMemory.filter { $0.intent.flags.contains(.isUntagged) })"
        }
        #expect(try twins("7") == twins("7"))
        #expect(try twins("7") != twins("8"))
    }

    @Test func `a twin that fails is counted, sent once, and trips no guard`() throws {
        let run = try Self.run(
            control: "10/s", steps: "[POST /pay: {json: {amount: 5}}]",
            answer: { exchange, _ in exchange.respond(exchange.field("x-shadow") == nil ? 500 : 200) })
        let counts = try #require(run.record.generator.control)
        #expect(counts.sent == 50 && counts.ok == 0 && counts.other == 50)
        #expect(run.record.slices.flatMap(\.cells).allSatisfy { $0.cell.outcomes[.expectationFailed] == 0 })
    }

    @Test func `so many twins may be open, and the others are left out`() throws {
        let run = try Self.run(
            control: "50/s", steps: "[POST /pay: {json: {amount: 5}, timeout: 60s}]",
            traffic: "  - hold: {for: 10s, rate: 1/s}",
            answer: { exchange, rig in
                if exchange.field("x-shadow") == nil { try await rig.loop.sleep(until: rig.loop.now + .seconds(30)) }
                exchange.respond(200)
            })
        let counts = try #require(run.record.generator.control)
        #expect(counts.arrivals == 500 && counts.sent == UInt64(ControlStream.openMax))
        #expect(counts.leftOut == 500 - UInt64(ControlStream.openMax) && counts.ok == counts.sent)
    }

    @Test func `a run that is stopped or abandoned ends its twins as well, and holds nothing`() throws {
        for command in [DriverCommand.stop(signal: 2), .abandon(signal: 2)] {
            let rig = try Rig(
                Rig.plan("  - hold: {for: 10s, rate: 10/s}", steps: "[GET /pay: {}]", rest: "shadow: {control: 10/s}"))
            rig.shadowFields = [("X-Shadow", "token")]
            rig.onProgress = { progress, driver in if progress.elapsed > .seconds(3) { driver.take(command) } }
            let record = try rig.run { exchange, _, rig in
                try await rig.loop.sleep(until: rig.loop.now + .milliseconds(700))
                exchange.respond(200)
            }
            let counts = try #require(record.generator.control)
            #expect((28...36).contains(counts.arrivals) && counts.sent == counts.ok + counts.other)
            weak let left = rig.leftover()
            #expect(left == nil)
        }
    }

    @Test func `loops share the twins as they share the traffic`() throws {
        var instants: [TimeSpan] = []
        for shard in 0..<3 {
            let run = try Self.run(control: "10/s", tamper: { $0.shard = (shard, 3) })
            instants += run.twins.filter { $0.intent.step == 0 }.map(\.intent.intendedAt)
        }
        let whole = try Self.run(control: "10/s").twins.filter { $0.intent.step == 0 }.map(\.intent.intendedAt)
        #expect(instants.sorted() == whole.sorted())
    }
}
