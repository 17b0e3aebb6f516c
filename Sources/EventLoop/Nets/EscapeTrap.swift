import CLinux
import Synchronization

/// The net under the compile-time ban: work that a loop's thread hands to the global pool or to the main executor ends
/// the process with a message. Such a task would run beside the loop, or never.
///
/// The library's executors for `Task.sleep`, clocks and the main actor do not pass these hooks. What goes there and comes
/// back is caught by `EventLoop.enqueue`, on the thread that brings it; what never comes back leaves a simulated world
/// in which nothing can happen any more, which ends the process too.
public enum EscapeTrap {
    private static let hooks = Mutex<Int32?>(nil)

    /// Once per process; every `EventLoop.run` calls it.
    static func install() {
        hooks.withLock { hooks in
            if hooks == nil { hooks = spillway_install_escape_trap() }
        }
    }

    /// Whether every hook was found. A static standard library hides them; a test refuses that.
    public static var isComplete: Bool {
        install()
        return hooks.withLock { $0 } == Int32(spillway_escape_hooks)
    }
}
