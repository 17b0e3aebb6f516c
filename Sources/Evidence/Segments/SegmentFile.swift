internal import Glibc

/// A segment's file, and its memory while it is written. The only place that maps.
///
/// The space is really allocated before the first row, since a mapped page that finds the disk full is a SIGBUS, and
/// not an error. (File systems that copy on write can break the promise; ext4, XFS and tmpfs keep it.)
struct SegmentFile: Sendable {
    let path: String
    let byteCount: Int

    /// Files are their owner's only: they name payments.
    private static let mode: mode_t = 0o600

    /// Makes the file and maps it; leaves nothing behind when it cannot.
    func make(_ header: SegmentHeader) throws(EvidenceError) -> SegmentMemory {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, Self.mode)
        guard descriptor >= 0 else { throw EvidenceError("create", path) }
        defer { close(descriptor) }
        do throws(EvidenceError) {
            let code = posix_fallocate(descriptor, 0, byteCount)
            guard code == 0 else { throw EvidenceError("allocate \(byteCount) bytes of", path, code: code) }
            let start = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
            guard let start = unsafe start, unsafe start != MAP_FAILED else { throw EvidenceError("map", path) }
            let memory = unsafe SegmentMemory(start)
            memory.write(header)
            return memory
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Takes the faults of all pages at once, so that whoever writes rows takes none. For threads that may wait. A kernel
    /// before 5.14 cannot do it, and takes the faults as they come.
    func populate(_ memory: SegmentMemory) {
        let populateWrite: CInt = 23
        unsafe madvise(memory.start, byteCount, populateWrite)
    }

    /// The pages leave this process until one of their rows ends; they stay in the page cache.
    func rest(_ memory: SegmentMemory) {
        unsafe madvise(memory.start, byteCount, MADV_DONTNEED)
    }

    func unmap(_ memory: SegmentMemory) {
        let status = unsafe munmap(memory.start, byteCount)
        precondition(status == 0, "munmap of \(path): errno \(errno)")
    }

    func trim(to byteCount: Int) throws(EvidenceError) {
        guard unsafe truncate(path, byteCount) == 0 else { throw EvidenceError("trim", path) }
    }

    func remove() {
        unsafe unlink(path)
    }

    /// Changes one row of a file that is mapped no more.
    func amend<Row: SegmentRow>(at offset: Int, _ change: (Row) -> Void) throws(EvidenceError) {
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw EvidenceError("open", path) }
        defer { close(descriptor) }
        let row = UnsafeMutableRawPointer.allocate(byteCount: Row.byteCount, alignment: 16)
        defer { unsafe row.deallocate() }
        guard unsafe pread(descriptor, row, Row.byteCount, offset) == Row.byteCount else {
            throw EvidenceError("read", path)
        }
        unsafe change(Row(row))
        guard unsafe pwrite(descriptor, row, Row.byteCount, offset) == Row.byteCount else {
            throw EvidenceError("write", path)
        }
    }

    static func makeFolder(_ path: String) throws(EvidenceError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw EvidenceError("create the folder", path) }
    }
}
