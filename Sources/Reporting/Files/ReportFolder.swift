import Evidence
import Glibc

/// A folder with the files of one report, and with what belongs to it: its owner's own, since reports may hold what a
/// target answered.
///
/// A file is written under another name, brought to the disk, and then renamed: whoever looks finds the old file, the
/// new one or none, and never a part.
package struct ReportFolder: Sendable {
    static let folderMode: mode_t = 0o700
    static let fileMode: mode_t = 0o600

    package let path: String

    /// Nothing is made yet.
    package init(_ path: String) {
        self.path = path
    }

    // MARK: The folder

    /// Makes the folder and those above it where they are missing, readable by their owner alone.
    package func make() throws(ReportingError) {
        for end in path.indices.dropFirst() where path[end] == "/" { try Self.make(String(path[..<end])) }
        try Self.make(path)
    }

    private static func make(_ path: String) throws(ReportingError) {
        guard unsafe mkdir(path, folderMode) != 0 else { return }
        let code = errno
        var status = stat()
        // What is there may be a link to a folder; a parent that may not be written to is no matter when it exists.
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        throw ReportingError("make the folder", path, code: code)
    }

    /// Writes a byte where the report will stand, and takes it away again.
    package func probe() throws(ReportingError) {
        let probe = "\(path)/.spillway-\(getpid())"
        let descriptor = unsafe open(probe, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, Self.fileMode)
        guard descriptor >= 0 else { throw ReportingError("write to", path, code: errno) }
        defer {
            close(descriptor)
            unsafe unlink(probe)
        }
        var byte: UInt8 = 0
        if unsafe Glibc.write(descriptor, &byte, 1) != 1 { throw ReportingError("write to", path, code: errno) }
    }

    /// A run that was refused leaves no folder behind; one with anything in it stays.
    package func removeIfEmpty() { _ = unsafe rmdir(path) }

    package var holdsReport: Bool { unsafe access("\(path)/\(Report.jsonName)", F_OK) == 0 }

    /// Where the evidence of a run stands; of runs that had the folder before, theirs stays beside it.
    package func evidence(ofRun runID: String) -> String { "\(path)/\(Self.evidencePrefix)\(runID)" }

    /// Where the journals and statements of a run's mock banks stand, a folder for each channel in it.
    package func channels(ofRun runID: String) -> String { "\(path)/channels-\(runID)" }

    /// The same of their live twins.
    package func liveChannels(ofRun runID: String) -> String { "\(path)/live-channels-\(runID)" }

    /// Where the journal of what came to a run's sink of webhooks stands.
    package func webhooks(ofRun runID: String) -> String { "\(path)/webhooks-\(runID)" }

    /// Where the database of a run's embedded stack stands, or what was exported of it.
    package func stack(ofRun runID: String) -> String { "\(path)/stack-\(runID)" }

    /// That database, where the stack kept one.
    package func ledger(ofRun runID: String) -> String { "\(stack(ofRun: runID))/\(Self.ledgerName)" }
    package static let ledgerName = "ledger.db"

    /// Where what was fetched of a run's declared sources stands.
    package func sources(ofRun runID: String) -> String { "\(path)/sources-\(runID)" }

    private static let evidencePrefix = "evidence-"

    /// Folders with evidence of runs that had this folder before, in the order of their names: that of time.
    package var evidence: [String] {
        let names = (try? FolderListing(of: path))?.names ?? []
        return names.filter { $0.hasPrefix(Self.evidencePrefix) }.sorted()
    }

    /// What a user without privileges may still write on its file system.
    package func freeBytes() throws(ReportingError) -> Int64 {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw ReportingError("look at the disk of", path, code: errno) }
        let (bytes, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }

    // MARK: Writing

    package func write(_ bytes: [UInt8], as name: String) throws(ReportingError) {
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

    /// What is not there is no matter.
    func remove(_ name: String) { _ = unsafe unlink("\(path)/\(name)") }

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

    // MARK: Reading

    /// The file, or the one of that name when the path is a folder's.
    static func bytes(
        of path: String, orIn name: String, bytesMax: Int
    ) throws(ReportingError) -> (file: String, bytes: [UInt8]) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw ReportingError("read", path, code: errno) }
        let file = status.st_mode & S_IFMT == S_IFDIR ? "\(path)/\(name)" : path
        return (file, try bytes(of: file, bytesMax: bytesMax))
    }

    private static func bytes(of file: String, bytesMax: Int) throws(ReportingError) -> [UInt8] {
        // A named pipe must not keep the program waiting.
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ReportingError("read", file, code: errno) }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ReportingError("read", file, code: errno) }
            if count == 0 { return bytes }
            bytes += block[..<count]
            guard bytes.count <= bytesMax else {
                throw ReportingError("read", file, reason: "more than \(bytesMax) bytes, which no report has")
            }
        }
    }
}
