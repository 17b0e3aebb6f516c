import EventLoop
import Glibc

/// Where what is fetched goes, piece by piece: a file that is its owner's alone, or memory in simulation.
final class EvidenceSink {
    private let path: String?
    private let descriptor: Int32
    private(set) var bytes: [UInt8] = []

    /// - Parameter path: of a new file; nil for memory.
    init(_ path: String?) throws(SystemError) {
        self.path = path
        guard let path else {
            descriptor = -1
            return
        }
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw SystemError("create '\(path)'") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ piece: [UInt8]) throws(SystemError) {
        guard let path else { return bytes += piece }
        var rest = piece[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write '\(path)'") }
            rest = rest.dropFirst(count)
        }
    }
}
