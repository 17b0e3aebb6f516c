import EventLoop
import Synchronization
import Testing

/// Each net catches what would leave the loop, and says so.
///
/// A net that missed would let the child process end well, so each of these tests is red without its net.
@Suite struct EscapeTests {
    @Test func `every hook of the concurrency runtime was found`() {
        #expect(EscapeTrap.isComplete)
    }

    @Test func `a task for the global pool is caught`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { _ in
                // reason: the escape that has to be caught.
                await _Concurrency.Task {}.value
            }
        }
        expectWords("a task went to the global pool", in: result)
    }

    @Test func `a detached task is caught`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { _ in
                // reason: the escape that has to be caught.
                await _Concurrency.Task.detached {}.value
            }
        }
        expectWords("a task went to the global pool", in: result)
    }

    @Test func `an immediate task without the loop's preference is caught at its first wait`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { loop in
                // reason: the escape that has to be caught.
                await _Concurrency.Task.immediate { _ = await Parking(loop).wait(until: loop.now) }.value
            }
        }
        expectWords("a task went to the global pool", in: result)
    }

    // The library's executors for sleeps and for the main actor have no hook: these are caught when they return, if they
    // had not returned before the task stood still.

    @Test func `the library's sleep is caught when it returns`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { _ in
                // reason: the escape that has to be caught.
                try await _Concurrency.Task<Never, Never>.sleep(nanoseconds: 100_000_000)
            }
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `a clock's sleep is caught when it returns`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { _ in try await ContinuousClock().sleep(for: .milliseconds(100)) }
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `a hop to the main actor is caught when it returns`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { _ in await mainActorWork() }
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `a simulated task that sleeps by the library's clock is found missing`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let loop = EventLoop.simulated(seed: 4711)
            try loop.run { try await ContinuousClock().sleep(for: .seconds(3_600)) }
        }
        expectWords("nothing can happen any more", in: result)
    }

    @Test func `a return from an actor with an executor of its own is caught`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { _ in await Elsewhere().work() }
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `a continuation resumed by a foreign thread is caught`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let isWaiting = Gate()
            try escaping { loop in
                loop.spawn {
                    await Task.yield()
                    isWaiting.open()
                }
                await withCheckedContinuation { continuation in
                    try? ForeignThread("foreign") {
                        isWaiting.pass()
                        continuation.resume()
                    }.detach()
                }
            }
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `a task spawned from a foreign thread is caught`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let loop = try EventLoop.live()
            loop.spawn {}
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `a cancellation from a foreign thread is caught`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { loop in
                let task = loop.spawn { try? await loop.sleep(until: .never) }
                try ForeignThread("foreign") { task.cancel() }.detach()
                await task.join()
            }
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `what belongs to a loop cannot be read elsewhere`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let loop = try EventLoop.live()
            _ = LoopBound(7, to: loop).value
        }
        expectWords("on a thread that does not run it", in: result)
    }

    @Test func `tasks that outlive the body are counted and named`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { loop in
                for _ in 0..<3 { loop.spawn { try? await loop.sleep(until: .never) } }
            }
        }
        expectWords("3 spawned tasks outlive the loop's body", in: result)
    }

    @Test func `a simulated world in which nothing can happen any more says so with its seed`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let loop = EventLoop.simulated(seed: 4711)
            loop.run { _ = await Parking(loop).wait() }
        }
        expectWords("nothing can happen any more", in: result)
        expectWords("seed 4711", in: result)
    }

    @Test func `a loop runs once`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let loop = EventLoop.simulated(seed: 1)
            loop.run {}
            loop.run {}
        }
        expectWords("a loop runs once", in: result)
    }

    @Test func `a loop does not run inside another`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            EventLoop.simulated(seed: 1).run { EventLoop.simulated(seed: 2).run {} }
        }
        expectWords("a loop runs inside a loop", in: result)
    }

    @Test func `two tasks cannot wait at the same place`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try escaping { loop in
                let parking = Parking(loop)
                for _ in 0..<2 { loop.spawn { _ = await parking.wait() } }
            }
        }
        expectWords("two tasks wait at the same place", in: result)
    }

    @Test func `threads beside a loop may use the global pool`() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop.live()
            loop.run { await Task.yield() }
            // reason: shows that the nets leave threads alone that run no loop.
            await _Concurrency.Task.detached { await _Concurrency.Task.yield() }.value
            // reason: as above.
            try await _Concurrency.Task<Never, Never>.sleep(nanoseconds: 100_000_000)
            await mainActorWork()
        }
    }

    private func expectWords(
        _ words: String, in result: ExitTest.Result?, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(words), "\(text)", sourceLocation: sourceLocation)
    }
}

/// Runs the body on a live loop in the process of an exit test.
private func escaping(_ body: @escaping (EventLoop) async throws -> Void) throws {
    try World.live.run(body)
}

// reason: the escape that has to be caught.
@MainActor private func mainActorWork() {}

/// Holds a foreign thread back until the loop is as far as the test needs it.
private final class Gate: Sendable {
    private let isOpen = Atomic(false)

    func open() { isOpen.store(true, ordering: .releasing) }

    func pass() { while !isOpen.load(ordering: .acquiring) {} }
}

/// Its work runs on a thread of its own.
private actor Elsewhere {
    private let executor = ForeignExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func work() {}
}

private final class ForeignExecutor: SerialExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedSerialExecutor()
        try? ForeignThread("foreign") { unsafe job.runSynchronously(on: executor) }.detach()
    }
}
