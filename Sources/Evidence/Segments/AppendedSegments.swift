/// Rows that are only ever added, as journals have them. A row never changes, so only the segment that is written stays
/// mapped. Whoever holds this releases it in the end, by `close` or `release`.
struct AppendedSegments<Row: SegmentRow> {
    let store: any SegmentStore
    private var sequence: SegmentSequence
    private let rowsMax: Int
    /// Nil before the first segment and after the last.
    private var current: PreparedSegment?
    private var used: Int
    /// Once so many rows are used, the next segment is to be made ready.
    private var wantedAt = Int.max

    private(set) var rows: UInt64 = 0
    var madeLate: UInt64 { sequence.madeLate }

    /// Nothing is made yet.
    init(_ store: any SegmentStore) {
        rowsMax = (store.byteCount - SegmentHeader.byteCount) / Row.byteCount
        precondition(rowsMax > 0, "a segment of \(store.byteCount) bytes has no room for a row")
        self.store = store
        sequence = SegmentSequence(store)
        used = rowsMax
    }

    /// Throws where there is no room: then the row is not there, and later ones may be.
    @inline(__always)
    mutating func append(_ write: (Row) -> Void) throws(EvidenceError) {
        if used == rowsMax { try rotate() }
        guard let current else { preconditionFailure("a row after the end of the journal") }
        write(current.memory.row(at: SegmentHeader.byteCount + used * Row.byteCount))
        used += 1
        rows += 1
    }

    mutating func rotate() throws(EvidenceError) {
        precondition(!sequence.isClosed, "a row after the end of the journal")
        let next = try sequence.take()
        if let last = current { store.release(last.number, last.memory) }
        current = next
        used = 0
        wantedAt = rowsMax / 2 + 1
    }

    // MARK: Ahead of need

    /// True once in a segment, when half of it is used.
    var wantsNext: Bool { used >= wantedAt }

    /// Nil while half of the current segment is free, or where there is nothing to prepare.
    mutating func orderNext() -> SegmentOrder? {
        guard used > rowsMax / 2 else { return nil }
        wantedAt = .max
        return sequence.order()
    }

    mutating func adopt(_ prepared: PreparedSegment?) { sequence.adopt(prepared) }

    // MARK: The end

    /// Trims the last segment to what was used.
    mutating func close() throws(EvidenceError) {
        if sequence.isClosed { return }
        let bytes = SegmentHeader.byteCount + used * Row.byteCount
        guard let last = release() else { return }
        try store.trim(last, to: bytes)
    }

    /// The number of the segment that was written.
    @discardableResult
    mutating func release() -> UInt32? {
        sequence.close()
        guard let last = current else { return nil }
        current = nil
        store.release(last.number, last.memory)
        used = rowsMax
        return last.number
    }
}
