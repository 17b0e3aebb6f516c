/// Reads a folder's segments back, record by record: worker by worker, each in the order of its intents.
public struct EvidenceReader {
    private var segments: SegmentReader<EvidenceRow>
    private var withoutEnding: UInt64 = 0

    public init(folder: String) throws(EvidenceError) {
        segments = try SegmentReader(try SegmentSource.all(in: folder))
    }

    /// Whose evidence it is; nil in an empty folder.
    public var run: SegmentHeader? { segments.run }

    public var tally: EvidenceTally {
        var tally = segments.tally
        tally.withoutEnding = withoutEnding
        return tally
    }

    /// Nil at the end.
    public mutating func next() throws(EvidenceError) -> EvidenceRecord? {
        let record = try segments.next()
        if let record, record.ending == nil { withoutEnding += 1 }
        return record
    }
}
