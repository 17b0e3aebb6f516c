import CLinux
import Glibc
import Synchronization

/// What loops hand to a foreign thread that sleeps while there is nothing: the mailbox of the other direction.
///
/// Whoever puts rings only for a thread that sleeps, so under load a piece of work costs a lock and no system call. It
/// has no bound: who puts bounds what is under way.
package final class ThreadQueue<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var isAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let doorbell: Doorbell

    package init() throws(SystemError) {
        doorbell = try Doorbell()
    }

    /// In their order. False when it is closed: nothing was taken.
    @discardableResult
    package func put(_ items: consuming [Item]) -> Bool {
        let (taken, sleeps) = state.withLock { [items] state in
            guard !state.isClosed else { return (false, false) }
            if state.items.isEmpty { state.items = items } else { state.items.append(contentsOf: items) }
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if sleeps { doorbell.ring() }
        return taken
    }

    /// What was put is still taken; then the taker is told that there is no more.
    package func close() {
        let sleeps = state.withLock { state in
            state.isClosed = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if sleeps { doorbell.ring() }
    }

    /// Everything that was put; empty when that is nothing.
    package func takeAll() -> [Item] {
        state.withLock { state in
            let items = state.items
            state.items = []
            return items
        }
    }

    /// Blocks the calling thread until there is something; nil when it is closed and empty. One thread takes.
    package func next() -> [Item]? {
        precondition(spillway_current_token() == 0, "a loop may not block on a queue")
        while true {
            let (items, isClosed) = state.withLock { state in
                let items = state.items
                state.items = []
                state.isAsleep = items.isEmpty && !state.isClosed
                return (items, state.isClosed)
            }
            if !items.isEmpty { return items }
            if isClosed { return nil }
            doorbell.sleep()
        }
    }
}

extension Doorbell {
    /// Blocks the calling thread until it rings.
    fileprivate func sleep() {
        var interest = pollfd(descriptor: descriptor)
        while unsafe poll(&interest, 1, -1) < 0, errno == EINTR {}
        silence()
    }
}

extension pollfd {
    fileprivate init(descriptor: Int32) {
        self.init(fd: descriptor, events: Int16(POLLIN), revents: 0)
    }
}
