import LoadDriver
import Synchronization

/// Ctrl-C on its way to the drill that is under way, and remembered for those behind it.
final class InterruptRelay: Sendable {
    private struct State {
        var sink: (@Sendable (DriverCommand) -> Void)?
        var signal: Int32?
    }

    private let state = Mutex(State())

    var signal: Int32? { state.withLock(\.signal) }

    func open(_ sink: @escaping @Sendable (DriverCommand) -> Void) { state.withLock { $0.sink = sink } }
    func close() { state.withLock { $0.sink = nil } }

    /// From any thread.
    func take(_ command: DriverCommand) {
        let sink = state.withLock { state in
            switch command {
            case .stop(let signal), .abandon(let signal): state.signal = signal
            case .faster, .slower, .rate, .pauseOrResume, .pause, .resume: break
            }
            return state.sink
        }
        sink?(command)
    }
}
