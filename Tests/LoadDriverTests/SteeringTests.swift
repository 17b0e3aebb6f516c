import EventLoop
import Evidence
import HTTPService
import Testing
import Timebase

@testable import LoadDriver

@Suite struct SteeringTests {
    @Test func `a guard whose condition held for its time stops new arrivals within 100 ms, and all is reported`()
        throws
    {
        let rig = try Rig(
            Rig.plan("  - hold: {for: 60s, rate: 100/s}", rest: "guards: [error ratio > 20% for 3s]"))
        var last = TimeSpan.zero
        let record = try rig.run { exchange, _, rig in
            last = rig.loop.now - (try #require(rig.driver).timeline.start)
            exchange.respond(last > .seconds(10) ? 500 : 200)
        }
        guard case .aborted(let at, let text) = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
        // The first bad second is the eleventh; three of them are over at 13 s.
        #expect((TimeSpan.milliseconds(13_000)...(.milliseconds(13_100))).contains(at), "\(at)")
        #expect(last <= at + .milliseconds(100))
        #expect(text.contains("error ratio"))
        #expect(record.events.contains { $0.kind == .guardTripped })
        #expect(rig.total(.ok) == 1_000 && rig.total(.expectationFailed) > 200)
    }

    @Test func `shed and declined work does not trip a guard on errors`() throws {
        let rig = try Rig(
            Rig.plan("  - hold: {for: 6s, rate: 100/s}", rest: "guards: [error ratio > 20% for 2s]"))
        let record = try rig.run { exchange, index, _ in exchange.respond(index.isMultiple(of: 2) ? 429 : 200) }
        #expect(record.ending == .completed)
    }

    @Test func `a stop ends new arrivals and lets the open ones end; the first reason is told`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 60s, rate: 100/s}"))
        rig.onProgress = { progress, driver in
            guard progress.elapsed >= .seconds(5) else { return }
            driver.take(.stop(signal: 2))
            driver.take(.stop(signal: 15))
        }
        let record = try rig.run { exchange, _, rig in
            try await rig.loop.sleep(until: rig.loop.now + .seconds(1))
            exchange.respond(200)
        }
        guard case .interrupted(let at, 2) = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
        #expect((TimeSpan.seconds(5)...(.milliseconds(5_300))).contains(at))
        // What was never due is not missing: one arrival may stand at the very instant of the stop.
        let scheduled = try #require(record.stages[0].scheduled)
        #expect(scheduled <= UInt64(rig.requests) && scheduled + 1 >= UInt64(rig.requests))
        #expect(rig.total(.ok) == UInt64(rig.requests) && (480...530).contains(rig.requests))
    }

    @Test func `an abandoned run ends at once, and what was open is unknown`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 60s, rate: 100/s}", target: ", timeout: 30s"))
        rig.onProgress = { progress, driver in
            if progress.elapsed >= .seconds(2) { driver.take(.abandon(signal: 2)) }
        }
        let record = try rig.run { exchange, _, rig in
            try await rig.loop.sleep(until: rig.loop.now + .seconds(20))
            exchange.respond(200)
        }
        #expect(record.slices.count <= 4)
        #expect(rig.total(.unknown) == UInt64(rig.requests) && rig.requests > 150)
        #expect(record.generator.arrivalsCut == UInt64(rig.requests))
        let words = "abandoned: \(rig.requests) open arrivals were cut, and what they had sent is unknown"
        #expect(record.events.filter { $0.kind == .note }.map(\.text) == [words])
    }

    @Test func `what an abandoned run leaves out is told, once`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 60s, rate: 10/s}", rest: "teardown: [GET /bye: {}]"))
        var paths: Set<String> = []
        rig.onProgress = { progress, driver in
            if progress.elapsed >= .seconds(2) { driver.take(.abandon(signal: 2)) }
        }
        let record = try rig.run { exchange, _, _ in
            paths.insert(exchange.target)
            exchange.respond(200)
        }
        #expect(record.events.filter { $0.kind == .note }.map(\.text) == ["abandoned; the teardown is left out"])
        #expect(paths == ["/pay"] && record.generator.arrivalsCut == 0)
    }

    @Test func `a set-up that is abandoned ends at once, and then there is no teardown`() throws {
        let rig = try Rig(
            Rig.plan(
                "  - hold: {for: 2s, rate: 10/s}",
                rest: "setup: [poll GET /ready: {every: 1s, within: 5m}]\nteardown: [GET /bye: {}]"))
        var paths: Set<String> = []
        var abandonedAt: Instant?
        let record = try rig.run { exchange, index, rig in
            paths.insert(exchange.target)
            if index == 3 {
                abandonedAt = rig.loop.now
                rig.driver?.take(.abandon(signal: 2))
            }
            exchange.respond(503)
        }
        guard case .interrupted = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
        #expect(rig.setUpFault != nil && paths == ["/ready"])
        #expect(try #require(rig.driver).timeline.start - (try #require(abandonedAt)) < .seconds(1))
    }

    @Test func `an abandoned run waits for no twin either`() throws {
        let rig = try Rig(
            """
            plan: sample
            seed: 7
            target: {url: "http://127.0.0.1:1", timeout: 30s}
            journeys:
              pay: {duplicate: {rate: 100%, concurrent: true}, steps: [POST /pay: {json: {a: 1}}]}
            traffic: [{hold: {for: 60s, rate: 10/s}}]
            """)
        rig.onProgress = { progress, driver in
            if progress.elapsed >= .seconds(2) { driver.take(.abandon(signal: 2)) }
        }
        let record = try rig.run { exchange, _, rig in
            try await rig.loop.sleep(until: rig.loop.now + .seconds(20))
            exchange.respond(200)
        }
        #expect(record.slices.count <= 4, "\(record.slices.count) s")
        let ends = rig.evidence.recordsInMemory.map { $0.ending?.completedAt ?? .zero }
        #expect(ends.allSatisfy { $0 < .seconds(3) })
    }

    @Test func `seconds of a pause are packed as they pass, and count`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 4s, rate: 50/s}"))
        var toggles = 0
        var open = 0
        rig.onProgress = { progress, driver in
            let now = driver.timeline.runTime(at: driver.loop.now)
            open = max(open, driver.tally.openCount)
            guard now >= (toggles == 0 ? .seconds(2) : .seconds(602)), toggles < 2 else { return }
            toggles += 1
            driver.take(.pauseOrResume)
        }
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        #expect(open <= 4, "\(open) seconds are open at once")
        #expect(rig.total(.ok) == 200 && record.slices.count >= 604)
        #expect(record.slices.reduce(0) { $0 + $1.arrivals.scheduled } == 200)
    }

    @Test func `copies of an arrival stay in its stage, and are counted there`() throws {
        let rig = try Rig(
            Rig.plan(
                """
                  - hold: {for: 2s, rate: 10/s, name: a}
                  - pause: {for: 20s}
                  - hold: {for: 2s, rate: 10/s, name: b}
                """))
        var isAsked = false
        rig.onProgress = { _, driver in
            if !isAsked { for _ in 0..<10 { driver.take(.faster) } }
            isAsked = true
        }
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        #expect(record.slices[3..<21].allSatisfy { $0.arrivals.started == 0 })
        let inStages = record.stages.flatMap(\.cells).reduce(0) { $0 + $1.outcomes.total }
        #expect(inStages == UInt64(rig.requests), "\(inStages) of \(rig.requests)")
    }

    @Test func `a pause moves what follows and sends nothing meanwhile`() throws {
        let rig = try Rig(
            Rig.plan("  - hold: {for: 4s, rate: 50/s, name: a}\n  - hold: {for: 2s, rate: 50/s, name: b}"))
        var toggles = 0
        rig.onProgress = { progress, driver in
            let now = driver.timeline.runTime(at: driver.loop.now)
            guard now >= (toggles == 0 ? .seconds(2) : .seconds(5)), toggles < 2 else { return }
            toggles += 1
            driver.take(.pauseOrResume)
        }
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        #expect(record.slices[3].arrivals.scheduled == 0 && record.slices[4].arrivals.scheduled == 0)
        #expect(rig.total(.ok) == 300)
        #expect((TimeSpan.seconds(6)...(.milliseconds(7_500))).contains(record.stages[1].span.lowerBound))
        let kinds: [RunEvent.Kind] = record.events.map(\.kind).filter { $0 == .paused || $0 == .resumed }
        #expect(kinds == [RunEvent.Kind.paused, .resumed])
        #expect(record.generator.isChangedByHand)
    }

    @Test(arguments: [(DriverCommand.faster, 1.1), (.slower, 0.9)]) func `the rate follows the hand`(
        command: DriverCommand, factor: Double
    ) throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 20s, rate: 200/s}", arrivals: "poisson"))
        var isAsked = false
        rig.onProgress = { _, driver in
            if !isAsked { driver.take(command) }
            isAsked = true
        }
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        let ratio = Double(rig.requests) / 4_000
        #expect((factor - 0.04...factor + 0.04).contains(ratio), "\(ratio)")
        #expect(record.generator.isChangedByHand)
        let arrivals = rig.evidence.recordsInMemory.map(\.intent.arrival)
        #expect(Set(arrivals).count == arrivals.count)
    }

    @Test func `whoever lost its controller stops`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 60s, rate: 100/s}"))
        rig.isLeaseHeld = { [unowned rig] in rig.requests < 500 }
        let record = try rig.run { exchange, _, _ in exchange.respond(200) }
        guard case .failed(let at, let reason) = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
        #expect(at < .milliseconds(5_100) && reason.contains("controller"))
        #expect(rig.requests <= 510)
    }

    @Test func `a target that nobody reaches is told by the time that passed, whatever the rate`() {
        var watch = SecondWatch([])
        var found: [Int: Int] = [:]
        for second in 1...40 {
            _ = watch.advance(to: .seconds(Int64(second)))
            let live = LiveSecond()
            // An attempt each fifth second, from the sixth on refused.
            if second.isMultiple(of: 5) { live.stepEnded(second > 5 ? .refused : .ok, sinceDue: 1) }
            if case .silence(let seconds)? = watch.look(live, inFlight: 0, starved: 0, series: { _ in nil }) {
                found[second] = seconds
            }
        }
        #expect(found.keys.min() == 20 && found[20] == 11)
    }

    @Test func `a client without a free connection says nothing about the target`() {
        var watch = SecondWatch([])
        for second in 1...40 {
            _ = watch.advance(to: .seconds(Int64(second)))
            let live = LiveSecond()
            live.stepEnded(.refused, sinceDue: 1)
            let finding = watch.look(live, inFlight: 0, starved: UInt64(second), series: { _ in nil })
            if finding != nil { Issue.record("second \(second)") }
        }
    }

    @Test func `a target that dies ends the run with what it was, and the evidence so far`() throws {
        let rig = try Rig(Rig.plan("  - hold: {for: 120s, rate: 50/s}", target: ", timeout: 1s"))
        let record = try rig.run { exchange, index, rig in
            exchange.respond(200)
            if index == 500 {
                var dead = NetworkConditions()
                dead.reset = 1
                rig.loop.simulation?.setConditions(dead, at: rig.address)
            }
        }
        guard case .failed(let at, let reason) = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
        #expect((TimeSpan.seconds(19)...(.seconds(24))).contains(at), "\(at)")
        #expect(reason.contains("every attempt was refused or reset"))
        #expect(rig.evidence.recordsInMemory.count > 900)
    }
}
