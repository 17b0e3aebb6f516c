import ChannelProfile
import JSON
import Money
import StackVocabulary

/// Rows as auditors read them (docs/formats/ledger.md), the same from every store.
struct ExportLines {
    let channels: ChannelNames
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    init(_ channels: ChannelNames) {
        self.channels = channels
    }

    private mutating func append(_ members: [(String, JSONValue)]) {
        bytes += JSONValue.object(members).bytes(.compact)
        bytes.append(UInt8(ascii: "\n"))
        count += 1
    }

    mutating func append(_ payment: Payment) {
        append([
            ("id", .text(payment.id.description)),
            ("merchant", .text(payment.merchant.text)),
            ("key", .text(payment.key.description)),
            ("currency", .text(payment.amount.currency.code)),
            ("amount", .integer(payment.amount.minor)),
            ("bin", .integer(Int64(payment.bin))),
            ("captures_at_once", .boolean(payment.capturesAtOnce)),
            ("state", .text(payment.state.name)),
            ("version", .integer(Int64(payment.version))),
            ("channel", .optional(payment.channel.map(channels.name))),
            ("attempt", .integer(Int64(payment.attempt))),
            ("captured", .integer(payment.captured)),
            ("refunded", .integer(payment.refunded)),
            ("refund_pending", .integer(payment.refundPending)),
            ("reason", .text(payment.reason)),
            ("queries", .integer(Int64(payment.queries))),
            ("notify", .optional(payment.notify)),
            ("created_ms", .integer(payment.createdAt)),
            ("changed_ms", .integer(payment.changedAt)),
        ])
    }

    mutating func append(_ refund: Refund) {
        append([
            ("id", .text(refund.id.description)),
            ("payment", .text(refund.payment.description)),
            ("merchant", .text(refund.merchant.text)),
            ("key", .text(refund.key.description)),
            ("currency", .text(refund.amount.currency.code)),
            ("amount", .integer(refund.amount.minor)),
            ("state", .text(refund.state.name)),
            ("version", .integer(Int64(refund.version))),
            ("reason", .text(refund.reason)),
            ("queries", .integer(Int64(refund.queries))),
            ("created_ms", .integer(refund.createdAt)),
            ("changed_ms", .integer(refund.changedAt)),
        ])
    }

    mutating func append(_ attempt: AttemptRecord) {
        append([
            ("reference", .text(attempt.reference.description)),
            ("record", .text(attempt.reference.record.description)),
            ("kind", .text(attempt.reference.kind.name)),
            ("attempt", .integer(Int64(attempt.reference.attempt))),
            ("channel", .text(channels.name(attempt.channel))),
            ("outcome", .text(attempt.outcome.name)),
            ("sends", .integer(Int64(attempt.sends))),
            ("sent_ms", .integer(attempt.sentAt)),
            ("ended_ms", .integer(attempt.endedAt)),
        ])
    }

    mutating func append(_ row: JournalRow) {
        append([
            ("number", .integer(row.number)),
            ("change", .integer(row.change)),
            ("record", .optional(row.record?.description)),
            ("account", .text(channels.name(row.posting.account))),
            ("currency", .text(row.posting.amount.currency.code)),
            ("amount", .integer(row.posting.amount.minor)),
            ("at_ms", .integer(row.at)),
        ])
    }

    mutating func append(_ account: Account, _ currency: Currency, _ amount: Int64) {
        append([
            ("account", .text(channels.name(account))),
            ("currency", .text(currency.code)),
            ("amount", .integer(amount)),
        ])
    }

    mutating func append(_ notification: Notification, _ state: NotificationState) {
        append([
            ("record", .text(notification.id.record.description)),
            ("version", .integer(Int64(notification.id.version))),
            ("url", .text(notification.url)),
            ("state", .text(state.name)),
            ("attempts", .integer(Int64(notification.attempts))),
            ("due_ms", .integer(notification.dueAt)),
        ])
    }
}

/// One line of the journal; those of one change sum to zero.
struct JournalRow: Sendable, Equatable {
    let number: Int64
    let change: Int64
    let at: Int64
    /// The payment or refund that the change was about.
    let record: RecordID?
    let posting: Posting
}

/// What became of a notification, in stores.
enum NotificationState: UInt8, Sendable {
    case waiting = 0
    case delivered = 1
    case givenUp = 2

    var name: String {
        switch self {
        case .waiting: "waiting"
        case .delivered: "delivered"
        case .givenUp: "given_up"
        }
    }
}

extension AttemptRecord.Outcome {
    var name: String {
        switch self {
        case .approved: "approved"
        case .declined: "declined"
        case .pending: "pending"
        case .unknown: "unknown"
        case .refused: "refused"
        }
    }
}
