import EventLoop
import Testing

/// What one turn of the loop does, and in which order.
@Suite struct TurnTests {
    private final class Work: DeferredWork {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }

        func runAtEndOfTurn() { body() }
    }

    /// Red on a machine that has been up for longer than a minute, where it told when that was started.
    @Test func `a loop knows the time before its first turn`() throws {
        let loop = try EventLoop.live()
        let before = loop.secondsSince1970
        let within = try loop.run { () async throws in loop.secondsSince1970 }
        #expect((0...60).contains(within - before), "\(before), then \(within)")
    }

    @Test(arguments: World.allCases)
    func `deferred work runs once, after the ready tasks and before time moves on`(world: World) throws {
        let lines = try world.run { loop in
            let diary = Diary()
            let began = loop.now
            loop.atEndOfTurn(Work { diary.note(world == .live || loop.now == began ? "deferred" : "late") })
            let task = loop.spawn {
                diary.note("task")
                await Task.yield()
            }
            try await loop.sleep(for: .milliseconds(1))
            diary.note("slept")
            try await loop.sleep(for: .milliseconds(1))
            await task.join()
            return diary.lines
        }
        #expect(lines == ["task", "deferred", "slept"])
    }

    @Test(arguments: World.allCases)
    func `deferred work may defer more and wake a task`(world: World) throws {
        let lines = try world.run { loop in
            let diary = Diary()
            let parking = Parking(loop)
            loop.atEndOfTurn(
                Work {
                    diary.note("first")
                    loop.atEndOfTurn(
                        Work {
                            diary.note("second")
                            parking.wake()
                        })
                })
            #expect(await parking.wait(until: loop.patience) == .ready)
            return diary.lines
        }
        #expect(lines == ["first", "second"])
    }

    @Test(arguments: World.allCases)
    func `work deferred in the last turn is not lost`(world: World) throws {
        let diary = Diary()
        try world.run { loop in
            await Task.yield()
            loop.atEndOfTurn(Work { diary.note("deferred") })
        }
        #expect(diary.lines == ["deferred"])
    }

    @Test(arguments: World.allCases)
    func `what the loop posts to itself runs before time moves on`(world: World) throws {
        try world.run { loop in
            let began = loop.now
            let place = LoopBound(Parking(loop), to: loop)
            #expect(loop.post { place.value.wake() })
            #expect(await place.value.wait(until: loop.patience) == .ready)
            if world == .simulated { #expect(loop.now == began) }
        }
    }

    @Test(arguments: World.allCases)
    func `what a letter defers is done before time moves on`(world: World) throws {
        try world.run { loop in
            let began = loop.now
            let diary = LoopBound(Diary(), to: loop)
            loop.post {
                loop.atEndOfTurn(
                    Work { diary.value.note(world == .live || loop.now == began ? "deferred" : "late") })
            }
            try await loop.sleep(for: .milliseconds(1))
            #expect(diary.value.lines == ["deferred"])
        }
    }

    @Test(arguments: World.allCases)
    func `a post wakes a loop that waits without a deadline`(world: World) throws {
        try world.run { loop in
            let place = LoopBound(Parking(loop), to: loop)
            #expect(loop.post { place.value.wake() })
            #expect(await place.value.wait() == .ready)
        }
    }

    @Test func `letters from foreign threads arrive on the loop, each thread's in its order`() throws {
        let each = 200
        try World.live.run { loop in
            let received = LoopBound(Letters(), to: loop)
            let parking = LoopBound(Parking(loop), to: loop)
            for sender in 0..<3 {
                try ForeignThread("sender") {
                    for number in 0..<each {
                        _ = loop.post {
                            received.value.bySender[sender].append(number)
                            if received.value.count == 3 * each { parking.value.wake() }
                        }
                    }
                }.detach()
            }
            let wake = await parking.value.wait(until: loop.patience)
            #expect(wake == .ready)
            #expect(received.value.bySender == Array(repeating: Array(0..<each), count: 3))
        }
    }

    private final class Letters {
        var bySender: [[Int]] = [[], [], []]

        var count: Int { bySender.reduce(0) { $0 + $1.count } }
    }

    @Test(arguments: World.allCases)
    func `a loop that has ended takes no letters`(world: World) throws {
        let loop = try world.loop()
        loop.run {}
        #expect(!loop.post {})
    }

    @Test func `an answer that came during a stall is not taken for a timeout`() throws {
        try World.live.run { loop in
            let (near, far) = try await Transport.unix.pair(on: loop)
            let deadline = loop.after(.milliseconds(50))
            var outcome: Result<[UInt8], any Error>?
            let reading = loop.spawn {
                do { outcome = .success(try await near.readSome(until: deadline)) } catch { outcome = .failure(error) }
            }
            await loop.settle()
            // This task holds the loop until long after the deadline; the bytes were there before it.
            try await far.write([1, 2, 3], until: loop.patience)
            while loop.now < deadline + .milliseconds(1) {}
            await reading.join()
            #expect(try outcome?.get() == [1, 2, 3])
            near.close()
            far.close()
        }
    }

    @Test func `live time only moves forward and no timer fires early`() throws {
        try World.live.run { loop in
            var last = loop.now
            for step in [0, 1, 10, 100, 500] as [Int64] {
                let due = loop.after(.microseconds(step))
                try await loop.sleep(until: due)
                #expect(loop.now >= due)
                #expect(loop.now >= last)
                last = loop.now
            }
        }
    }

    @Test func `a loop that spins before due times fires none early`() throws {
        let loop = try EventLoop.live(spin: .microseconds(100))
        try loop.run {
            for step in [0, 50, 300] as [Int64] {
                let due = loop.after(.microseconds(step))
                try await loop.sleep(until: due)
                #expect(loop.now >= due)
            }
        }
    }
}
