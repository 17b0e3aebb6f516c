/// Goal: what the stack told its merchants survives `kill -9` of the driver that heard it, in memory that does not grow.
///
/// Method: a journal that is only ever added to, one row of 128 bytes a delivery, written before the delivery is
/// answered. A stack that was answered 2xx has been heard.
///
/// What it does not do: it never waits for the disk (`RowBytes` says what a power cut can lose), and it does not look at
/// what it records.
package final class WebhookJournalWriter {
    private var segments: AppendedSegments<WebhookRow>

    package var entries: UInt64 { segments.rows }
    /// Segments that had to be made when they were needed.
    package var segmentsMadeLate: UInt64 { segments.madeLate }

    /// Makes the folder where it is missing (only the last component) and the first segment in it; `planDigest` in
    /// hexadecimal, as in `RunIdentity`.
    package convenience init(
        folder: String, worker: Int = 0, runID: String, planDigest: String,
        segmentBytes: Int = EvidenceWriter.segmentBytes
    ) throws(EvidenceError) {
        let header = SegmentHeader(.webhooks, runID: runID, planDigest: planDigest, worker: worker)
        self.init(try FileSegments(folder: folder, header: header, byteCount: segmentBytes))
        try segments.rotate()
    }

    /// For simulated runs: no files. `reader()` reads it just the same.
    package convenience init(inMemoryFor worker: Int) {
        self.init(MemorySegments(header: SegmentHeader(.webhooks, runID: "", worker: worker)))
    }

    private init(_ store: any SegmentStore) {
        segments = AppendedSegments(store)
    }

    deinit {
        segments.release()
    }

    /// Throws where there is no room: then the entry is not there, and later ones may be.
    package func append(_ entry: WebhookEntry) throws(EvidenceError) {
        try segments.append { row in row.write(entry) }
    }

    /// Trims the last segment to what was used.
    package func close() throws(EvidenceError) { try segments.close() }

    /// Reads what was recorded until now; segments that are made later are not seen.
    package func reader() throws(EvidenceError) -> WebhookJournalReader {
        try WebhookJournalReader(try segments.store.sources())
    }

    /// Of a writer in memory only.
    package var inMemory: JournalInMemory { JournalInMemory(segments.store) }

    // MARK: Segments

    /// Whether to ask `orderNext`, for who looks after each entry: true once in a segment, when half of it is used.
    package var wantsNext: Bool { segments.wantsNext }

    /// What another thread can do ahead of need: `make()` it there and hand the result to `adopt`, or nil where it
    /// failed. Nil while half of the current segment is free, or where there is nothing to prepare.
    package func orderNext() -> SegmentOrder? { segments.orderNext() }

    /// One that comes too late is thrown away; its number stays unused.
    package func adopt(_ prepared: PreparedSegment?) { segments.adopt(prepared) }
}
