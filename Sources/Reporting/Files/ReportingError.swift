import EventLoop

/// A report that could not be written or read: what was tried, with which file, and why not.
package struct ReportingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `write`
    package let operation: String
    package let path: String
    /// An errno; 0 where the file's content is at fault.
    package let code: Int32
    package let reason: String

    init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
        reason = SystemError.words(for: code)
    }

    init(_ operation: String, _ path: String, reason: String) {
        self.operation = operation
        self.path = path
        code = 0
        self.reason = reason
    }

    package var description: String { "cannot \(operation) '\(path)': \(reason)" }
}
