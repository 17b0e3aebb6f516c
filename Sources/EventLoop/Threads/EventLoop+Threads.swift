import Synchronization

extension EventLoop {
    /// Runs blocking work on a thread of its own and continues on the loop with its result. It cannot be cancelled,
    /// and a deadline abandons the wait, not the work. At most `offloadsMax` threads run; who comes later waits. In
    /// simulation no other thread exists: the work is done in place, at one virtual instant.
    public func offload<Value: Sendable>(
        _ name: String, until deadline: Instant = .never, _ work: @escaping @Sendable () -> Value
    ) async throws(OffloadError) -> Value {
        if simulation != nil { return work() }
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
        return try await delivery.wait(until: deadline)
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
