internal import Glibc

/// Files that are their owner's alone, as far as evidence needs them.
enum NewFile {
    static func make(_ path: String) throws(EvidenceError) {
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw EvidenceError("create", path) }
        close(descriptor)
    }

    static func remove(_ path: String) { unsafe _ = unlink(path) }

    static func rename(_ path: String, _ name: String) throws(EvidenceError) {
        guard unsafe Glibc.rename(path, name) == 0 else { throw EvidenceError("name", name) }
    }
}
