import Synchronization

extension EventLoop {
    /// Runs blocking work on a thread of its own and continues on the loop with its result. It cannot be cancelled,
    /// and a deadline abandons the wait, not the work. At most `offloadsMax` threads run; who comes later waits. In
    /// simulation no other thread exists: the work is done in place, at one virtual instant.
    public func offload<Value: Sendable>(
        _ name: String, until deadline: Instant = .never, _ work: @escaping @Sendable () -> Value
    ) async throws(OffloadError) -> Value {
        if simulation != nil { return work() }
        return try await begin(name, until: deadline, work).wait(until: deadline)
    }

    private func begin<Value: Sendable>(
        _ name: String, until deadline: Instant, _ work: @escaping @Sendable () -> Value
    ) async throws(OffloadError) -> Delivery<Value> {
        try await takeOffload(until: deadline)
        let delivery = Delivery<Value>(self)
        let box = LoopBound(delivery, to: self)
        do throws(SystemError) {
            try ForeignThread(name) { [self] in
                let value = work()
                post { [self] in
                    giveOffload()
                    box.value.deliver(value)
                }
            }.detach()
        } catch {
            giveOffload()
            throw .noThread(error)
        }
        return delivery
    }

    /// Several pieces of blocking work at once, and their results in the order of the work; they share nothing but what is
    /// safe to share. In simulation they have threads too: the loop stands still until all have ended, which is one virtual
    /// instant, and their results are all that comes of them.
    public func offload<Value: Sendable>(
        _ name: String, each works: [@Sendable () -> Value]
    ) async throws(OffloadError) -> [Value] {
        if simulation != nil { return Self.together(name, works) }
        var deliveries: [Delivery<Value>] = []
        for work in works { deliveries.append(try await begin(name, until: .never, work)) }
        var values: [Value] = []
        for delivery in deliveries { values.append(try await delivery.wait(until: .never)) }
        return values
    }

    /// Where no thread can be had, the work is done in place.
    private static func together<Value: Sendable>(_ name: String, _ works: [@Sendable () -> Value]) -> [Value] {
        let found = works.map { _ in ForeignResult<Value>() }
        var threads: [ForeignThread] = []
        for (work, result) in zip(works, found) {
            let fill: @Sendable () -> Void = { result.value.withLock { $0 = work() } }
            do throws(SystemError) { threads.append(try ForeignThread(name, fill)) } catch { fill() }
        }
        for thread in threads { thread.joinInSimulation() }
        return found.map { result in
            guard let value = result.value.withLock({ $0 }) else {
                preconditionFailure("a thread ended without its result")
            }
            return value
        }
    }

    public static let offloadsMax = 16

    private func takeOffload(until deadline: Instant) async throws(OffloadError) {
        guard offloads == EventLoop.offloadsMax else {
            offloads += 1
            return
        }
        let place = Parking(self)
        offloadQueue.append(place)
        // Whoever ends hands its leave on, so the count stays.
        let wake = await place.wait(until: deadline)
        if wake == .ready { return }
        offloadQueue.removeAll { $0 === place }
        throw wake == .timedOut ? .timedOut : .cancelled
    }

    private func giveOffload() {
        while !offloadQueue.isEmpty {
            if offloadQueue.removeFirst().wake() { return }
        }
        offloads -= 1
    }

    /// Starts one live loop on each of `count` threads and blocks until all have ended. Loops share nothing; what
    /// `body` captures must be safe to share.
    public static func runOnThreads<Failure: Error>(
        _ count: Int, spin: TimeSpan = .zero,
        _ body: @escaping @Sendable (_ loop: EventLoop, _ index: Int) async throws(Failure) -> Void
    ) throws(SystemError) -> [Result<Void, Failure>] {
        let results = SharedResults<Failure>()
        var threads: [ForeignThread] = []
        // All or none: a loop that cannot be made must not leave others running behind the error.
        let loops = try (0..<count).map { _ throws(SystemError) in try EventLoop.live(spin: spin) }
        for (index, loop) in loops.enumerated() {
            threads.append(
                try ForeignThread("loop-\(index)") {
                    let result = Result<Void, Failure> { () throws(Failure) in
                        try loop.run { () async throws(Failure) in try await body(loop, index) }
                    }
                    results.byIndex.withLock { $0[index] = result }
                })
        }
        for thread in threads { thread.join() }
        return results.byIndex.withLock { byIndex in (0..<count).compactMap { byIndex[$0] } }
    }
}

public enum OffloadError: Error, Equatable, CustomStringConvertible {
    case noThread(SystemError)
    case timedOut
    case cancelled

    public var description: String {
        switch self {
        case .noThread(let error): error.description
        case .timedOut: "the work did not end by its deadline"
        case .cancelled: "cancelled"
        }
    }
}

private final class SharedResults<Failure: Error>: Sendable {
    let byIndex = Mutex<[Int: Result<Void, Failure>]>([:])
}

/// What a thread leaves for whoever joins it.
private final class ForeignResult<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}

/// Where a foreign thread's result lands on the loop.
private final class Delivery<Value> {
    private let parking: Parking
    private var value: Value?

    init(_ loop: EventLoop) {
        parking = Parking(loop)
    }

    func deliver(_ value: Value) {
        self.value = value
        parking.wake()
    }

    func wait(until deadline: Instant) async throws(OffloadError) -> Value {
        if value == nil {
            switch await parking.wait(until: deadline) {
            case .timedOut: throw .timedOut
            case .cancelled, .closed: throw .cancelled
            case .ready: break
            }
        }
        guard let value else { preconditionFailure("woken without a value") }
        return value
    }
}
