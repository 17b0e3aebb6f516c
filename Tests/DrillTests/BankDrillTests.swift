import ChannelMock
import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import Histogram
import JSON
import LoadDriver
import Reporting
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import Drill

/// Whole drills with mock banks of their own, in simulation.
@Suite struct BankDrillTests {
    private struct Banked {
        var profile = """
            profile: pair
            channels:
              icbc: {latency: lognormal p50=20ms p99=80ms, outcome: {approve: 90%, decline: {do_not_honour: 10%}}}
              abc: {latency: 5ms}
            """
        var rest = ""
        var target = #"url: "${channels.icbc}""#
        var traffic = """
            [hold: {for: 5s, rate: 100/s, name: calm}, hold: {for: 5s, rate: 100/s, name: slow}, \
            hold: {for: 5s, rate: 100/s, name: after}]
            """
        var faults = #"[{at: "@slow+1s", for: 3s, channel: icbc, latency: {multiply: 8}}]"#
        var seed: UInt64 = 5
        /// Somebody else listens here.
        var taken: Address?

        private var plan: String {
            """
            plan: banked
            target: {\(target), timeout: 5s}
            channels: pair.yaml
            journeys:
              pay:
                steps:
                  - POST /v1/authorise:
                      headers: {Idempotency-Key: "${id}"}
                      json: {reference: "${id}", amount: 7, currency: EUR, capture: true}
            arrivals: uniform
            traffic: \(traffic)
            faults: \(faults)
            \(rest)

            """
        }

        func run(in folder: TestFolder, _ conduct: DrillConduct = DrillConduct()) throws -> Drill.Outcome {
            let order = try SimulatedDrill(plan: plan, profile: profile, seed: seed).order(in: folder)
            let loop = EventLoop.simulated(seed: 3)
            return try loop.run { [taken] () async throws in
                let other = try taken.map { try loop.listen(on: $0) }
                defer { other?.close() }
                return try await Drill(order, conduct, on: loop).run()
            }
        }

        func report(in folder: TestFolder) throws -> Report {
            let (report, warnings) = try run(in: folder).done()
            #expect(warnings.map(\.message) == [])
            return report
        }

        func refusal(in folder: TestFolder) throws -> String {
            DiagnosticRenderer(width: 160).render(try run(in: folder).refusals)
        }
    }

    @Test func `faults by hand work on the banks, stand in the record, and mark the run`() throws {
        let folder = try TestFolder()
        var conduct = DrillConduct()
        let inlet = conduct.faults
        var replies: [FaultReply] = []
        var seconds = 0
        var told: [[FaultRecord]] = []
        conduct.onFaults = { told.append($0) }
        conduct.onSecond = { second in
            seconds += 1
            let slow = #"[{"at":"0s","for":"60s","channel":"icbc","latency":{"add":"500ms"}}]"#
            switch seconds {
            case 2: inlet.send(.post(Array(slow.utf8))) { replies.append($0) }
            case 4: inlet.send(.clear(channel: "icbc")) { replies.append($0) }
            case 7:
                inlet.send(.post(Array(#"[{"for":"1s","channel":"icbcc","stall":true}]"#.utf8))) { replies.append($0) }
                inlet.send(.clear(channel: "nobody")) { replies.append($0) }
            default: break
            }
        }
        let (report, _) = try Banked().run(in: folder, conduct).done()
        #expect(replies.count == 4 && replies.prefix(2) == [.done, .done], "\(replies)")
        for reply in replies.suffix(2) {
            guard case .refused(let words) = reply else {
                Issue.record("\(reply)")
                continue
            }
            #expect(words.contains("icbcc") || words.contains("nobody"), "\(words)")
        }
        let medians = Self.medians(report)
        #expect(medians[2] > .milliseconds(500) && medians[0] < .milliseconds(100), "\(medians)")
        #expect(medians[5] < .milliseconds(100), "\(medians)")
        let faults = report.record.faults
        #expect(faults.map(\.what) == ["latency +500ms", "latency x8"], "\(faults)")
        let hand = try #require(faults.first?.span)
        #expect(hand.lowerBound >= .seconds(2) && hand.upperBound < .milliseconds(4_500), "\(hand)")
        #expect(told.count == 2 && told.last == faults)
        // report.html leaves events of faults out, since it draws them as bands.
        let words = report.record.events.filter { $0.kind == .note }.map(\.text)
        #expect(words.contains("by hand: icbc: latency +500ms for 60s"), "\(words)")
        #expect(words.contains("by hand: the faults of icbc are over"), "\(words)")
        // The plan's own is still to come then, and comes.
        #expect(medians[8] > .milliseconds(100), "\(medians)")
        #expect(report.record.generator.isChangedByHand && report.verdict == .inconclusive)
        var late: FaultReply?
        inlet.send(.clear(channel: nil)) { late = $0 }
        guard case .unavailable? = late else { return #expect(Bool(false), "\(String(describing: late))") }
    }

    @Test func `a fault of the plan that is ended by hand ends so in the record and among the events`() throws {
        var conduct = DrillConduct()
        let inlet = conduct.faults
        var seconds = 0
        var told: [[FaultRecord]] = []
        conduct.onFaults = { told.append($0) }
        conduct.onSecond = { _ in
            seconds += 1
            if seconds == 7 { inlet.send(.clear(channel: nil)) { #expect($0 == .done) } }
        }
        let report = try Banked().run(in: TestFolder(), conduct).done().0
        let span = try #require(report.record.faults.first?.span)
        #expect(span.lowerBound == .seconds(6) && (7_000..<7_100).contains(span.upperBound.nanoseconds / 1_000_000))
        let marks = report.record.events.filter { $0.kind == .fault }
        #expect(marks.map(\.text) == ["icbc: latency x8 begins", "icbc: latency x8 ends"])
        #expect(marks.map(\.at) == [span.lowerBound, span.upperBound] && told == [report.record.faults])
    }

    @Test func `what there is to know of a run is told before its first request`() throws {
        var conduct = DrillConduct()
        var preludes: [DrillPrelude] = []
        var phases: [DrillConduct.Phase] = []
        conduct.onPhase = { phases.append($0) }
        conduct.onPrelude = { prelude in
            #expect(phases == [.preflight])
            preludes.append(prelude)
        }
        _ = try Banked().run(in: TestFolder(), conduct).done()
        let prelude = try #require(preludes.first)
        #expect(preludes.count == 1 && prelude.banks == ["icbc", "abc"])
        #expect(prelude.record.stages.map(\.name) == ["calm", "slow", "after"] && prelude.record.slices.isEmpty)
        #expect(prelude.faults.map(\.span) == [.seconds(6)..<TimeSpan.seconds(9)])
    }

    private static func medians(_ report: Report) -> [TimeSpan] {
        report.record.slices.prefix(15).map { slice in
            let histogram = slice.cells.first.flatMap { try? $0.cell.corrected.opened() }
            return TimeSpan(nanoseconds: Int64(histogram?.value(atPercentile: 50) ?? 0))
        }
    }

    @Test func `a fault of the plan shows in the seconds in which it is up, and in no other`() throws {
        let report = try Banked().report(in: TestFolder())
        #expect(report.record.ending == .completed)
        let medians = Self.medians(report)
        for (second, median) in medians.enumerated() {
            let isUp = (6..<9).contains(second)
            #expect(isUp == (median > .milliseconds(100)), "\(second): \(medians)")
            #expect(isUp || median < .milliseconds(40), "\(second): \(medians)")
        }
        let faults = report.record.events.filter { $0.kind == .fault }
        #expect(faults.map(\.text) == ["icbc: latency x8 begins", "icbc: latency x8 ends"])
        #expect(faults.map(\.at) == [.seconds(6), .seconds(9)])
        let instants = report.record.events.map(\.at)
        #expect(instants == instants.sorted())
    }

    @Test func `the same seed gives the same run, and another seed another`() throws {
        func text(_ seed: UInt64) throws -> String {
            try Banked(seed: seed).report(in: TestFolder()).record.json.written(.compact)
        }
        let once = try text(5)
        #expect(try once == text(5))
        #expect(try once != text(6))
    }

    @Test func `the statement of a bank is what the driver was answered`() throws {
        let folder = try TestFolder()
        let report = try Banked().report(in: folder)
        func statement(_ channel: String) throws -> [StatementLine] {
            let places = folder.below("out").filter { $0.hasSuffix("/\(channel)/statement.csv") }
            try #require(places.count == 1, "\(folder.below("out"))")
            var reader = ChannelStatementReader(.csv)
            let lines = try reader.read(folder.bytes(of: places[0]))
            try reader.finish()
            return lines
        }
        let ok = report.stageSummaries.reduce(0) { $0 + $1.outcomes[.ok] }
        let declined = report.stageSummaries.reduce(0) { $0 + $1.outcomes[.declined] }
        #expect(ok + declined == 1_500 && declined > 100)
        let captured = try statement("icbc").filter { $0.booking == .captured }
        #expect(captured.reduce(0) { $0 + $1.amount } == 7 * Int64(ok))
        #expect(try statement("abc").isEmpty)
        let notes = report.record.events.filter { $0.kind == .note }.map(\.text)
        let counts = "1500 requests, \(ok) approved, \(declined) declined, "
        #expect(
            notes.contains(
                "the bank 'icbc' counted " + counts + "1500 verified, 0 untagged, 0 mistagged, 0 booked twice"),
            "\(notes)")
    }

    @Test func `every bank is shown a tagged probe, and one that cannot verify it stops the run`() throws {
        // Baggage marks a request as well, and is signed by nobody.
        let bare = Banked(rest: "shadow: {headers: {X-Drill: '${run.id}'}}")
        let words = try bare.refusal(in: TestFolder())
        #expect(words.contains("a tagged probe came through, and the bank could not verify its mark"), "\(words)")
        #expect(words.contains("drill.yaml:3:"))
        let none = try Banked(rest: "shadow: {headers: {X-Drill: '${run.id}'}, baggage: false}").refusal(
            in: TestFolder())
        #expect(none.contains("the bank answers a tagged probe with 403"), "\(none)")
        let off = Banked(rest: "shadow: {canary: off, headers: {X-Drill: '${run.id}'}, baggage: false}")
        let refused = try off.report(in: TestFolder())
        #expect(refused.stageSummaries.reduce(0) { $0 + $1.outcomes[.ok] } == 0)
        let notes = refused.record.events.filter { $0.kind == .note }.map(\.text)
        #expect(notes.contains { $0.contains("'icbc' counted 1500 requests, 1500 refused, 0 verified, 1500 untagged") })
    }

    @Test func `a bank that cannot listen stops the run, and the others with it`() throws {
        let profile = """
            profile: pair
            channels: {icbc: {latency: 5ms}, abc: {listen: "127.0.0.1:9101"}}
            """
        let words = try Banked(profile: profile, taken: .loopback(port: 9_101)).refusal(in: TestFolder())
        #expect(
            words.contains("the mock banks do not start: channel 'abc' was to listen at 127.0.0.1:9101"), "\(words)")
        #expect(words.contains("drill.yaml:3:"))
    }

    @Test func `several services may be banks, and a set-up that fails ends them as well`() throws {
        let services = Banked(
            rest: "setup: [POST /v1/nothing: {service: other}]",
            target: #"services: {pay: "${channels.icbc}", other: "${channels.abc}"}"#, faults: "[]")
        let outcome = try services.run(in: TestFolder())
        guard case .refused(let diagnostics) = outcome else {
            guard case .done(let report, _) = outcome, case .failed(_, let reason) = report.record.ending else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.hasPrefix("the set-up failed"))
            return
        }
        Issue.record("\(diagnostics.map(\.message))")
    }
}
