import ChannelProfile
import Money
import StackVocabulary

/// The tables of one namespace in memory: what is durable there, as one value. A copy of it is what a crash leaves.
struct MemoryBook: Sendable {
    struct ClaimKey: Hashable, Sendable {
        let merchant: MerchantID
        let key: PaymentReference

        static func == (left: Self, right: Self) -> Bool { left.merchant == right.merchant && left.key == right.key }

        func hash(into hasher: inout Hasher) {
            hasher.combine(merchant.number)
            hasher.combine(key)
        }
    }

    struct SentNotification: Sendable {
        var notification: Notification
        var state = NotificationState.waiting
    }

    private var payments = Rows<Payment>()
    private var paymentRows: [RecordID: Int32] = [:]
    private var refunds = Rows<Refund>()
    private var refundRows: [RecordID: Int32] = [:]
    private var claims = Rows<Claim>()
    private var claimRows: [ClaimKey: Int32] = [:]
    private var attempts = Rows<AttemptRecord>()
    private var journal = Rows<JournalRow>()
    private var notifications = Rows<SentNotification>()
    private var waitingRows: [Notification.ID: Int32] = [:]
    private(set) var balances: Balances
    private var rhythm = FlushRhythm()
    private(set) var changes: Int64 = 0
    private(set) var rows: UInt64 = 0

    init(_ defects: DefectSwitches) {
        balances = Balances(defects)
    }

    // MARK: Changes

    /// All of it, or nothing: whatever may refuse it is asked first.
    mutating func apply(_ change: borrowing LedgerChange) -> CommitOutcome {
        let standing = Standing(
            payment: change.payment.flatMap { paymentRows[$0.id] }, refund: change.refund.flatMap { refundRows[$0.id] })
        if let refusal = refusal(change, standing) { return refusal }
        changes += 1
        write(change, standing)
        if let reply = change.reply { save(reply) }
        if let attempt = change.attempt { attempts.append(attempt) }
        if !change.postings.isEmpty { post(change) }
        if let notification = change.notification {
            waitingRows[notification.id] = Int32(notifications.append(SentNotification(notification: notification)))
        }
        if let delivery = change.delivery { close(delivery) }
        rows += change.rowCount
        if rhythm.isDue(after: 1, at: change.at) { balances.flushed() }
        return .done
    }

    /// Rows that are there of what is changed: found once.
    private struct Standing {
        let payment: Int32?
        let refund: Int32?
    }

    private func refusal(_ change: borrowing LedgerChange, _ standing: Standing) -> CommitOutcome? {
        if let claim = change.claim, let row = claimRows[ClaimKey(merchant: claim.merchant, key: claim.key)] {
            return .keyTaken(claims[Int(row)])
        }
        if let version = change.payment?.version, version != (standing.payment.map { payments[Int($0)].version } ?? 0) {
            return .stale
        }
        if let version = change.refund?.version, version != (standing.refund.map { refunds[Int($0)].version } ?? 0) {
            return .stale
        }
        return balances.refusal(change.postings).map { .belowFloor($0) }
    }

    private mutating func write(_ change: borrowing LedgerChange, _ standing: Standing) {
        if let claim = change.claim {
            claimRows[ClaimKey(merchant: claim.merchant, key: claim.key)] = Int32(claims.append(claim))
        }
        if var payment = change.payment {
            payment.version += 1
            if let row = standing.payment {
                payments[Int(row)] = payment
            } else {
                paymentRows[payment.id] = Int32(payments.append(payment))
            }
        }
        if var refund = change.refund {
            refund.version += 1
            if let row = standing.refund {
                refunds[Int(row)] = refund
            } else {
                refundRows[refund.id] = Int32(refunds.append(refund))
            }
        }
    }

    private mutating func save(_ reply: SavedReply) {
        guard let row = claimRows[ClaimKey(merchant: reply.merchant, key: reply.key)] else { return }
        if claims[Int(row)].reply == nil { claims[Int(row)].reply = reply }
    }

    private mutating func post(_ change: borrowing LedgerChange) {
        let record = change.refund?.id ?? change.payment?.id
        for posting in change.postings {
            balances.post(posting)
            let number = Int64(journal.count + 1)
            journal.append(
                JournalRow(number: number, change: changes, at: change.at, record: record, posting: posting))
        }
        balances.committed()
    }

    private mutating func close(_ delivery: Delivery) {
        guard let row = waitingRows[delivery.id] else { return }
        notifications[Int(row)].notification.attempts = delivery.attempts
        switch delivery.outcome {
        case .again(let at):
            notifications[Int(row)].notification.dueAt = at
            return
        case .delivered: notifications[Int(row)].state = .delivered
        case .givenUp: notifications[Int(row)].state = .givenUp
        }
        waitingRows[delivery.id] = nil
    }

    // MARK: Questions

    func payment(_ id: RecordID) -> Payment? { paymentRows[id].map { payments[Int($0)] } }
    func refund(_ id: RecordID) -> Refund? { refundRows[id].map { refunds[Int($0)] } }

    func claim(_ merchant: MerchantID, _ key: PaymentReference) -> Claim? {
        claimRows[ClaimKey(merchant: merchant, key: key)].map { claims[Int($0)] }
    }

    func openPayments(after id: RecordID?, limit: Int) -> [Payment] {
        let open = (0..<payments.count).lazy.map { payments[$0] }
            .filter { !$0.state.isSettled && (id == nil || $0.id > id!) }
        return Array(open.sorted { $0.id < $1.id }.prefix(limit))
    }

    func openRefunds(after id: RecordID?, limit: Int) -> [Refund] {
        let open = (0..<refunds.count).lazy.map { refunds[$0] }
            .filter { $0.state.isOpen && (id == nil || $0.id > id!) }
        return Array(open.sorted { $0.id < $1.id }.prefix(limit))
    }

    func dueNotifications(limit: Int) -> [Notification] {
        let rows = waitingRows.values.sorted()
        let waiting = rows.map { notifications[Int($0)].notification }
        return Array(waiting.sorted { $0.dueAt < $1.dueAt }.prefix(limit))
    }

    // MARK: Pages

    func page(_ table: ExportTable, after place: Int64, limit: Int, _ channels: ChannelNames) -> ExportPage {
        var lines = ExportLines(channels)
        let first = min(Int(clamping: max(0, place)), count(table))
        let range = first..<min(count(table), first + limit)
        for row in range { append(row, of: table, to: &lines) }
        return ExportPage(lines: lines.bytes, count: lines.count, last: Int64(range.upperBound), watermark: changes)
    }

    var counts: LedgerCounts {
        LedgerCounts(
            rows: ExportTable.allCases.map { Int64(count($0)) }, claims: Int64(claims.count), watermark: changes)
    }

    private func count(_ table: ExportTable) -> Int {
        switch table {
        case .payments: payments.count
        case .refunds: refunds.count
        case .attempts: attempts.count
        case .journal: journal.count
        case .balances: balances.count
        case .notifications: notifications.count
        }
    }

    private func append(_ row: Int, of table: ExportTable, to lines: inout ExportLines) {
        switch table {
        case .payments: lines.append(payments[row])
        case .refunds: lines.append(refunds[row])
        case .attempts: lines.append(attempts[row])
        case .journal: lines.append(journal[row])
        case .balances:
            let (key, amount) = balances.row(row)
            lines.append(key.account, key.currency, amount)
        case .notifications: lines.append(notifications[row].notification, notifications[row].state)
        }
    }
}

extension Refund.State {
    /// Not ended.
    var isOpen: Bool { self == .pending || self == .unknown }
}

extension LedgerChange {
    /// Rows that it writes. Comparing with nil would copy each of them.
    var rowCount: UInt64 {
        var count = UInt64(postings.count)
        if case .some = payment { count += 1 }
        if case .some = refund { count += 1 }
        if case .some = claim { count += 1 }
        if case .some = reply { count += 1 }
        if case .some = attempt { count += 1 }
        if case .some = notification { count += 1 }
        if case .some = delivery { count += 1 }
        return count
    }
}
