internal import Timebase

/// Goal: what was sent, and what came of it, survives `kill -9` of the process that sent it, for less than a third of a
/// microsecond a request and in memory that does not grow.
///
/// Method: a row of 64 bytes for each attempt in a file mapped into memory. The row is written as an intent before the
/// bytes leave, and becomes its outcome in place; both are plain stores. Rows lie in segments of fixed size:
///
///     worker-000.000001.seg   full, all rows ended: unmapped
///     worker-000.000002.seg   full, some rows open: mapped, its pages given back
///     worker-000.000003.seg   where rows are added
///     worker-000.000004.seg   made ahead of need by another thread, when the caller offers one
///
/// A segment's space is allocated before its first row, so a full disk is an error of `begin`, at a moment when nothing
/// was sent yet. One worker writes for one loop and shares nothing.
///
/// What it does not do: it never waits for the disk (`EvidenceRow` says what a power cut can lose), and it does not
/// look at what it records.
package final class EvidenceWriter {
    /// Segments that may be mapped at once. Where a request is still open when this many more segments were filled, its
    /// own is given up, and its ending written through a system call.
    package static let segmentsMappedMax = 256
    /// Sixteen thousand rows. Giving the pages of a full segment back takes the loop some 60 us for each MiB, some 130 us
    /// where they were touched ahead of need, and once in a while a millisecond: rather often and short.
    package static let segmentBytes = 1 << 20

    private struct Segment {
        var number: UInt32 = 0
        var memory: SegmentMemory?
        var open = 0
    }

    private let store: any SegmentStore
    private var sequence: SegmentSequence
    private let rowsMax: Int
    /// A segment stands at its number modulo the length.
    private var segments = [Segment](repeating: Segment(), count: segmentsMappedMax)
    private var current: UInt32 = 0
    /// The current segment's; nil before the first one and after the last.
    private var memory: SegmentMemory?
    private var used: Int

    package private(set) var records: UInt64 = 0
    /// Records without an ending at this moment.
    package private(set) var open: UInt64 = 0
    /// Endings of records whose segment was given up, and those among them that could not be written: these records
    /// stay open, which reads as unknown.
    package private(set) var lateEndings: UInt64 = 0
    package private(set) var endingsLost: UInt64 = 0
    /// Rotations that had to make their segment themselves.
    package var segmentsMadeLate: UInt64 { sequence.madeLate }

    /// Makes the folder where it is missing (only the last component) and the first segment in it.
    package convenience init(
        folder: String, worker: Int, runID: String, planDigest: String, segmentBytes: Int = segmentBytes
    ) throws(EvidenceError) {
        let header = SegmentHeader(runID: runID, planDigest: planDigest, worker: worker)
        self.init(try FileSegments(folder: folder, header: header, byteCount: segmentBytes))
        try rotate()
    }

    /// For simulated runs: no files. `inMemory` is what is read.
    package convenience init(inMemoryFor worker: Int) {
        self.init(MemorySegments(header: SegmentHeader(runID: "", planDigest: "", worker: worker)))
    }

    init(_ store: any SegmentStore) {
        let rowsMax = (store.byteCount - SegmentHeader.byteCount) / EvidenceRow.byteCount
        precondition(rowsMax > 0, "a segment of \(store.byteCount) bytes has no room for a row")
        self.store = store
        sequence = SegmentSequence(store)
        self.rowsMax = rowsMax
        used = rowsMax
    }

    deinit {
        releaseAll()
    }

    /// Of a writer in memory only.
    package var inMemory: JournalInMemory { JournalInMemory(store) }

    /// In the order of their intents. Of a writer in memory only.
    package var recordsInMemory: [EvidenceRecord] { SegmentReader<EvidenceRow>.records(inMemory) }

    // MARK: Recording

    /// Throws where there is no room: then nothing may be sent.
    package func begin(_ intent: Intent) throws(EvidenceError) -> EvidencePlace {
        if used == rowsMax { try rotate() }
        guard let memory else { preconditionFailure("a record after the end of the evidence") }
        let place = EvidencePlace(segment: current, row: UInt32(truncatingIfNeeded: used))
        memory.row(at: place.offset, of: EvidenceRow.self).write(intent)
        segments[Self.slot(current)].open += 1
        used += 1
        records += 1
        open += 1
        return place
    }

    /// Once for each place. `flags` are added to those of the intent.
    package func end(_ place: EvidencePlace, _ ending: EvidenceRecord.Ending, adding flags: EvidenceFlags = .none) {
        let slot = Self.slot(place.segment)
        open -= 1
        guard segments[slot].number == place.segment, let memory = segments[slot].memory else {
            return endLate(place, ending, flags)
        }
        memory.row(at: place.offset, of: EvidenceRow.self).end(ending, adding: flags)
        segments[slot].open -= 1
        if segments[slot].open == 0, place.segment != current { release(slot) }
    }

    /// Trims the last segment to what was used. Records that are still open stay so.
    package func close() throws(EvidenceError) {
        if sequence.isClosed { return }
        let (last, bytes) = (current, SegmentHeader.byteCount + used * EvidenceRow.byteCount)
        releaseAll()
        used = rowsMax
        if last > 0 { try store.trim(last, to: bytes) }
    }

    private func endLate(_ place: EvidencePlace, _ ending: EvidenceRecord.Ending, _ flags: EvidenceFlags) {
        lateEndings += 1
        do throws(EvidenceError) {
            try store.amend(place.segment, at: place.offset) { (row: EvidenceRow) in row.end(ending, adding: flags) }
        } catch {
            endingsLost += 1
        }
    }

    // MARK: Segments

    /// What another thread can do ahead of need: `make()` it there and hand the result to `adopt`, or nil where it
    /// failed. Nil while half of the current segment is free, or where there is nothing to prepare.
    package func orderNext() -> SegmentOrder? {
        used > rowsMax / 2 ? sequence.order() : nil
    }

    /// One that comes too late is thrown away; its number stays unused.
    package func adopt(_ prepared: PreparedSegment?) { sequence.adopt(prepared) }

    private func rotate() throws(EvidenceError) {
        precondition(!sequence.isClosed, "a record after the end of the evidence")
        let taken = try sequence.take()
        let (number, memory) = (taken.number, taken.memory)
        let slot = Self.slot(number)
        // Its neighbour of a round ago.
        if segments[slot].memory != nil { release(slot) }
        leaveCurrent()
        segments[slot] = Segment(number: number, memory: memory)
        current = number
        self.memory = memory
        used = 0
    }

    private func leaveCurrent() {
        let slot = Self.slot(current)
        guard segments[slot].number == current, let memory = segments[slot].memory else { return }
        if segments[slot].open == 0 {
            release(slot)
        } else {
            store.rest(current, memory)
        }
    }

    private func release(_ slot: Int) {
        guard let memory = segments[slot].memory else { return }
        store.release(segments[slot].number, memory)
        segments[slot] = Segment()
    }

    private func releaseAll() {
        for slot in segments.indices { release(slot) }
        memory = nil
        sequence.close()
    }

    private static func slot(_ number: UInt32) -> Int { Int(number) % segmentsMappedMax }
}

/// Where a record stands: what `begin` gives and `end` takes.
package struct EvidencePlace: Sendable, Hashable {
    let segment: UInt32
    let row: UInt32

    var offset: Int { SegmentHeader.byteCount + Int(row) * EvidenceRow.byteCount }
}
