import Glibc

/// Keeps a second process from the same ledger: the writer knows the balances, and there is one. It is a lock on a file
/// beside the ledger, for the one thing that ends SQLite's own locks is closing another descriptor of its file. The
/// kernel takes it back however the process ends.
package struct LedgerLock: ~Copyable {
    private let descriptor: Int32

    init(_ path: String) throws(LedgerFault) {
        descriptor = unsafe open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let words = unsafe String(cString: strerror(errno))
            throw LedgerFault(path, "cannot be locked (\(words)); is its folder there, and may this user write to it?")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw LedgerFault(path, "is in use by another process; end it, or name another file")
        }
    }

    deinit { close(descriptor) }

    /// Whether some process has the ledger now; nothing is made where there is none.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = unsafe open("\(path).lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    /// Nobody else reads a ledger: SQLite makes its other files with the mode of the first.
    static func makePrivate(_ path: String) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }
}
