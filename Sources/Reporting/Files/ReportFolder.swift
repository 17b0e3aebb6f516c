import Glibc

/// A folder with the files of one report.
///
/// A file is written under another name, brought to the disk, and then renamed: whoever looks finds the old file, the
/// new one or none, and never a part. Reports may hold what a target answered, so all of it is the user's own.
struct ReportFolder {
    static let folderMode: mode_t = 0o700
    static let fileMode: mode_t = 0o600

    let path: String

    /// Folders that are missing are created.
    init(creating path: String) throws(ReportingError) {
        self.path = path
        var made = path.hasPrefix("/") ? "/" : ""
        for name in path.split(separator: "/") {
            made += name
            guard unsafe mkdir(made, Self.folderMode) == 0 || errno == EEXIST else {
                throw ReportingError("create the folder", made, code: errno)
            }
            made += "/"
        }
    }

    func write(_ bytes: [UInt8], as name: String) throws(ReportingError) {
        let unfinished = "\(path)/.\(name).part"
        do throws(ReportingError) {
            try put(bytes, into: unfinished)
            guard unsafe rename(unfinished, "\(path)/\(name)") == 0 else {
                throw ReportingError("name", "\(path)/\(name)", code: errno)
            }
        } catch {
            unsafe _ = unlink(unfinished)
            throw error
        }
        try synchronise()
    }

    private func put(_ bytes: [UInt8], into file: String) throws(ReportingError) {
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, Self.fileMode)
        guard descriptor >= 0 else { throw ReportingError("create", file, code: errno) }
        defer { _ = close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ReportingError("write", file, code: errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw ReportingError("write", file, code: errno) }
    }

    /// The new name reaches the disk as well.
    private func synchronise() throws(ReportingError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReportingError("open the folder", path, code: errno) }
        defer { _ = close(descriptor) }
        // Some file systems know no fsync of a folder; they say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw ReportingError("write the folder", path, code: errno)
        }
    }
}
