/// Reads the journal of webhooks back, delivery by delivery, in the order in which they came. The writer may be at work
/// meanwhile.
package struct WebhookJournalReader {
    private var segments: SegmentReader<WebhookRow>

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
    package mutating func next() throws(EvidenceError) -> WebhookEntry? { try segments.next() }
}
