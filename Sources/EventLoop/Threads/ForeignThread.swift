import CLinux
import Glibc
import Synchronization

/// A thread that is not a pool's: for a loop of its own, or for blocking work beside loops.
public struct ForeignThread: Sendable {
    private final class Ending: Sendable {
        let isDone = Mutex(false)
    }

    private final class Entry: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let handle: pthread_t

    /// Starts at once. The kernel keeps 15 bytes of the name.
    public init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var handle = pthread_t()
        let entry = unsafe Unmanaged.passRetained(Entry(name: name, body: body))
        let code = unsafe pthread_create(
            &handle, nil,
            { pointer in
                let entry = unsafe Unmanaged<Entry>.fromOpaque(pointer!).takeRetainedValue()
                unsafe spillway_name_thread(String(entry.name.prefix(15)))
                entry.body()
                return nil
            }, entry.toOpaque())
        guard code == 0 else {
            unsafe entry.release()
            throw SystemError("pthread_create", code)
        }
        self.handle = handle
    }

    /// Blocks the calling thread until this one has ended; to be called once, and never by a loop.
    public func join() {
        precondition(spillway_current_token() == 0, "a loop may not block on a thread; use offload")
        pthread_join(handle, nil)
    }

    /// The same on the thread of a simulated loop, which has no more urgent business.
    func joinInSimulation() {
        pthread_join(handle, nil)
    }

    /// Lets it end by itself; it cannot be joined then.
    public func detach() {
        pthread_detach(handle)
    }
}
