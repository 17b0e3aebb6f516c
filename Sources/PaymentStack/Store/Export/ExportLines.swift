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

    private mutating func append(_ row: consuming JSONObjectText) {
        bytes += row.end()
        bytes.append(UInt8(ascii: "\n"))
        count += 1
    }

    mutating func append(_ payment: Payment) {
        var row = JSONObjectText(room: 512)
        row.add("id", plainBy: payment.id.append)
        row.add("merchant", plainBy: payment.merchant.append)
        row.add("key", plainBy: payment.key.append)
        row.add("currency", plainBy: payment.amount.currency.append)
        row.add("amount", payment.amount.minor)
        row.add("bin", Int64(payment.bin))
        row.add("captures_at_once", payment.capturesAtOnce)
        row.add("state", plain: payment.state.name)
        row.add("version", Int64(payment.version))
        row.add("channel", optional: payment.channel.map(channels.name))
        row.add("attempt", Int64(payment.attempt))
        row.add("captured", payment.captured)
        row.add("refunded", payment.refunded)
        row.add("refund_pending", payment.refundPending)
        row.add("reason", text: payment.reason)
        row.add("queries", Int64(payment.queries))
        row.add("notify", optional: payment.notify)
        row.add("created_ms", payment.createdAt)
        row.add("changed_ms", payment.changedAt)
        append(row)
    }

    mutating func append(_ refund: Refund) {
        var row = JSONObjectText(room: 384)
        row.add("id", plainBy: refund.id.append)
        row.add("payment", plainBy: refund.payment.append)
        row.add("merchant", plainBy: refund.merchant.append)
        row.add("key", plainBy: refund.key.append)
        row.add("currency", plainBy: refund.amount.currency.append)
        row.add("amount", refund.amount.minor)
        row.add("state", plain: refund.state.name)
        row.add("version", Int64(refund.version))
        row.add("reason", text: refund.reason)
        row.add("queries", Int64(refund.queries))
        row.add("created_ms", refund.createdAt)
        row.add("changed_ms", refund.changedAt)
        append(row)
    }

    mutating func append(_ attempt: AttemptRecord) {
        var row = JSONObjectText(room: 256)
        row.add("reference", plainBy: attempt.reference.append)
        row.add("record", plainBy: attempt.reference.record.append)
        row.add("kind", plain: attempt.reference.kind.name)
        row.add("attempt", Int64(attempt.reference.attempt))
        row.add("channel", text: channels.name(attempt.channel))
        row.add("outcome", plain: attempt.outcome.name)
        row.add("sends", Int64(attempt.sends))
        row.add("sent_ms", attempt.sentAt)
        row.add("ended_ms", attempt.endedAt)
        append(row)
    }

    mutating func append(_ line: JournalRow) {
        var row = JSONObjectText(room: 192)
        row.add("number", line.number)
        row.add("change", line.change)
        if let record = line.record {
            row.add("record", plainBy: record.append)
        } else {
            row.add("record", optional: nil)
        }
        row.add("account", text: channels.name(line.posting.account))
        row.add("currency", plainBy: line.posting.amount.currency.append)
        row.add("amount", line.posting.amount.minor)
        row.add("at_ms", line.at)
        append(row)
    }

    mutating func append(_ account: Account, _ currency: Currency, _ amount: Int64) {
        var row = JSONObjectText()
        row.add("account", text: channels.name(account))
        row.add("currency", plainBy: currency.append)
        row.add("amount", amount)
        append(row)
    }

    mutating func append(_ notification: Notification, _ state: NotificationState) {
        var row = JSONObjectText(room: 256)
        row.add("record", plainBy: notification.id.record.append)
        row.add("version", Int64(notification.id.version))
        row.add("url", text: notification.url)
        row.add("state", plain: state.name)
        row.add("attempts", Int64(notification.attempts))
        row.add("due_ms", notification.dueAt)
        append(row)
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
