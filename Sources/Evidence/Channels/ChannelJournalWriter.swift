/// Goal: what a mock bank saw, and what that did to its books, survives `kill -9`, for a tenth of a microsecond an entry
/// and in memory that does not grow.
///
/// Method: a journal that is only ever added to, one row of 128 bytes an entry, in segments mapped into memory as
/// `EvidenceWriter` has them. A row never changes, so only the segment that is written stays mapped. Everything else,
/// the bank's statement first, is read out of it.
///
/// What it does not do: it never waits for the disk (`RowBytes` says what a power cut can lose), it does not look at what
/// it records, and it keeps no balance.
package final class ChannelJournalWriter {
    private var segments: AppendedSegments<ChannelRow>

    package var entries: UInt64 { segments.rows }
    /// Segments that had to be made when they were needed.
    package var segmentsMadeLate: UInt64 { segments.madeLate }

    /// Makes the folder where it is missing (only the last component) and the first segment in it. A folder holds the
    /// journal of one channel.
    package convenience init(
        folder: String, worker: Int = 0, runID: String, channel: String,
        segmentBytes: Int = EvidenceWriter.segmentBytes
    ) throws(EvidenceError) {
        let nameBytesMax = SegmentKind.channel.channelBytes
        guard channel.utf8.count <= nameBytesMax else {
            let reason = "a channel's name has at most \(nameBytesMax) bytes; '\(channel)' has more"
            throw EvidenceError("make the journal", folder, reason: reason)
        }
        let header = SegmentHeader(.channel, runID: runID, channel: channel, worker: worker)
        self.init(try FileSegments(folder: folder, header: header, byteCount: segmentBytes))
        try segments.rotate()
    }

    /// For simulated banks: no files. `reader()` reads it just the same.
    package convenience init(inMemoryFor channel: String, worker: Int = 0) {
        self.init(MemorySegments(header: SegmentHeader(.channel, runID: "", channel: channel, worker: worker)))
    }

    private init(_ store: any SegmentStore) {
        segments = AppendedSegments(store)
    }

    deinit {
        segments.release()
    }

    /// Throws where there is no room: then the entry is not there, and later ones may be. What is booked has a reference.
    package func append(_ entry: ChannelEntry) throws(EvidenceError) {
        precondition(entry.booking == .none || entry.reference != nil, "a booking of \(entry.booking) for no reference")
        try segments.append { row in row.write(entry) }
    }

    /// Trims the last segment to what was used.
    package func close() throws(EvidenceError) { try segments.close() }

    // MARK: Reading

    /// Reads what all of the channel's workers have recorded until now; segments that are made later are not seen.
    package func reader() throws(EvidenceError) -> ChannelJournalReader {
        try ChannelJournalReader(try segments.store.sources())
    }

    /// Of a writer in memory only.
    package var inMemory: JournalInMemory { JournalInMemory(segments.store) }

    /// Of a writer in memory only.
    package var entriesInMemory: [ChannelEntry] { SegmentReader<ChannelRow>.records(inMemory) }

    // MARK: Segments

    /// Whether to ask `orderNext`, for who looks after each entry: true once in a segment, when half of it is used.
    package var wantsNext: Bool { segments.wantsNext }

    /// What another thread can do ahead of need: `make()` it there and hand the result to `adopt`, or nil where it
    /// failed. Nil while half of the current segment is free, or where there is nothing to prepare.
    package func orderNext() -> SegmentOrder? { segments.orderNext() }

    /// One that comes too late is thrown away; its number stays unused.
    package func adopt(_ prepared: PreparedSegment?) { segments.adopt(prepared) }
}
