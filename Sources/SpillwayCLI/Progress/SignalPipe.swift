import EventLoop
import Glibc
import Synchronization

/// Signals as bytes in a pipe, so that a thread may wait for them beside other descriptors. A byte of zero is a wake.
///
/// The handlers do nothing but write their number. There is one at a time in a process, since signals are the process's.
struct SignalPipe: ~Copyable {
    private static let writer = Atomic<Int32>(-1)

    let reader: Int32
    private let end: Int32
    private let previous: [(signal: Int32, handler: sighandler_t?)]

    /// A terminal that goes away is an interruption too, unless whoever started us said that it is not (`nohup`).
    init(for signals: [Int32]) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe") }
        for descriptor in ends {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        (reader, end) = (ends[0], ends[1])
        guard !signals.isEmpty else {
            previous = []
            return
        }
        let (isFirst, _) = Self.writer.compareExchange(expected: -1, desired: end, ordering: .sequentiallyConsistent)
        precondition(isFirst, "two parts of the process want its signals")
        previous = signals.map { number in
            (number, signal(number) { SignalPipe.note($0) })
        }
    }

    private static func note(_ signal: Int32) {
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: signal)
        _ = unsafe write(writer.load(ordering: .relaxed), &byte, 1)
        errno = saved
    }

    /// From any thread. A full pipe wakes as well as a byte more.
    borrowing func wake() {
        var zero: UInt8 = 0
        _ = unsafe write(end, &zero, 1)
    }

    /// What has come since the last time; wakes are left out.
    borrowing func take() -> [Int32] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(reader, &bytes, bytes.count)
        return count > 0 ? bytes[..<count].filter { $0 != 0 }.map(Int32.init) : []
    }

    /// Blocks the calling thread until a signal has come.
    borrowing func wait() {
        repeat {
            var waited = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waited, 1, -1)
        } while take().isEmpty
    }

    /// The signals go back to whoever had them, and another may want them. Twice is as good as once.
    borrowing func giveBack() {
        guard !previous.isEmpty, Self.writer.load(ordering: .sequentiallyConsistent) == end else { return }
        for (number, handler) in previous { _ = signal(number, handler) }
        Self.writer.store(-1, ordering: .sequentiallyConsistent)
    }

    deinit {
        giveBack()
        close(reader)
        close(end)
    }
}
