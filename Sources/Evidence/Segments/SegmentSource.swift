internal import Glibc

/// Where a reader finds a segment's bytes.
struct SegmentSource: Sendable {
    enum Place: Sendable {
        case folder(String)
        case memory(MemorySegment)
    }

    let name: SegmentName
    let place: Place

    static let segmentsMax = 100_000

    var path: String {
        switch place {
        case .folder(let folder): "\(folder)/\(name)"
        case .memory: "memory/\(name)"
        }
    }

    /// Fewer bytes at the end of the segment only.
    func bytes(at offset: Int, countMax: Int) throws(EvidenceError) -> [UInt8] {
        switch place {
        case .folder: try Self.bytes(of: path, at: offset, countMax: countMax)
        case .memory(let segment): segment.bytes(at: offset, countMax: countMax)
        }
    }

    /// In the order of worker and number.
    static func all(in folder: String) throws(EvidenceError) -> [SegmentSource] {
        let names = try FolderListing(of: folder).names.compactMap { SegmentName($0) }
        guard names.count <= segmentsMax else {
            throw EvidenceError("read", folder, reason: "more than \(segmentsMax) segments")
        }
        return names.sorted().map { SegmentSource(name: $0, place: .folder(folder)) }
    }

    private static func bytes(of path: String, at offset: Int, countMax: Int) throws(EvidenceError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw EvidenceError("open", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: countMax)
        var count = 0
        while count < countMax {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + count }, countMax - count, offset + count)
            }
            if got == 0 { break }
            if got > 0 { count += got } else if errno != EINTR { throw EvidenceError("read", path) }
        }
        bytes.removeLast(countMax - count)
        return bytes
    }
}

/// The segments that a writer in memory had when it was asked for this; what is added to them later shows as well. It
/// is to be read when the writer has ended.
package struct JournalInMemory: Sendable {
    let segments: [SegmentSource]

    /// Of a writer in memory only.
    init(_ store: any SegmentStore) {
        guard let memory = store as? MemorySegments else { preconditionFailure("the records are in files") }
        segments = memory.sources()
    }

    /// Without anything in it.
    package init() {
        segments = []
    }
}

extension CollectedEvidence.Journal {
    var segments: [SegmentSource] {
        get throws(EvidenceError) {
            switch self {
            case .folder(let folder): try SegmentSource.all(in: folder)
            case .memory(let journal): journal.segments
            }
        }
    }

    /// For whoever reads what is wrong with it.
    var name: String {
        switch self {
        case .folder(let folder): folder
        case .memory: "memory"
        }
    }
}
