/// Reads a channel's journal back, entry by entry: worker by worker, each in the order in which it was written. The
/// writer may be at work meanwhile.
package struct ChannelJournalReader {
    private var segments: SegmentReader<ChannelRow>

    package init(folder: String) throws(EvidenceError) { try self.init(.folder(folder)) }

    package init(_ journal: CollectedEvidence.Journal) throws(EvidenceError) {
        try self.init(try journal.segments)
    }

    init(_ sources: [SegmentSource]) throws(EvidenceError) {
        segments = try SegmentReader(sources)
    }

    /// Whose journal it is; nil in an empty folder.
    package var run: SegmentHeader? { segments.run }
    package var tally: EvidenceTally { segments.tally }

    /// Nil at the end.
    package mutating func next() throws(EvidenceError) -> ChannelEntry? { try segments.next() }
}
