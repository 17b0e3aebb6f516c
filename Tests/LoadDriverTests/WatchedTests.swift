import EventLoop
import Evidence
import HTTPService
import Testing
import Timebase

@testable import LoadDriver

/// What those who watch are told each second, against what the record says in the end.
@Suite struct WatchedTests {
    @Test func `seconds that are told add up to the record`() throws {
        let rig = try Rig(
            Rig.plan(
                "  - hold: {for: 6s, rate: 100/s}", target: ", in-flight: 40", rest: "guards: [shed ratio > 90% for 2s]"
            ))
        var seconds: [DriverSecond] = []
        rig.onSecond = { seconds.append($0) }
        let record = try rig.run { exchange, index, rig in
            if (200..<260).contains(index) { try await rig.loop.sleep(until: rig.loop.now + .milliseconds(900)) }
            exchange.respond(index.isMultiple(of: 10) ? 429 : 200)
        }
        #expect(seconds.first?.span.lowerBound == .zero)
        for (left, right) in zip(seconds, seconds.dropFirst()) {
            #expect(left.span.upperBound == right.span.lowerBound)
        }
        let last = try #require(seconds.last)
        let arrivals = record.slices.reduce(into: ArrivalCounts()) { $0 += $1.arrivals }
        #expect(last.totals.due == arrivals.scheduled && last.totals.dropped == arrivals.dropped)
        #expect(arrivals.dropped > 0 && seconds.reduce(0) { $0 + $1.dropped } == arrivals.dropped)
        #expect(seconds.reduce(0) { $0 + $1.started } == arrivals.started)
        let told = seconds.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        #expect(told[.ok] == rig.total(.ok) && told[.shed] == rig.total(.shed) && told == last.totals.steps[0].outcomes)
        #expect(last.totals.good == told[.ok] && last.totals.steps[0].latency.count == told.admitted)
        #expect(seconds.contains { ($0.corrected.p99 ?? .zero) >= .milliseconds(900) })
        #expect(seconds.map(\.inFlightMax).max() == 40)
        #expect(seconds.flatMap(\.events).map(\.kind) == [.stage])
        let reading = try #require(last.guards.first)
        #expect(reading.unit == .ratio && reading.limit == 0.9 && reading.tripSeconds == 2 && reading.heldSeconds == 0)
        #expect(abs((reading.value ?? 0) - 0.1) < 0.05)
    }

    @Test func `what is skipped seconds behind its beginning is taken off later ones`() {
        let tally = WatchTally([])
        func second(_ end: Int64) -> UInt64 {
            tally.second(endingAt: .seconds(end), DriverProgress(), []).started
        }
        for _ in 0..<3 { tally.arrivalBegan(lag: 0) }
        #expect(second(1) == 3)
        for _ in 0..<2 { tally.arrivalSkipped() }
        tally.arrivalBegan(lag: 0)
        #expect(second(2) == 0)
        for _ in 0..<4 { tally.arrivalBegan(lag: 0) }
        #expect(second(3) == 3 && tally.totals.started == 8 && tally.totals.skipped == 2)
    }

    @Test func `who watches changes nothing of the run`() throws {
        func digest(isWatched: Bool) throws -> [String] {
            let rig = try Rig(Rig.plan("  - hold: {for: 3s, rate: 100/s}", arrivals: "poisson"))
            if isWatched { rig.onSecond = { _ in } }
            let record = try rig.run { exchange, _, _ in exchange.respond(200) }
            return record.slices.map { "\($0.arrivals) \($0.cells.map { ($0.step, $0.cell.outcomes.total) })" }
        }
        let (watched, alone) = (try digest(isWatched: true), try digest(isWatched: false))
        #expect(watched == alone)
    }

    @Test func `a guard's reading says how long it has held`() throws {
        let rig = try Rig(
            Rig.plan("  - hold: {for: 20s, rate: 100/s}", rest: "guards: [error ratio > 20% for 3s]"))
        var held: [Int] = []
        rig.onSecond = { held += $0.guards.map(\.heldSeconds) }
        try rig.run { exchange, index, _ in exchange.respond(index >= 200 ? 500 : 200) }
        #expect(held.prefix(5) == [0, 0, 1, 2, 3], "\(held)")
    }

    @Test func `a rate that is set, and a pause that is asked for twice, are what was asked for`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 10s, rate: 100/s}"))
        var told: [DriverProgress] = []
        rig.onProgress = { progress, driver in
            told.append(progress)
            switch told.count {
            case 5: driver.take(.rate(tenths: 25))
            case 10: for _ in 0..<2 { driver.take(.pause) }
            case 15: for _ in 0..<2 { driver.take(.resume) }
            case 20: driver.take(.rate(tenths: 10_000))
            case 25: driver.take(.rate(tenths: 10))
            default: break
            }
        }
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        #expect(told.map(\.rateFactor).contains(2.5) && told.map(\.rateFactor).max() == 4)
        #expect(told[10].isPaused && told[13].isPaused && !told[15].isPaused)
        let kinds = record.events.map(\.kind).filter { $0 != .stage && $0 != .note }
        #expect(kinds == [.rateChanged, .paused, .resumed, .rateChanged, .rateChanged])
        #expect(record.generator.isChangedByHand)
    }

    @Test(
        arguments: [(0, 0), (100_000, 0), (100_001, 1), (5_000_000, 5), (30_000_000_000, 16), (30_000_000_001, 17)]
            as [(UInt64, Int)])
    func `a ladder counts a value under the first bound that holds it`(value: UInt64, place: Int) {
        var ladder = LatencyLadder()
        ladder.record(value)
        #expect(ladder.counts.firstIndex(of: 1) == place && ladder.count == 1 && ladder.nanoseconds == value)
    }
}
