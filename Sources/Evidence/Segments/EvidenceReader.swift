/// Reads a folder's segments back, record by record: worker by worker, each in the order of its intents.
package struct EvidenceReader {
    private var segments: SegmentReader<EvidenceRow>
    private var withoutEnding: UInt64 = 0

    package init(folder: String) throws(EvidenceError) {
        segments = try SegmentReader(try SegmentSource.all(in: folder))
    }

    /// Evidence of this run; of an empty folder nobody knows whose it is.
    init(folder: String, ofRun runID: String) throws(EvidenceError) {
        try self.init(folder: folder)
        guard let run, run.runID != runID else { return }
        throw EvidenceError("read", folder, reason: "segments of the run '\(run.runID)', not of '\(runID)'")
    }

    /// Whose evidence it is; nil in an empty folder.
    package var run: SegmentHeader? { segments.run }

    package var tally: EvidenceTally {
        var tally = segments.tally
        tally.withoutEnding = withoutEnding
        return tally
    }

    /// Nil at the end.
    package mutating func next() throws(EvidenceError) -> EvidenceRecord? {
        let record = try segments.next()
        if let record, record.ending == nil { withoutEnding += 1 }
        return record
    }
}
