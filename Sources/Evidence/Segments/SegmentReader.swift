/// Reads segments of one kind, row by row: worker by worker, each in its order. Memory does not grow with them.
///
/// It takes what a killed writer leaves: segments that were allocated and not filled, a header or a last row that is not
/// there whole. What it cannot take for a record it counts. Files of other names are not its business; a segment of
/// another run, another channel or another version is an error.
struct SegmentReader<Row: SegmentRow> {
    /// Whose they are; nil where there are none.
    let run: SegmentHeader?
    private(set) var tally = EvidenceTally()

    private var sources: ArraySlice<SegmentSource>
    private var open: OpenSegment<Row>?

    /// In the order in which they are to be read.
    init(_ sources: [SegmentSource]) throws(EvidenceError) {
        self.sources = sources[...]
        var first: SegmentHeader?
        var links = SegmentLinks()
        for source in sources {
            guard let header = try OpenSegment<Row>(source)?.header else { continue }
            let known = first ?? header
            guard header.runID == known.runID, header.planDigest == known.planDigest else {
                throw EvidenceError("read", source.path, reason: "evidence of another run, '\(header.runID)'")
            }
            guard header.channel == known.channel else {
                throw EvidenceError("read", source.path, reason: "the journal of another channel, '\(header.channel)'")
            }
            first = known
            links.add(header)
        }
        run = first
        tally.missing = links.missing
    }

    /// Nil at the end.
    mutating func next() throws(EvidenceError) -> Row.Record? {
        while true {
            if open == nil, try !openNext() { return nil }
            switch try open?.next() {
            case nil:
                tally.tornBytes += open?.tornBytes ?? 0
                open = nil
            case .empty: continue
            case .faulty: tally.faulty += 1
            case .record(let record):
                tally.records += 1
                return record
            }
        }
    }

    static func records(_ sources: [SegmentSource]) throws(EvidenceError) -> [Row.Record] {
        var records: [Row.Record] = []
        var reader = try SegmentReader(sources)
        while let record = try reader.next() { records.append(record) }
        return records
    }

    static func records(_ journal: JournalInMemory) -> [Row.Record] {
        do throws(EvidenceError) { return try records(journal.segments) } catch { preconditionFailure("\(error)") }
    }

    private mutating func openNext() throws(EvidenceError) -> Bool {
        while let source = sources.popFirst() {
            tally.segments += 1
            open = try OpenSegment(source)
            if open != nil { return true }
            tally.segmentsWithoutHeader += 1
        }
        return false
    }
}

/// Which segments others say that they follow. One that was ordered and came too late is followed by none.
private struct SegmentLinks {
    private var there: Set<SegmentName> = []
    private var followed: Set<SegmentName> = []

    mutating func add(_ header: SegmentHeader) {
        there.insert(SegmentName(worker: header.worker, number: header.number))
        if header.previous > 0 { followed.insert(SegmentName(worker: header.worker, number: header.previous)) }
    }

    var missing: [String] { followed.subtracting(there).sorted().map(\.description) }
}

/// What was found besides the records.
package struct EvidenceTally: Sendable, Equatable {
    package var segments = 0
    package var records: UInt64 = 0
    /// Intents without an outcome: unknown, until something else resolves them. None in a channel's journal.
    package var withoutEnding: UInt64 = 0
    /// Rows that no writer of this version leaves.
    package var faulty: UInt64 = 0
    /// Behind the last whole row of a file.
    package var tornBytes: UInt64 = 0
    /// Killed before the header was written.
    package var segmentsWithoutHeader = 0
    /// Names of segments that others follow and that are not there. The last one of a worker is followed by none.
    package var missing: [String] = []

    package init() {}

    var missingWords: String? {
        switch missing.count {
        case 0: nil
        case 1: "\(missing[0]) is missing"
        default: "\(missing.count) segments are missing, \(missing[0]) and others"
        }
    }

    /// Evidence of which something is lost is told, and never passed over.
    func check(_ name: String, _ others: String? = nil) throws(EvidenceError) {
        var faults: [String] = []
        if faulty > 0 { faults.append("\(faulty) rows are not as they were written") }
        if tornBytes > 0 { faults.append("\(tornBytes) bytes are torn off") }
        faults += [missingWords, others].compactMap(\.self)
        guard faults.isEmpty else { throw EvidenceError("read", name, reason: faults.joined(separator: "; ")) }
    }
}

/// One segment, read in pieces. The piece is all that it holds, so a reader that is dropped halfway leaves no file open.
private struct OpenSegment<Row: SegmentRow> {
    let header: SegmentHeader
    private let source: SegmentSource
    private var piece: [UInt8] = []
    private var place = 0
    private var offset = SegmentHeader.byteCount
    private(set) var tornBytes: UInt64 = 0

    private static var pieceBytes: Int { 1 << 16 }

    init?(_ source: SegmentSource) throws(EvidenceError) {
        self.source = source
        let bytes = try source.bytes(at: 0, countMax: SegmentHeader.byteCount)
        switch SegmentHeader.read(bytes, Row.kind) {
        case .unwritten: return nil
        case .foreign(let reason): throw EvidenceError("read", source.path, reason: reason)
        case .header(let header):
            guard header.worker == source.name.worker, header.number == source.name.number else {
                throw EvidenceError("read", source.path, reason: "a segment that was renamed")
            }
            self.header = header
        }
    }

    mutating func next() throws(EvidenceError) -> RowReading<Row.Record>? {
        if place == piece.count {
            let bytes = try source.bytes(at: offset, countMax: Self.pieceBytes)
            offset += bytes.count
            let torn = bytes.count % Row.byteCount
            tornBytes += UInt64(torn)
            (piece, place) = (Array(bytes.dropLast(torn)), 0)
            if piece.isEmpty { return nil }
        }
        defer { place += Row.byteCount }
        return unsafe piece.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            return unsafe Row(start + place).read(worker: header.worker)
        }
    }
}
