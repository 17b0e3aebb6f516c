// Goal: whatever a bank says later, in a callback or a statement, finds the record, the attempt and the namespace that it
// is about, without a table.
// Method: the record's id and which attempt it is are the reference itself, and the reference is the idempotency key:
//
//     0cm9k2t4h0g21-p1     a payment's first attempt
//
// A retry is the same attempt; a new attempt is made only after one that surely was not executed.

import ChannelProfile
import StackVocabulary

/// What a bank knows one thing by that it was asked to do.
struct BankReference: Hashable, Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        /// `p`: an authorisation.
        case payment = 0x70
        /// `c`
        case capture = 0x63
        /// `v`: what was authorised is given up.
        case reverse = 0x76
        /// `r`
        case refund = 0x72

        var name: String {
            switch self {
            case .payment: "payment"
            case .capture: "capture"
            case .reverse: "reverse"
            case .refund: "refund"
            }
        }
    }

    /// The payment, or the refund.
    let record: RecordID
    let kind: Kind
    /// From 1.
    let attempt: UInt8

    init(_ record: RecordID, _ kind: Kind, attempt: UInt8) {
        precondition(attempt > 0, "attempts count from 1")
        self.record = record
        self.kind = kind
        self.attempt = attempt
    }

    var namespace: Namespace { record.namespace }

    // MARK: Text

    func append(to bytes: inout [UInt8]) {
        record.append(to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(kind.rawValue)
        bytes.appendDecimal(UInt64(attempt))
    }

    /// Nil for what is not the one text of a reference.
    init?(_ text: Span<UInt8>) {
        let start = RecordID.letterCount
        guard 16...18 ~= text.count, text[start] == UInt8(ascii: "-"), let kind = Kind(rawValue: text[start + 1]),
            let record = RecordID(text.extracting(0..<start)),
            let attempt = text.extracting((start + 2)..<text.count).decimal, 1...255 ~= attempt
        else { return nil }
        self.init(record, kind, attempt: UInt8(attempt))
    }

    init?(_ reference: PaymentReference) { self.init(reference.bytes.span) }

    static let bytesMax = 18
}

extension BankReference: CustomStringConvertible {
    var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
