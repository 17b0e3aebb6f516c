package import ChannelProfile
package import SeededRandom
internal import Timebase

/// Goal: the bank's own word on what happened, for an audit that compares it with what others say.
///
/// Method: the statement is a projection of the channel's journal. Each entry that did something to the books is a line;
/// what `StatementRule` plants is planted on the way. It is made piece by piece while a server sends it, in memory that
/// depends neither on its length nor on the journal's.
///
/// What it does not do: it sums nothing up, and keeps no balance. Of a journal with several workers it has one worker's
/// lines after the other's.
package struct ChannelStatement {
    package static let pieceBytesMax = 64 << 10
    /// A loop that has others to serve gets it back after so many entries: about a millisecond.
    package static let pieceEntriesMax = 1_024

    private var reader: ChannelJournalReader
    private let rule: StatementRule
    private let form: StatementRule.Form
    private let seed: Seed
    private var sequence: UInt64 = 0
    private var hasBegun = false

    /// `form` is the rule's where it is nil.
    package init(_ reader: ChannelJournalReader, rule: StatementRule, seed: Seed, form: StatementRule.Form? = nil) {
        self.reader = reader
        self.rule = rule
        self.form = form ?? rule.form
        self.seed = seed
    }

    /// At most `pieceBytesMax` bytes of whole lines; nil at the end. An empty piece says that of many entries none had a
    /// line, and that there are more.
    package mutating func nextPiece() throws(EvidenceError) -> [UInt8]? {
        var piece: [UInt8] = []
        piece.reserveCapacity(Self.pieceBytesMax)
        let isFirst = !hasBegun
        if isFirst, form == .csv { piece.append(contentsOf: StatementLine.header.utf8) }
        hasBegun = true
        for _ in 0..<Self.pieceEntriesMax {
            guard piece.count + 2 * StatementLine.bytesMax <= Self.pieceBytesMax else { return piece }
            guard let entry = try reader.next() else { return piece.isEmpty ? nil : piece }
            append(entry, to: &piece)
        }
        return piece
    }

    private mutating func append(_ entry: ChannelEntry, to piece: inout [UInt8]) {
        guard entry.booking != .none, let reference = entry.reference else { return }
        switch rule.planted(for: reference, seed: seed) {
        case nil: append(entry, under: reference, to: &piece)
        case .missing: break
        case .extra:
            append(entry, under: reference, to: &piece)
            append(entry, under: reference.strayTwin(seed: seed), to: &piece)
        case .offByOne:
            var changed = entry
            changed.amount += entry.amount < .max ? 1 : -1
            append(changed, under: reference, to: &piece)
        }
    }

    private mutating func append(_ entry: ChannelEntry, under reference: PaymentReference, to piece: inout [UInt8]) {
        sequence += 1
        let line = StatementLine(
            sequence: sequence, at: entry.at + entry.took, reference: reference, payment: entry.payment,
            operation: entry.operation, booking: entry.booking, amount: entry.amount, currency: entry.currency)
        line.append(form, to: &piece)
    }
}

extension StatementRule.Form {
    package var mediaType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .ndjson: "application/x-ndjson"
        }
    }
}
