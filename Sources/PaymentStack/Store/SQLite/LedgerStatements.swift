import ChannelProfile
import Money
import SQLite
import StackVocabulary

/// What the writer of one namespace says to the database, compiled once.
final class LedgerStatements {
    private let database: Database
    private let claimInsert, paymentInsert, paymentUpdate, paymentVersion: Statement
    private let refundInsert, refundUpdate, refundVersionOf: Statement
    private let replyInsert, attemptInsert, journalInsert: Statement
    private let notificationInsert, notificationUpdate: Statement
    private let balanceInsert, balanceUpdate, progressUpdate, progressFlush: Statement

    init(_ prefix: String, _ database: Database) throws(DatabaseError) {
        self.database = database
        claimInsert = try database.prepare(
            "INSERT INTO \(prefix)claims VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        paymentInsert = try database.prepare(
            """
            INSERT INTO \(prefix)payments (\(Payment.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        paymentUpdate = try database.prepare(
            """
            UPDATE \(prefix)payments SET changed_ms = ?3, state = ?4, version = ?2 + 1, channel = ?5, attempt = ?6,
              captured = ?7, refunded = ?8, refund_pending = ?9, reason = ?10, queries = ?11
            WHERE id = ?1 AND version = ?2
            """)
        paymentVersion = try database.prepare("SELECT version FROM \(prefix)payments WHERE id = ?")
        refundInsert = try database.prepare(
            """
            INSERT INTO \(prefix)refunds (\(Refund.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        refundUpdate = try database.prepare(
            """
            UPDATE \(prefix)refunds SET changed_ms = ?3, state = ?4, version = ?2 + 1, reason = ?5, queries = ?6
            WHERE id = ?1 AND version = ?2
            """)
        refundVersionOf = try database.prepare("SELECT version FROM \(prefix)refunds WHERE id = ?")
        replyInsert = try database.prepare(
            """
            INSERT INTO \(prefix)replies (claim, status, body)
            SELECT number, ?3, ?4 FROM \(prefix)claims WHERE merchant = ?1 AND key = ?2 ON CONFLICT DO NOTHING
            """)
        attemptInsert = try database.prepare(
            "INSERT INTO \(prefix)attempts (\(AttemptRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        journalInsert = try database.prepare("INSERT INTO \(prefix)journal VALUES (?, ?, ?, ?, ?, ?, ?)")
        notificationInsert = try database.prepare(
            """
            INSERT INTO \(prefix)notifications (\(Notification.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        notificationUpdate = try database.prepare(
            """
            UPDATE \(prefix)notifications SET attempts = ?3, state = ?4, due_ms = coalesce(?5, due_ms)
            WHERE record = ?1 AND version = ?2 AND state = 0
            """)
        balanceInsert = try database.prepare("INSERT INTO \(prefix)balances VALUES (?, ?, ?, 0)")
        balanceUpdate = try database.prepare("UPDATE \(prefix)balances SET amount = ?2 WHERE number = ?1")
        progressUpdate = try database.prepare("UPDATE \(prefix)progress SET change = ?, journal = ?")
        progressFlush = try database.prepare("UPDATE \(prefix)progress SET change = ?, journal = ?, flushed = ?")
    }

    private func bind(_ place: Int32, _ key: PaymentReference, to statement: Statement, _ scratch: inout [UInt8]) {
        scratch.removeAll(keepingCapacity: true)
        key.append(to: &scratch)
        statement.bind(place, text: scratch.span)
    }

    // MARK: Claims

    /// False when the key is taken.
    func insert(_ claim: Claim, _ number: Int64, _ scratch: inout [UInt8]) throws(DatabaseError) -> Bool {
        claimInsert.bind(1, Int64(claim.merchant.number))
        bind(2, claim.key, to: claimInsert, &scratch)
        claimInsert.bind(3, Int64(truncatingIfNeeded: claim.fingerprint >> 64))
        claimInsert.bind(4, Int64(truncatingIfNeeded: claim.fingerprint))
        claimInsert.bind(5, claim.record)
        claimInsert.bind(6, number)
        try claimInsert.run()
        return database.changedRows == 1
    }

    /// To who claimed the key; the first one counts.
    func save(_ reply: SavedReply, _ scratch: inout [UInt8]) throws(DatabaseError) {
        replyInsert.bind(1, Int64(reply.merchant.number))
        bind(2, reply.key, to: replyInsert, &scratch)
        replyInsert.bind(3, Int64(reply.status))
        replyInsert.bind(4, blob: reply.body.span)
        try replyInsert.run()
    }

    // MARK: Payments and refunds

    /// False when it is there in another version.
    func write(_ payment: Payment, _ scratch: inout [UInt8]) throws(DatabaseError) -> Bool {
        if payment.version == 0 { try insert(payment, &scratch) } else { try update(payment) }
        return database.changedRows == 1
    }

    private func insert(_ payment: Payment, _ scratch: inout [UInt8]) throws(DatabaseError) {
        let row = paymentInsert
        row.bind(1, payment.id)
        row.bind(2, Int64(payment.merchant.number))
        bind(3, payment.key, to: row, &scratch)
        row.bind(4, payment.amount.currency)
        row.bind(5, payment.amount.minor)
        row.bind(6, Int64(payment.bin))
        row.bind(7, payment.capturesAtOnce ? 1 : 0 as Int64)
        row.bind(8, payment.notify)
        row.bind(9, payment.createdAt)
        row.bind(10, payment.changedAt)
        row.bind(11, Int64(payment.state.rawValue))
        row.bind(12, 1 as Int64)
        row.bind(13, payment.channel.map { Int64($0) })
        row.bind(14, Int64(payment.attempt))
        row.bind(15, payment.captured)
        row.bind(16, payment.refunded)
        row.bind(17, payment.refundPending)
        row.bind(18, payment.reason)
        row.bind(19, Int64(payment.queries))
        try row.run()
    }

    private func update(_ payment: Payment) throws(DatabaseError) {
        let row = paymentUpdate
        row.bind(1, payment.id)
        row.bind(2, Int64(payment.version))
        row.bind(3, payment.changedAt)
        row.bind(4, Int64(payment.state.rawValue))
        row.bind(5, payment.channel.map { Int64($0) })
        row.bind(6, Int64(payment.attempt))
        row.bind(7, payment.captured)
        row.bind(8, payment.refunded)
        row.bind(9, payment.refundPending)
        row.bind(10, payment.reason)
        row.bind(11, Int64(payment.queries))
        try row.run()
    }

    /// 0 for one that is not there.
    func version(_ id: RecordID) throws(DatabaseError) -> Int32 { try version(id, paymentVersion) }
    func refundVersion(_ id: RecordID) throws(DatabaseError) -> Int32 { try version(id, refundVersionOf) }

    private func version(_ id: RecordID, _ statement: Statement) throws(DatabaseError) -> Int32 {
        statement.bind(1, id)
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return Int32(truncatingIfNeeded: statement.integer(0))
    }

    /// False when it is there in another version.
    func write(_ refund: Refund, _ scratch: inout [UInt8]) throws(DatabaseError) -> Bool {
        if refund.version == 0 { try insert(refund, &scratch) } else { try update(refund) }
        return database.changedRows == 1
    }

    private func insert(_ refund: Refund, _ scratch: inout [UInt8]) throws(DatabaseError) {
        let row = refundInsert
        row.bind(1, refund.id)
        row.bind(2, refund.payment)
        row.bind(3, Int64(refund.merchant.number))
        bind(4, refund.key, to: row, &scratch)
        row.bind(5, refund.amount.currency)
        row.bind(6, refund.amount.minor)
        row.bind(7, refund.createdAt)
        row.bind(8, refund.changedAt)
        row.bind(9, Int64(refund.state.rawValue))
        row.bind(10, 1 as Int64)
        row.bind(11, refund.reason)
        row.bind(12, Int64(refund.queries))
        try row.run()
    }

    private func update(_ refund: Refund) throws(DatabaseError) {
        let row = refundUpdate
        row.bind(1, refund.id)
        row.bind(2, Int64(refund.version))
        row.bind(3, refund.changedAt)
        row.bind(4, Int64(refund.state.rawValue))
        row.bind(5, refund.reason)
        row.bind(6, Int64(refund.queries))
        try row.run()
    }

    // MARK: What a change adds

    func insert(_ attempt: AttemptRecord, _ number: Int64) throws(DatabaseError) {
        attemptInsert.bind(1, number)
        attemptInsert.bind(2, attempt.reference.record)
        attemptInsert.bind(3, Int64(attempt.reference.kind.rawValue))
        attemptInsert.bind(4, Int64(attempt.reference.attempt))
        attemptInsert.bind(5, Int64(attempt.channel))
        attemptInsert.bind(6, attempt.sentAt)
        attemptInsert.bind(7, attempt.endedAt)
        attemptInsert.bind(8, Int64(attempt.outcome.rawValue))
        attemptInsert.bind(9, Int64(attempt.sends))
        try attemptInsert.run()
    }

    func insert(_ line: JournalRow) throws(DatabaseError) {
        journalInsert.bind(1, line.number)
        journalInsert.bind(2, line.change)
        journalInsert.bind(3, line.at)
        journalInsert.bind(4, line.record.map { Int64(bitPattern: $0.bits) })
        journalInsert.bind(5, line.posting.account.bits)
        journalInsert.bind(6, line.posting.amount.currency)
        journalInsert.bind(7, line.posting.amount.minor)
        try journalInsert.run()
    }

    func insert(_ notification: Notification, _ number: Int64) throws(DatabaseError) {
        let row = notificationInsert
        row.bind(1, number)
        row.bind(2, notification.id.record)
        row.bind(3, Int64(notification.id.version))
        row.bind(4, Int64(NotificationState.waiting.rawValue))
        row.bind(5, Int64(notification.attempts))
        row.bind(6, notification.dueAt)
        row.bind(7, notification.url)
        row.bind(8, blob: notification.body.span)
        try row.run()
    }

    func write(_ delivery: Delivery) throws(DatabaseError) {
        let row = notificationUpdate
        row.bind(1, delivery.id.record)
        row.bind(2, Int64(delivery.id.version))
        row.bind(3, Int64(delivery.attempts))
        let (state, dueAt): (NotificationState, Int64?) =
            switch delivery.outcome {
            case .delivered: (.delivered, nil)
            case .givenUp: (.givenUp, nil)
            case .again(let at): (.waiting, at)
            }
        row.bind(4, Int64(state.rawValue))
        row.bind(5, dueAt)
        try row.run()
    }

    // MARK: Balances and progress, rows from 1

    func insertBalance(_ number: Int, _ account: Account, _ currency: Currency) throws(DatabaseError) {
        balanceInsert.bind(1, Int64(number) + 1)
        balanceInsert.bind(2, account.bits)
        balanceInsert.bind(3, currency)
        try balanceInsert.run()
    }

    func writeBalance(_ number: Int, _ amount: Int64) throws(DatabaseError) {
        balanceUpdate.bind(1, Int64(number) + 1)
        balanceUpdate.bind(2, amount)
        try balanceUpdate.run()
    }

    func mark(_ change: Int64, _ journal: Int64) throws(DatabaseError) {
        progressUpdate.bind(1, change)
        progressUpdate.bind(2, journal)
        try progressUpdate.run()
    }

    func mark(_ change: Int64, _ journal: Int64, flushed: Int64) throws(DatabaseError) {
        progressFlush.bind(1, change)
        progressFlush.bind(2, journal)
        progressFlush.bind(3, flushed)
        try progressFlush.run()
    }
}
