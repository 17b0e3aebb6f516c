/// Reads a folder's segments back, record by record: worker by worker, each in the order of its intents.
package struct EvidenceReader {
    private var segments: SegmentReader<EvidenceRow>
    private var withoutEnding: UInt64 = 0

    package init(folder: String) throws(EvidenceError) { try self.init(.folder(folder)) }

    package init(_ journal: CollectedEvidence.Journal) throws(EvidenceError) {
        segments = try SegmentReader(try journal.segments)
    }

    /// Evidence of this run; of an empty folder nobody knows whose it is, and what is in memory is the run's own.
    init(_ journal: CollectedEvidence.Journal, ofRun runID: String) throws(EvidenceError) {
        try self.init(journal)
        if case .memory = journal { return }
        guard let run, run.runID != runID else { return }
        throw EvidenceError("read", journal.name, reason: "segments of the run '\(run.runID)', not of '\(runID)'")
    }

    /// All records of a journal, in memory.
    package static func all(_ journal: CollectedEvidence.Journal) throws(EvidenceError) -> [EvidenceRecord] {
        try SegmentReader<EvidenceRow>.records(try journal.segments)
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
