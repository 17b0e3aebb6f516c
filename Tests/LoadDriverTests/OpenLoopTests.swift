import EventLoop
import Evidence
import HTTPService
import Histogram
import Testing
import Timebase

@testable import LoadDriver

@Suite struct OpenLoopTests {
    @Test func `every arrival of the schedule begins at its instant and is counted once`() throws {
        let rig = try Rig(Rig.plan("  - warm-up: {for: 2s, rate: 50/s}\n  - hold: {for: 5s, rate: 200/s}"))
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        #expect(rig.requests == 1_100)
        #expect(rig.total(.ok) == 1_100)
        #expect(record.ending == .completed)
        #expect(record.stages.map(\.name) == ["warm-up", "hold"])
        #expect(record.stages.map(\.scheduled) == [100, 1_000])
        #expect(record.stages.map(\.countsForVerdicts) == [false, true])
        #expect(record.slices.prefix(7).map(\.arrivals.scheduled) == [50, 50, 200, 200, 200, 200, 200])
        #expect(record.slices.reduce(0) { $0 + $1.arrivals.started } == 1_100)
        let cell = record.stages[1].cells[0]
        #expect(cell.outcomes[.ok] == 1_000 && cell.corrected.count == 1_000 && cell.raw.count == 1_000)
        // The virtual clock is never late.
        #expect(record.slices.allSatisfy { $0.lagMax == .zero })
        #expect(rig.evidence.recordsInMemory.count == 1_100)
        #expect(rig.evidence.recordsInMemory.allSatisfy { $0.ending?.outcome == .ok })
    }

    /// Coordinated omission: a target that stands still for two seconds is met by those who arrive meanwhile, each for
    /// what is left of it. At rate r, of the n requests of the run, 2r wait longer than 0, r longer than 1 s.
    @Test(arguments: [UInt64(1), 2, 3]) func `a stall of two seconds shows in the percentiles as arithmetic says`(
        seed: UInt64
    ) throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 20s, rate: 100/s}"), seed: seed)
        let stall = TimeSpan.seconds(8)...TimeSpan.seconds(10)
        let record = try rig.run { exchange, _, rig in
            let start = try #require(rig.driver).timeline.start
            let now = rig.loop.now - start
            if stall.contains(now) { try await rig.loop.sleep(until: start + stall.upperBound) }
            exchange.respond(200)
        }
        let cell = record.stages[0].cells[0]
        let latency = try #require(try cell.corrected.opened())
        // 2,000 requests, of which 200 wait; the k-th worst waits 2 s - k * 10 ms.
        for (percentile, worst) in [(99.0, 20), (99.9, 2), (95.0, 100)] {
            let expected = 2.0 - Double(worst) * 0.01
            let found = Double(latency.value(atPercentile: percentile) ?? 0) / 1e9
            #expect((expected - 0.02...expected + 0.02).contains(found), "p\(percentile) seed \(seed)")
        }
        #expect(rig.total(.ok) == 2_000)
        // It shows in the seconds in which the requests were due.
        let worst = try record.slices.map { try $0.cells.first?.cell.corrected.opened()?.maximum ?? 0 }
        #expect((1_950_000_000...2_020_000_000).contains(worst[8]) && (950_000_000...1_020_000_000).contains(worst[9]))
        #expect(worst[7] < 10_000_000 && worst[10] < 10_000_000)
    }

    /// 400 arrivals wait for the stall's end; afterwards a few runners do all the work.
    @Test func `what a stall took is given back`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 30s, rate: 200/s}", target: ", connections: 500"))
        var counts: [Int64: Int] = [:]
        _ = try rig.run { exchange, _, rig in
            let driver = try #require(rig.driver)
            let now = rig.loop.now - driver.timeline.start
            if (.seconds(4) ... .seconds(6)).contains(now) {
                try await rig.loop.sleep(until: driver.timeline.start + .seconds(6))
            }
            counts[now.nanoseconds / 1_000_000_000] = driver.runners.count
            exchange.respond(200)
        }
        #expect(counts[6, default: 0] >= 390)
        #expect(counts[29, default: .max] <= 66, "\(counts)")
        #expect(rig.total(.ok) == 6_000)
    }

    /// 400 arrivals are open at the end of the stall, over three connections. Each waits in line for as long as with a
    /// runner of its own.
    @Test func `an arrival that waits for a connection has no runner`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 8s, rate: 200/s}", target: ", connections: 3"))
        var most = 0
        let record = try rig.run { exchange, _, rig in
            let driver = try #require(rig.driver)
            let start = driver.timeline.start
            most = max(most, driver.runners.count)
            if (.seconds(2) ... .seconds(4)).contains(rig.loop.now - start) {
                try await rig.loop.sleep(until: start + .seconds(4))
            }
            exchange.respond(200)
        }
        #expect((3...6).contains(most))
        #expect(rig.total(.ok) == 1_600)
        #expect(record.slices.prefix(8).map(\.arrivals.started) == Array(repeating: 200, count: 8))
        #expect(record.slices[3].inFlightMax >= 390)
        #expect((390...400).contains(record.generator.poolWaits))
        let worst = try record.slices.prefix(8).map { try $0.cells[0].cell.corrected.opened()?.maximum ?? 0 }
        #expect((1_950_000_000...2_020_000_000).contains(worst[2]) && (950_000_000...1_020_000_000).contains(worst[3]))
        // They were sent when their turn came; what they waited for it is no lateness of ours.
        let raw = try record.slices.prefix(8).map { try $0.cells[0].cell.raw.opened()?.maximum ?? 0 }
        #expect(raw[3] < 10_000_000)
        #expect(record.slices.allSatisfy { $0.lagMax == .zero })
        let last = try #require(rig.evidence.recordsInMemory.first { $0.intent.arrival == 790 })
        #expect((.milliseconds(3_999) ... .milliseconds(4_500)).contains(last.intent.sentAt))
    }

    @Test func `who waits in vain for a connection is refused at the deadline, and takes no runner with it`() throws {
        let rig = try Rig(
            """
            plan: sample
            target: {url: "http://127.0.0.1:1", connections: 2}
            journeys:
              patient: {steps: [GET /pay: {timeout: 9s}]}
              hasty: {steps: [GET /pay: {timeout: 500ms}]}
            arrivals: uniform
            traffic: [{hold: {for: 8s, rate: 200/s, mix: {patient: 1, hasty: 9}}}]
            """)
        var most = 0
        rig.onProgress = { _, driver in most = max(most, driver.runners.count) }
        let record = try rig.run { exchange, _, rig in
            let start = try #require(rig.driver).timeline.start
            if (.seconds(2) ... .seconds(4)).contains(rig.loop.now - start) {
                try await rig.loop.sleep(until: start + .seconds(4))
            }
            exchange.respond(200)
        }
        let total = [Outcome.ok, .unknown, .refused].map { rig.total($0) }
        #expect(total.reduce(0, +) == 1_600 && total[2] > 250 && total[1] >= 2, "\(total)")
        #expect(record.generator.poolStarved == total[2])
        #expect(rig.evidence.recordsInMemory.count == 1_600)
        let refused = rig.evidence.recordsInMemory.filter { $0.ending?.outcome == .refused }
        #expect(
            refused.allSatisfy {
                $0.ending?.completedAt == $0.intent.intendedAt + .milliseconds(500)
                    && !$0.intent.flags.contains(.mayHaveBeenSent)
            })
        #expect(most <= 5)
    }

    @Test func `who abandons a run lets nobody stand in line`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 8s, rate: 200/s}", target: ", connections: 2"))
        rig.onProgress = { progress, driver in
            if progress.elapsed >= .seconds(3), driver.ending == nil { driver.take(.abandon(signal: 2)) }
        }
        let record = try rig.run { exchange, index, rig in
            if index > 100 { try await rig.loop.sleep(until: rig.loop.now + .seconds(30)) }
            exchange.respond(200)
        }
        #expect((490...510).contains(record.generator.arrivalsCut))
        #expect(rig.total(.unknown) == 2)
        #expect(rig.evidence.open == 0)
        #expect(record.slices.reduce(0) { $0 + $1.arrivals.started } == UInt64(rig.evidence.records))
    }

    @Test func `arrivals beyond the cap are dropped and counted`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 4s, rate: 100/s}", target: ", in-flight: 30, timeout: 1s"))
        let record = try rig.run { exchange, _, rig in
            try await rig.loop.sleep(until: rig.loop.now + .milliseconds(500))
            exchange.respond(200)
        }
        let dropped = record.slices.reduce(0) { $0 + $1.arrivals.dropped }
        let started = record.slices.reduce(0) { $0 + $1.arrivals.started }
        #expect(dropped + started == 400)
        #expect((120...200).contains(dropped), "30 in flight for half a second each are 60/s")
        #expect(record.slices.allSatisfy { $0.inFlightMax <= 30 })
        #expect(rig.requests == Int(started))
    }

    @Test func `a deadline that passes is unknown, and nothing is lost`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 2s, rate: 50/s}", target: ", timeout: 300ms"))
        try rig.run { exchange, index, rig in
            if index.isMultiple(of: 5) { try await rig.loop.sleep(until: rig.loop.now + .seconds(2)) }
            exchange.respond(200)
        }
        #expect(rig.total(.unknown) == 20 && rig.total(.ok) == 80)
        let unknown = rig.evidence.recordsInMemory.filter { $0.ending?.outcome == .unknown }
        #expect(unknown.count == 20 && unknown.allSatisfy { $0.intent.flags.contains(.mayHaveBeenSent) })
    }

    @Test func `shed, declined and unexpected answers are told apart`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 1s, rate: 100/s}"))
        try rig.run { exchange, index, _ in
            exchange.respond([200, 429, 503, 402, 500][index % 5])
        }
        #expect(rig.total(.ok) == 20 && rig.total(.shed) == 40)
        #expect(rig.total(.declined) + rig.total(.expectationFailed) == 40)
    }

    @Test func `two shards together send what one sends alone`() throws {
        let text = Rig.plan("  - hold: {for: 3s, rate: 100/s}", arrivals: "poisson")
        var arrivals: [UInt64] = []
        var all: [UInt64] = []
        for shard in [(0, 1), (0, 2), (1, 2)] {
            let rig = try Rig(text)
            rig.shard = shard
            try rig.run { exchange, _, _ in exchange.respond(200) }
            let own = rig.evidence.recordsInMemory.map(\.intent.arrival)
            if shard == (0, 1) { all = own } else { arrivals += own }
        }
        #expect(arrivals.sorted() == all.sorted() && Set(arrivals).count == arrivals.count)
    }

    @Test func `a second that is still open for someone is not packed, and memory is that of open seconds`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 30s, rate: 20/s}", target: ", timeout: 60s"))
        var most = 0
        rig.onProgress = { _, driver in most = max(most, driver.tally.openCount) }
        let record = try rig.run { exchange, index, rig in
            if index == 40 { try await rig.loop.sleep(until: rig.loop.now + .seconds(12)) }
            exchange.respond(200)
        }
        #expect((12...14).contains(most))
        #expect(record.slices.reduce(0) { $0 + $1.arrivals.started } == 600)
        #expect(try record.slices[2].cells[0].cell.corrected.opened()?.maximum ?? 0 >= 12_000_000_000)
    }

    @Test func `nothing of a run outlives it`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 2s, rate: 20/s}\n  - users: {for: 2s, count: 3, think: 100ms}"))
        try rig.run { exchange, _, _ in exchange.respond(200) }
        #expect(rig.leftover() == nil)
    }
}
