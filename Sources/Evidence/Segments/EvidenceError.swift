internal import EventLoop
internal import Glibc

/// Evidence that could not be kept or read: what was tried, with which file, and why not.
package struct EvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `allocate 8388608 bytes of`
    package let operation: String
    package let path: String
    /// An errno; 0 where the file's content is at fault.
    package let code: Int32
    package let reason: String

    init(_ operation: String, _ path: String, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.code = code
        reason = SystemError.words(for: code)
    }

    package init(_ operation: String, _ path: String, reason: String) {
        self.operation = operation
        self.path = path
        code = 0
        self.reason = reason
    }

    package var description: String { "\(operation) \(path): \(reason)" }
}
