import EventLoop

/// The two worlds a loop can live in.
enum World: String, CaseIterable, Sendable {
    case live
    case simulated

    func loop(seed: UInt64 = 1) throws -> EventLoop {
        switch self {
        case .live: try EventLoop.live()
        case .simulated: EventLoop.simulated(seed: seed)
        }
    }

    /// Runs the body on a new loop of this world.
    func run<Value>(_ body: @escaping (EventLoop) async throws -> Value) throws -> Value {
        let loop = try loop()
        return try loop.run { try await body(loop) }
    }
}

extension EventLoop {
    func after(_ span: TimeSpan) -> Instant { now + span }

    /// Long enough for anything that a test waits for, short enough that a hang becomes a failure. Virtual time is free.
    var patience: Instant { now + .seconds(simulation == nil ? 10 : 10_000) }

    func sleep(for span: TimeSpan) async throws(CancellationError) { try await sleep(until: now + span) }

    /// Lets every task of this loop that is ready run until it waits.
    func settle() async {
        for _ in 0..<3 { await Task.yield() }
    }
}

/// What happened, in order, on one loop.
final class Diary {
    private(set) var lines: [String] = []

    func note(_ line: String) { lines.append(line) }
}
