internal import Glibc

/// Files that are their owner's alone, as far as evidence needs them.
enum EvidenceFiles {
    static func make(_ path: String) throws(EvidenceError) {
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw EvidenceError("create", path) }
        close(descriptor)
    }

    static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    static func remove(_ path: String) { unsafe _ = unlink(path) }

    static func write(_ text: String, to path: String) throws(EvidenceError) {
        try make(path)
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw EvidenceError("open", path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw EvidenceError("write", path) }
    }

    static func rename(_ path: String, _ name: String) throws(EvidenceError) {
        guard unsafe Glibc.rename(path, name) == 0 else { throw EvidenceError("name", name) }
    }
}
