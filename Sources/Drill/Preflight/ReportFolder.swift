package import EventLoop
import Glibc

/// Where a run's report and evidence go: a folder of its owner's.
package struct ReportFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// Makes the folder and those above it where they are missing, readable by their owner alone.
    package func make() throws(SystemError) {
        for end in path.indices.dropFirst() where path[end] == "/" { try Self.make(String(path[..<end])) }
        try Self.make(path)
    }

    private static func make(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o700) != 0 else { return }
        let code = errno
        var status = stat()
        // What is there may be a link to a folder; a parent that may not be written to is no matter when it exists.
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        throw SystemError("make the folder '\(path)'", code)
    }

    /// Writes a byte where the report will stand, and takes it away again.
    package func probe() throws(SystemError) {
        let probe = "\(path)/.spillway-\(getpid())"
        let descriptor = unsafe open(probe, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("write to '\(path)'") }
        defer {
            close(descriptor)
            unsafe unlink(probe)
        }
        var byte: UInt8 = 0
        if unsafe write(descriptor, &byte, 1) != 1 { throw SystemError("write to '\(path)'") }
    }

    /// A run that was refused leaves no folder behind; one with anything in it stays.
    package func removeIfEmpty() { _ = unsafe rmdir(path) }

    package var holdsReport: Bool { unsafe access("\(path)/report.json", F_OK) == 0 }

    /// What a user without privileges may still write on its file system.
    package func freeBytes() throws(SystemError) -> Int64 {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw SystemError("look at the disk of '\(path)'") }
        let (bytes, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }
}
