import Glibc

/// A call to the kernel that failed: which, and with what.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    public let operation: String
    public let code: Int32

    package init(_ operation: String, _ code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    public var description: String { "\(operation): \(SystemError.words(for: code))" }

    /// `Connection refused (ECONNREFUSED)`: the words for people, the name for searching.
    public static func words(for code: Int32) -> String {
        let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return names[code].map { "\(text) (\($0))" } ?? text
    }

    private static let names: [Int32: String] = [
        EACCES: "EACCES", EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL", ECONNABORTED: "ECONNABORTED",
        ECONNREFUSED: "ECONNREFUSED", ECONNRESET: "ECONNRESET", EDQUOT: "EDQUOT", EEXIST: "EEXIST", EFBIG: "EFBIG",
        EHOSTUNREACH: "EHOSTUNREACH", EIO: "EIO", EMFILE: "EMFILE", ENETUNREACH: "ENETUNREACH", ENFILE: "ENFILE",
        ENOBUFS: "ENOBUFS", ENOENT: "ENOENT", ENOMEM: "ENOMEM", ENOSPC: "ENOSPC", ENOTCONN: "ENOTCONN",
        ENOTDIR: "ENOTDIR", EPERM: "EPERM", EPIPE: "EPIPE", EROFS: "EROFS", ETIMEDOUT: "ETIMEDOUT",
    ]
}

/// Calls again when a signal interrupted, and ends the process on a bad descriptor: using one that is closed means
/// that bytes could go to a stranger's connection.
@inline(__always)
func retrying<Count: FixedWidthInteger & SignedInteger>(_ operation: StaticString, _ call: () -> Count) -> Count {
    while true {
        let result = call()
        guard result == -1 else { return result }
        if errno == EINTR { continue }
        precondition(errno != EBADF, "\(operation) on a closed descriptor")
        return result
    }
}
