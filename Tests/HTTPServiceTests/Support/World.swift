import EventLoop
import Testing

/// Where a scenario plays: on the virtual clock, or on this machine's loopback.
enum World: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case simulated, live

    var testDescription: String { rawValue }

    /// Runs the scenario on a loop of this world. The loop itself fails when a task outlives the scenario.
    func run<Value>(
        _ conditions: NetworkConditions = .init(), seed: UInt64 = 1,
        _ body: @escaping (EventLoop) async throws -> Value
    ) throws -> Value {
        let loop =
            switch self {
            case .simulated: EventLoop.simulated(seed: seed, conditions: conditions)
            case .live: try EventLoop.live()
            }
        return try loop.run { () async throws in try await body(loop) }
    }
}

extension EventLoop {
    /// Starts a task that may fail; the failure is a finding, whoever waits for it.
    func start(_ body: @escaping () async throws -> Void) -> SpawnedTask {
        spawn {
            do {
                try await body()
            } catch {
                Issue.record(error)
            }
        }
    }

    /// Runs the same body `count` times side by side and returns when all have ended.
    func together(_ count: Int, _ body: @escaping (Int) async throws -> Void) async {
        var tasks: [SpawnedTask] = []
        for index in 0..<count { tasks.append(start { try await body(index) }) }
        for task in tasks { await task.join() }
    }
}

/// Seeds that a scenario is played with.
let seeds: [UInt64] = [1, 2, 3, 0x5eed]
