import Glibc
import Synchronization
import Testing

@testable import EventLoop

/// Work beside the loop, and loops beside each other.
@Suite struct ThreadTests {
    @Test(arguments: World.allCases)
    func `offloaded work gives its value back on the loop`(world: World) throws {
        try world.run { loop in
            let (value, wasOnLoop) = try await loop.offload("work") { (42, loop.isCurrent) }
            #expect(value == 42)
            #expect(loop.isCurrent)
            // In simulation no other thread exists.
            #expect(wasOnLoop == (world == .simulated))
        }
    }

    @Test(arguments: World.allCases)
    func `several works run at once, and their values come in the order of the works`(world: World) throws {
        try world.run { loop in
            let (began, first, second) = (loop.now, Release(), Release())
            // Each ends only when the other has begun: one after the other they would stand still.
            let works: [@Sendable () -> Int] = [
                {
                    first.open()
                    return second.wait() + 10
                },
                {
                    second.open()
                    return first.wait() + 20
                },
            ]
            let values = try await loop.offload("work", each: works)
            #expect(values == [11, 21])
            #expect(loop.isCurrent && loop.offloads == 0)
            if world == .simulated { #expect(loop.now == began) }
        }
    }

    @Test func `simulated work takes no virtual time`() throws {
        try World.simulated.run { loop in
            let began = loop.now
            _ = try await loop.offload("work", until: loop.now) { 1 }
            #expect(loop.now == began)
        }
    }

    @Test func `the loop goes on while offloaded work blocks`() throws {
        try World.live.run { loop in
            let release = Release()
            let working = loop.spawn {
                let value = try? await loop.offload("work", until: loop.patience) { release.wait() }
                #expect(value == 1)
            }
            try await loop.sleep(for: .microseconds(100))
            release.open()
            await working.join()
        }
    }

    @Test func `a deadline abandons the wait for offloaded work and its late result harms nobody`() throws {
        try World.live.run { loop in
            let release = Release()
            await #expect(throws: OffloadError.timedOut) {
                _ = try await loop.offload("work", until: loop.after(.microseconds(200))) { release.wait() }
            }
            release.open()
            try await loop.sleep(for: .milliseconds(1))
        }
    }

    @Test func `a cancelled task stops waiting for offloaded work`() throws {
        try World.live.run { loop in
            let release = Release()
            var error: OffloadError?
            let task = loop.spawn {
                do throws(OffloadError) {
                    _ = try await loop.offload("work") { release.wait() }
                } catch let failure {
                    error = failure
                }
            }
            await loop.settle()
            task.cancel()
            await task.join()
            #expect(error == .cancelled)
            release.open()
        }
    }

    @Test func `only so many threads work at once, and the rest wait their turn or their deadline`() throws {
        try World.live.run { loop in
            let release = Release()
            var finished = 0
            let working = (0...EventLoop.offloadsMax).map { _ in
                loop.spawn {
                    if let _ = try? await loop.offload("work", until: loop.patience, { release.wait() }) {
                        finished += 1
                    }
                }
            }
            await #expect(throws: OffloadError.timedOut) {
                _ = try await loop.offload("work", until: loop.after(.microseconds(200))) { release.wait() }
            }
            #expect(loop.offloads == EventLoop.offloadsMax)
            #expect(loop.offloadQueue.count == 1, "who waits no longer takes no place")
            release.open()
            for task in working { await task.join() }
            #expect(finished == EventLoop.offloadsMax + 1)
            try await loop.sleep(for: .milliseconds(1))
            #expect(loop.offloads == 0)
        }
    }

    @Test func `a letter that was taken is delivered though the body ends first`() throws {
        let delivered = Atomic(false)
        let loop = try EventLoop.live()
        loop.run {
            let isTaken = loop.post { delivered.store(true, ordering: .relaxed) }
            #expect(isTaken)
        }
        let isDelivered = delivered.load(ordering: .relaxed)
        #expect(isDelivered)
        #expect(!loop.post {}, "a loop that has ended takes no letters")
    }

    @Test func `work whose loop has ended is done for nobody`() throws {
        let release = Release()
        try World.live.run { loop in
            _ = try? await loop.offload("work", until: loop.now) { release.wait() }
        }
        release.open()
    }

    @Test func `loops on threads of their own run one body each and give their results in order`() throws {
        let results = try EventLoop.runOnThreads(3) { loop, index async throws(IndexError) in
            try? await loop.sleep(until: loop.now + .microseconds(Int64(300 - 100 * index)))
            loop.preconditionOnLoop()
            if index == 1 { throw IndexError(index: index) }
        }
        let failures = results.map { result -> Int? in
            if case .failure(let error) = result { error.index } else { nil }
        }
        #expect(failures == [nil, 1, nil])
    }

    private struct IndexError: Error {
        let index: Int
    }

    @Test func `loops on one port each serve the connections that the kernel gives them`() throws {
        try World.live.run { loop in
            let first = try loop.listen(on: .loopback(), isShared: true)
            let second = try loop.listen(on: first.address, isShared: true)
            var counts = [0, 0]
            let accepting = [first, second].enumerated().map { index, listener in
                loop.spawn {
                    while let stream = try? await listener.accept() {
                        counts[index] += 1
                        stream.close()
                    }
                }
            }
            for _ in 0..<64 {
                let client = try await loop.connect(to: first.address, until: loop.patience)
                #expect(try await client.readToEnd() == [])
                client.close()
            }
            first.close()
            second.close()
            for task in accepting { await task.join() }
            #expect(counts[0] + counts[1] == 64)
            #expect(counts[0] > 0 && counts[1] > 0, "\(counts)")
        }
    }

    @Test func `a thread runs its body once and can be joined`() throws {
        let count = Release()
        let thread = try ForeignThread("a name longer than fifteen bytes") { count.open() }
        thread.join()
        #expect(count.wait() == 1)
    }

    /// A door for foreign threads.
    private final class Release: Sendable {
        private let isOpen = Atomic(false)

        func open() { isOpen.store(true, ordering: .releasing) }

        @discardableResult
        func wait() -> Int {
            while !isOpen.load(ordering: .acquiring) { usleep(50) }
            return 1
        }
    }
}
