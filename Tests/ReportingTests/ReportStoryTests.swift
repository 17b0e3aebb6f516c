import Evidence
import SampleRuns
import SeededRandom
import StackVocabulary
import Testing
import Timebase
import Verdicts

@testable import Reporting

/// What the page tells beyond the figures: what began when, where goodput bent, and how the service came back.
@Suite struct ReportStoryTests {
    // MARK: What began when

    @Test func `the first signs stand in order of time, and tell causes from effects`() {
        var record = SampleRun.flashSale.record
        record.faults = [FaultRecord(channel: "icbc", what: "latency x20", span: .seconds(33) ..< .seconds(40))]
        record.observed = [
            ObservedSeries(
                name: StackVital.breakersOpen("icbc").name, every: .seconds(1),
                values: (0..<80).map { $0 == 35 ? 1 : 0 })
        ]
        record.ending = .aborted(at: .seconds(70), guardText: "errors > 5%")
        let signs = FirstSigns(record: record).signs
        #expect(signs.map(\.at) == signs.map(\.at).sorted())
        #expect(signs.first?.isCause == true && signs.first?.words == "fault at icbc: latency x20")
        let words = signs.map(\.words)
        #expect(words.contains("icbc: breaker opened"))
        #expect(
            words.contains { $0.hasPrefix("errors: 1% or more") } && words.contains { $0.hasPrefix("shed: 1% or more") }
        )
        #expect(words.contains { $0.hasPrefix("goodput below 80% of what was offered") })
        #expect(words.last == "aborted by the guard 'errors > 5%'")
    }

    @Test func `a run in which nothing broke has no signs`() {
        #expect(FirstSigns(record: SampleRun.steady.record).signs.isEmpty)
        #expect(!Report(SampleRun.steady.record, targets: []).html.contains("What began when"))
    }

    // MARK: Goodput over what was offered

    /// Rates step by step; beyond `knee` a second, so much of them is shed that `left` a second remain.
    private static func steps(_ rates: [Int], knee: Int, left: @escaping @Sendable (Int) -> Int) -> RunRecord {
        let stages = rates.map { SampleRun.Stage("at-\($0)", seconds: 4, rate: $0) }
        return SampleRun(stages) { second, _, random in
            let rate = rates[min(rates.count - 1, Int(second) / 4)]
            let served = rate <= knee ? 1.0 : Double(left(rate)) / Double(rate)
            return SampleRun.Fate(random.unit() < served ? .ok : .shed, .milliseconds(5))
        }.record
    }

    @Test func `goodput that bends has a knee, and one that breaks a collapse`() throws {
        let bent = try #require(RunGoodput(RunPlot(Self.steps([50, 100, 150, 200, 250], knee: 150) { _ in 150 })))
        #expect(bent.figure.text.contains(">knee</text>") && !bent.figure.text.contains(">collapse</text>"))
        #expect(bent.figure.text.contains("Goodput kept up to 150/s. No collapse was seen."))
        let broken = try #require(RunGoodput(RunPlot(Self.steps([50, 100, 150, 200, 250], knee: 150) { _ in 40 })))
        #expect(broken.figure.text.contains("Goodput kept up to 150/s. It broke down at 200/s."))
        #expect(broken.figure.text.contains(">collapse</text>"))
    }

    @Test func `between rates that were never offered there is no knee`() throws {
        let leap = try #require(RunGoodput(RunPlot(Self.steps([50, 400], knee: 100) { _ in 100 })))
        #expect(!leap.figure.text.contains(">knee</text>") && leap.figure.text.contains(">kept up to here</text>"))
        let calm = try #require(RunGoodput(RunPlot(Self.steps([50, 400], knee: 1_000) { _ in 0 })))
        #expect(calm.figure.text.contains("Goodput kept up with all that was offered."))
        #expect(RunGoodput(RunPlot(SampleRun([SampleRun.Stage("hold", seconds: 5, rate: 80)]).record)) == nil)
    }

    @Test func `what fell into a fault is no matter of the rate`() throws {
        var record = Self.steps([50, 100, 150, 200, 250], knee: 150) { _ in 40 }
        record.faults = [FaultRecord(channel: "icbc", what: "silence", span: .seconds(12) ..< .seconds(20))]
        let goodput = try #require(RunGoodput(RunPlot(record)))
        #expect(goodput.figure.text.contains("Goodput kept up with all that was offered."))
    }

    @Test func `a series may hold any number`() {
        var record = SampleRun.steady.record
        let values = [-12.3, 9.223372036854775807e18, 1e300, -.greatestFiniteMagnitude, .infinity, nil, 0]
        record.observed = ["heap", StackVital.queueAge.name, StackVital.queueDepth.name, StackVital.share("a").name].map
        {
            ObservedSeries(name: $0, every: .seconds(1), values: values)
        }
        let page = Report(record, targets: []).html
        #expect(HTMLCheck(page).faults.isEmpty)
        #expect(page.contains("-12.3") && !page.contains("0.-"))
    }

    // MARK: Recovery

    @Test func `faults that overlap share a close-up, and the verdict of recovery stands with it`() {
        var record = SampleRun.flashSale.record
        record.faults = [
            FaultRecord(channel: "icbc", what: "latency x20", span: .seconds(34) ..< .seconds(38)),
            FaultRecord(channel: "cmb", what: "errors", span: .seconds(36) ..< .seconds(42)),
            FaultRecord(channel: "cmb", what: "silence", span: .seconds(60) ..< .seconds(62)),
        ]
        let judgement = Judgement(
            name: "recovery", kind: .performance, claim: "goodput comes back", status: .fail, expected: "soon",
            observed: "never", window: .init(stages: ["after"], span: .seconds(44) ..< .seconds(80)), reasons: [])
        let page = Report(record, judgements: [judgement]).html
        #expect(page.contains("icbc: latency x20; cmb: errors, until 0:42"))
        #expect(page.contains("cmb: silence, until 1:02"))
        #expect(page.contains("Fail: goodput comes back. Never."))
        #expect(HTMLCheck(page).faults.isEmpty)
    }

    @Test func `a stage that a target asks recovery from has a close-up without any fault`() {
        let judgement = Judgement(
            name: "recovery", kind: .performance, claim: "goodput comes back", status: .pass, expected: "soon",
            observed: "at once", window: .init(stages: ["after"], span: .seconds(44) ..< .seconds(80)), reasons: [])
        #expect(Report(SampleRun.flashSale.record, judgements: [judgement]).html.contains("flash, until 0:44"))
        #expect(!Report(SampleRun.flashSale.record, judgements: []).html.contains("id=\"recovery\""))
    }

    // MARK: The stack and its banks

    @Test func `series of the stack are drawn beside the load, and those of the plan behind them`() {
        var record = SampleRun.steady.record
        func series(_ name: String, _ value: @escaping (Int) -> Double) -> ObservedSeries {
            ObservedSeries(name: name, every: .seconds(1), values: (0..<25).map { value($0) })
        }
        record.observed = [
            series(StackVital.queueDepth.name) { Double($0) },
            series(StackVital.refused(.queue).name) { Double($0 * 3) },
            series(StackVital.share("icbc").name) { _ in 0.5 }, series("heap") { Double($0 * 1_000) },
        ]
        let page = Report(record, targets: []).html
        for words in [
            "At most 24 payments waited.", "queue at most 3/s", "icbc at most 50%", "id=\"series-1\"", ">heap</h3>",
        ] {
            #expect(page.contains(words), "\(words)")
        }
        #expect(!page.contains("id=\"series-2\""))
    }

    @Test func `what went where, and what the stores gained, is the proof of isolation`() {
        var record = SampleRun.steady.record
        #expect(!Report(record, targets: []).html.contains("id=\"isolation\""))
        func store(_ rows: UInt64) -> StoreSnapshot.Store { .init([.init("payments", rows: rows)], watermark: rows) }
        record.snapshots = [
            StoreSnapshot(.before, live: store(7), shadow: store(0)),
            StoreSnapshot(.after, live: store(7), shadow: store(4_321)),
        ]
        record.egress = [EgressRecord(.driver, to: "http://127.0.0.1:9000", "the target", requests: 4_400)]
        let page = Report(record, targets: []).html
        for words in ["payments, live", "<td>0</td><td>4,321</td><td>4,321</td>", "the target", "4,400"] {
            #expect(page.contains(words), "\(words)")
        }
    }
}
