import EventLoop
import Testing

@Suite struct TaskTests {
    @TaskLocal static var tag = "none"

    @Test(arguments: World.allCases)
    func `a spawned task runs until its first wait before spawn returns`(world: World) throws {
        let diary = Diary()
        try world.run { loop in
            let task = loop.spawn {
                diary.note("began")
                await Task.yield()
                diary.note("went on")
            }
            diary.note("spawned")
            await task.join()
            diary.note("joined")
        }
        #expect(diary.lines == ["began", "spawned", "went on", "joined"])
    }

    @Test(arguments: World.allCases)
    func `spawned tasks are counted until they end`(world: World) throws {
        let counts = try world.run { loop in
            let before = loop.spawnedTaskCount
            let task = loop.spawn { await Task.yield() }
            let during = loop.spawnedTaskCount
            await task.join()
            return [before, during, loop.spawnedTaskCount]
        }
        // The body itself is the first of them.
        #expect(counts == [1, 2, 1])
    }

    @Test(arguments: World.allCases)
    func `run returns the body's value`(world: World) throws {
        #expect(try world.run { _ in 7 } == 7)
    }

    @Test(arguments: World.allCases)
    func `run throws what the body throws`(world: World) throws {
        let loop = try world.loop()
        #expect(throws: CancellationError.self) {
            try loop.run { () async throws(CancellationError) in
                try await loop.sleep(until: loop.now)
                throw CancellationError()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a loop is freed after a run that failed and left everything open`(world: World) throws {
        weak var ended: EventLoop?
        do {
            let loop = try world.loop()
            ended = loop
            try? loop.run {
                let listener = try loop.listen(on: .loopback())
                _ = try await loop.connect(to: listener.address, until: loop.patience)
                throw CancellationError()
            }
        }
        #expect(ended == nil)
    }

    @Test(arguments: World.allCases)
    func `every way to suspend comes back to the loop`(world: World) throws {
        let escapes = try world.run { loop in
            let diary = Diary()
            func check(_ place: String) { if !loop.isCurrent { diary.note(place) } }
            check("body")
            await Task.yield()
            check("yield")
            try await loop.sleep(for: .microseconds(10))
            check("sleep")

            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 1...3 {
                    group.addTask {
                        await Task.yield()
                        loop.preconditionOnLoop()
                        return number
                    }
                }
                var sum = 0
                for await number in group {
                    check("group")
                    sum += number
                }
                return sum
            }
            #expect(sum == 6)

            async let later = { () async -> Bool in
                await Task.yield()
                return loop.isCurrent
            }()
            #expect(await later)
            check("async let")

            let parked = Parking(loop)
            loop.spawn { parked.wake() }
            let (stream, feed) = AsyncStream.makeStream(of: Int.self)
            let producer = loop.spawn {
                for number in 0..<3 {
                    feed.yield(number)
                    await Task.yield()
                    check("producer")
                }
                feed.finish()
            }
            for await _ in stream { check("stream") }
            check("stream's end")
            await producer.join()
            check("join")

            let counter = Counter()
            #expect(await counter.add(isOn: loop))
            check("actor")

            await withCheckedContinuation { continuation in
                loop.spawn {
                    await Task.yield()
                    continuation.resume()
                }
            }
            check("continuation")
            return diary.lines
        }
        #expect(escapes == [])
    }

    @Test(arguments: World.allCases)
    func `a spawned task inherits its spawner's task-locals`(world: World) throws {
        let tags = try world.run { loop in
            let diary = Diary()
            await Self.$tag.withValue("merchant 7") {
                let task = loop.spawn {
                    await Task.yield()
                    diary.note(Self.tag)
                }
                await task.join()
            }
            diary.note(Self.tag)
            return diary.lines
        }
        #expect(tags == ["merchant 7", "none"])
    }

    @Test(arguments: World.allCases)
    func `yield lets the other ready tasks run first`(world: World) throws {
        let lines = try world.run { loop in
            let diary = Diary()
            let tasks = ["a", "b"].map { name in
                loop.spawn {
                    for step in 1...3 {
                        diary.note("\(name)\(step)")
                        await Task.yield()
                    }
                }
            }
            for task in tasks { await task.join() }
            return diary.lines
        }
        #expect(lines == ["a1", "b1", "a2", "b2", "a3", "b3"])
    }

    private actor Counter {
        private var count = 0

        func add(isOn loop: EventLoop) async -> Bool {
            await Task.yield()
            count += 1
            return loop.isCurrent
        }
    }
}
