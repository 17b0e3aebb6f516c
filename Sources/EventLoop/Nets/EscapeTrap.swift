import CLinux
import Synchronization

/// The net under the compile-time ban: work that a loop's thread hands to the global pool or to the main executor ends
/// the process with a message. Such a task would run beside the loop, or never.
package enum EscapeTrap {
    private static let hooks = Mutex<Int32?>(nil)

    /// Once per process; every `EventLoop.run` calls it.
    static func install() {
        hooks.withLock { hooks in
            if hooks == nil { hooks = spillway_install_escape_trap() }
        }
    }

    /// Whether every hook was found. A static standard library hides them; a test refuses that.
    package static var isComplete: Bool {
        install()
        return hooks.withLock { $0 } == Int32(spillway_escape_hooks)
    }
}
