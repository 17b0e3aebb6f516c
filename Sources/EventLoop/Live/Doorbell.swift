import CLinux
import Glibc

/// Wakes a loop that sleeps in the kernel, from any thread. It closes with its last user, not with the loop, so that
/// a late ring never writes to a descriptor that means something else by then.
final class Doorbell: Sendable {
    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = spillway_eventfd()
        if descriptor < 0 { throw SystemError("eventfd") }
    }

    deinit {
        close(descriptor)
    }

    func ring() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    func silence() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
