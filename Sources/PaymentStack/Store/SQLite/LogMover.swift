import EventLoop
import SQLite
import Synchronization

/// Moves the log of a ledger into its file while the writer goes on, on a connection and a thread of its own.
///
///     idle --the log is long--> moving --> moved --what is left is long--> moving
///                                            |--it is short: the writer moves it itself--> idle
///
/// A log begins anew only when all of it was moved, and what is committed meanwhile stays in it. So the last piece is the
/// writer's, between two groups: a thousand pages, where moving all 20,000 stopped it for half a second and longer.
final class LogMover: Sendable {
    enum Stage: Sendable {
        case idle
        case moving
        /// So many pages of the log.
        case moved(Int)
    }

    private let path: String
    private let state = Mutex(Stage.idle)
    private let orders: ThreadQueue<Bool>

    init(_ path: String) throws(SystemError) {
        self.path = path
        orders = try ThreadQueue()
    }

    var stage: Stage { state.withLock { $0 } }

    func start() {
        state.withLock { $0 = .moving }
        orders.put([true])
    }

    /// The rest was moved by the writer.
    func rest() { state.withLock { $0 = .idle } }

    /// The thread ends with its connection.
    func close() { orders.close() }

    /// The body of its thread. What fails is tried again when the log is looked at next.
    func serve() {
        let database = try? Database(path, .writing, patience: .zero)
        // A connection that has read nothing does not know of the log.
        _ = try? database?.integer("PRAGMA schema_version")
        while orders.next() != nil {
            let moved = (try? database?.checkpoint(.passive))?.moved ?? 0
            state.withLock { $0 = .moved(moved) }
        }
    }
}
