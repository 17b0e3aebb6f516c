internal import Glibc

/// Reads a folder's segments back, record by record: worker by worker, each in the order of its intents. Memory does
/// not grow with the evidence.
///
/// It takes what a killed writer leaves: segments that were allocated and not filled, a header or a last row that is not
/// there whole. What it cannot take for a record it counts. Files of other names are not its business; a segment of
/// another run or another version is an error.
package struct EvidenceReader {
    /// Whose evidence it is; nil in an empty folder.
    package let run: SegmentHeader?
    package private(set) var tally = EvidenceTally()

    private var files: ArraySlice<SegmentName>
    private let folder: String
    private var file: OpenSegment?

    package static let segmentsMax = 100_000

    package init(folder: String) throws(EvidenceError) {
        self.folder = folder
        let names = try Self.names(in: folder)
        files = names[...]
        var first: SegmentHeader?
        for name in names {
            guard let header = try OpenSegment(folder, name)?.header else { continue }
            let known = first ?? header
            guard header.runID == known.runID, header.planDigest == known.planDigest else {
                throw EvidenceError("read", "\(folder)/\(name)", reason: "evidence of another run, '\(header.runID)'")
            }
            first = known
        }
        run = first
    }

    /// Nil at the end.
    package mutating func next() throws(EvidenceError) -> EvidenceRecord? {
        while true {
            if file == nil, try !openNext() { return nil }
            switch try file?.next() {
            case nil:
                tally.tornBytes += file?.tornBytes ?? 0
                file = nil
            case .empty: continue
            case .faulty: tally.faulty += 1
            case .record(let record):
                tally.records += 1
                if record.ending == nil { tally.withoutEnding += 1 }
                return record
            }
        }
    }

    private mutating func openNext() throws(EvidenceError) -> Bool {
        guard let name = files.popFirst() else { return false }
        tally.segments += 1
        file = try OpenSegment(folder, name)
        if file == nil { tally.segmentsWithoutHeader += 1 }
        return file != nil ? true : try openNext()
    }

    private static func names(in folder: String) throws(EvidenceError) -> [SegmentName] {
        let names = try FolderListing(of: folder).names.compactMap { SegmentName($0) }
        guard names.count <= segmentsMax else {
            throw EvidenceError("read", folder, reason: "more than \(segmentsMax) segments")
        }
        return names.sorted()
    }
}

/// What was found besides the records.
package struct EvidenceTally: Sendable, Equatable {
    package var segments = 0
    package var records: UInt64 = 0
    /// Intents without an outcome: unknown, until something else resolves them.
    package var withoutEnding: UInt64 = 0
    /// Rows that no writer of this version leaves.
    package var faulty: UInt64 = 0
    /// Behind the last whole row of a file.
    package var tornBytes: UInt64 = 0
    /// Killed before the header was written.
    package var segmentsWithoutHeader = 0

    package init() {}
}

/// One file, read in pieces of a thousand rows. The file is open only while a piece is read, so that a reader that is
/// dropped halfway leaves nothing open.
private struct OpenSegment {
    let header: SegmentHeader
    private let path: String
    private var piece: [UInt8] = []
    private var place = 0
    private var offset = SegmentHeader.byteCount
    private(set) var tornBytes: UInt64 = 0

    private static let pieceBytes = 1_024 * EvidenceRow.byteCount

    init?(_ folder: String, _ name: SegmentName) throws(EvidenceError) {
        path = "\(folder)/\(name)"
        switch SegmentHeader.read(try Self.bytes(of: path, at: 0, countMax: SegmentHeader.byteCount)) {
        case .unwritten: return nil
        case .foreign(let reason): throw EvidenceError("read", path, reason: reason)
        case .header(let header):
            guard header.worker == name.worker, header.number == name.number else {
                throw EvidenceError("read", path, reason: "a segment that was renamed")
            }
            self.header = header
        }
    }

    mutating func next() throws(EvidenceError) -> EvidenceRow.Reading? {
        if place == piece.count {
            let bytes = try Self.bytes(of: path, at: offset, countMax: Self.pieceBytes)
            offset += bytes.count
            let torn = bytes.count % EvidenceRow.byteCount
            tornBytes += UInt64(torn)
            (piece, place) = (Array(bytes.dropLast(torn)), 0)
            if piece.isEmpty { return nil }
        }
        defer { place += EvidenceRow.byteCount }
        return unsafe piece.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            return unsafe EvidenceRow(start + place).read(worker: header.worker)
        }
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
