import EventLoop
import Testing

@Suite struct WaitingTests {
    @Test(arguments: World.allCases)
    func `sleepers wake in the order of their deadlines and equal ones in the order they came`(world: World) throws {
        let lines = try world.run { loop in
            let diary = Diary()
            let base = loop.after(.milliseconds(1))
            let sleepers: [(String, Int64)] = [
                ("c", 2), ("a1", 1), ("a2", 1), ("past", -90), ("d", 3), ("a3", 1), ("zero", 0),
            ]
            let tasks = sleepers.map { name, units in
                loop.spawn {
                    let due = base + .microseconds(100 * units)
                    try? await loop.sleep(until: due)
                    diary.note(loop.now < due ? "too early" : name)
                }
            }
            for task in tasks { await task.join() }
            return diary.lines
        }
        #expect(lines == ["past", "zero", "a1", "a2", "a3", "c", "d"])
    }

    @Test(arguments: World.allCases)
    func `a deadline that has passed ends the wait at once and moves no clock`(world: World) throws {
        try world.run { loop in
            let began = loop.now
            let past = Instant(nanoseconds: began.nanoseconds - 1_000_000)
            #expect(await Parking(loop).wait(until: past) == .timedOut)
            #expect(loop.now >= began)
            if world == .simulated { #expect(loop.now == began) }
        }
    }

    @Test func `the virtual clock stands still while tasks run and jumps to the next deadline`() throws {
        let loop = EventLoop.simulated(seed: 1)
        let instants = try loop.run {
            var instants = [loop.now]
            for _ in 0..<100 { await Task.yield() }
            instants.append(loop.now)
            try await loop.sleep(for: .seconds(86_400))
            instants.append(loop.now)
            return instants.map { ($0 - instants[0]).nanoseconds }
        }
        #expect(instants == [0, 0, 86_400_000_000_000])
    }

    @Test(arguments: World.allCases)
    func `a cancelled sleeper wakes at once`(world: World) throws {
        try world.run { loop in
            let began = loop.now
            let diary = Diary()
            let task = loop.spawn {
                do throws(CancellationError) {
                    try await loop.sleep(for: .seconds(3_600))
                    diary.note("slept")
                } catch {
                    diary.note("cancelled")
                }
            }
            task.cancel()
            await task.join()
            #expect(diary.lines == ["cancelled"])
            #expect(loop.now - began < .seconds(60))
        }
    }

    @Test(arguments: World.allCases)
    func `a wait says why it ended`(world: World) throws {
        try world.run { loop in
            let parking = Parking(loop)
            var wakes: [Wake] = []
            func wait(until deadline: Instant = .never, _ change: (SpawnedTask) -> Void) async {
                let task = loop.spawn { wakes.append(await parking.wait(until: deadline)) }
                change(task)
                await task.join()
                #expect(!parking.isTaken)
            }
            await wait { _ in #expect(parking.wake()) }
            await wait(until: loop.now) { _ in }
            await wait { $0.cancel() }
            await wait { _ in parking.wake(.closed) }
            #expect(wakes == [.ready, .timedOut, .cancelled, .closed])
        }
    }

    @Test(arguments: World.allCases)
    func `a wait that begins cancelled ends at once and keeps no place`(world: World) throws {
        try world.run { loop in
            let parking = Parking(loop)
            var wake: Wake?
            let task = loop.spawn {
                await Task.yield()
                wake = await parking.wait()
            }
            task.cancel()
            await task.join()
            #expect(wake == .cancelled)
            #expect(!parking.isTaken)
        }
    }

    @Test(arguments: World.allCases)
    func `a rest goes on for a cancelled task, until it is woken or its deadline passes`(world: World) throws {
        try world.run { loop in
            let parking = Parking(loop)
            var wakes: [Wake] = []
            let task = loop.spawn {
                wakes.append(await parking.rest(until: loop.after(.milliseconds(1))))
                wakes.append(await parking.rest())
            }
            task.cancel()
            #expect(parking.isTaken)
            try await loop.sleep(for: .milliseconds(3))
            #expect(wakes == [.timedOut])
            #expect(parking.wake())
            await task.join()
            #expect(wakes == [.timedOut, .ready])
        }
    }

    @Test(arguments: World.allCases)
    func `only the first of wake, deadline and cancellation counts`(world: World) throws {
        try world.run { loop in
            let parking = Parking(loop)
            var wake: Wake?
            let task = loop.spawn { wake = await parking.wait(until: loop.after(.microseconds(1))) }
            #expect(parking.wake())
            #expect(!parking.wake(.closed), "nobody waits any more")
            task.cancel()
            try await loop.sleep(for: .milliseconds(1))
            await task.join()
            #expect(wake == .ready)
        }
    }

    @Test(arguments: World.allCases)
    func `a stale deadline does not end a later wait at the same place`(world: World) throws {
        try world.run { loop in
            let parking = Parking(loop)
            var wakes: [Wake] = []
            let task = loop.spawn {
                wakes.append(await parking.wait(until: loop.after(.microseconds(200))))
                wakes.append(await parking.wait(until: loop.patience))
            }
            parking.wake()
            await loop.settle()
            let second = loop.spawn {
                try? await loop.sleep(for: .milliseconds(1))
                parking.wake(.closed)
            }
            await task.join()
            await second.join()
            #expect(wakes == [.ready, .closed])
        }
    }

    @Test(arguments: World.allCases)
    func `cancelling a group wakes its waiting children`(world: World) throws {
        try world.run { loop in
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<3 {
                    group.addTask { (try? await loop.sleep(for: .seconds(3_600))) == nil }
                }
                await Task.yield()
                group.cancelAll()
                var outcomes: [Bool] = []
                for await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            #expect(outcomes == [true, true, true])
        }
    }

    @Test(arguments: World.allCases)
    func `a deadline of never arms no timer`(world: World) throws {
        try world.run { loop in
            let parking = Parking(loop)
            let task = loop.spawn { _ = await parking.wait(until: .never) }
            #expect(loop.armedTimerCount == 0)
            parking.wake()
            await task.join()
        }
    }
}
