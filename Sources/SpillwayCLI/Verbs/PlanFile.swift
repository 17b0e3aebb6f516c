import Diagnostics
import Glibc

/// A plan on disk, and the files beside it.
struct PlanFile {
    struct Unreadable: Error {
        let reason: String
    }

    /// One more byte than a plan may have is enough to see that it has too many.
    private static let bytesMax = 4 << 20

    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// A path as this file writes it: relative to its folder.
    func neighbour(_ other: String) -> PlanFile {
        guard !other.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return PlanFile(other) }
        return PlanFile(path[...slash] + other)
    }

    func text() throws(Unreadable) -> SourceText {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= Self.bytesMax {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw Self.failure() }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return SourceText(name: path, bytes: bytes)
    }

    private static func failure() -> Unreadable {
        let words = errno
        return unsafe Unreadable(reason: String(cString: strerror(words)))
    }

    /// The names of the process's environment; values are not looked at here.
    static var environment: [String: String] {
        var names: [String: String] = [:]
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            let name = unsafe String(cString: entry).prefix { $0 != "=" }
            names[String(name)] = ""
            unsafe place += 1
        }
        return names
    }
}
