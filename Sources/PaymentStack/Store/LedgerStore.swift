// Goal: what a stack has acknowledged is never lost, and never half there.
// Method: a change (`LedgerChange`) is committed whole, many of them in one transaction of the database (group commit);
// who commits waits until it is durable. One store is one namespace; two of them may share a database.
// Not here: rules about money. The store checks keys, versions, and that no account falls below its floor.

import ChannelProfile
import Money
import StackVocabulary
import Timebase

protocol LedgerStore: AnyObject {
    var namespace: Namespace { get }

    /// Returns when the change is durable, or why it was not made; of several reasons the first of `CommitOutcome`.
    /// Changes are made in the order in which they were handed over. It cannot be cancelled: a change under way is made.
    /// One that is refused refuses no other. A reply to no claim, or to one that has its reply, and a delivery of
    /// nothing that waits, are passed over. An empty change waits for those before it.
    func commit(_ change: LedgerChange) async throws(StoreFailure) -> CommitOutcome

    func payment(_ id: RecordID) async throws(StoreFailure) -> Payment?
    func refund(_ id: RecordID) async throws(StoreFailure) -> Refund?
    /// With the reply that was saved, if any.
    func claim(_ merchant: MerchantID, _ key: PaymentReference) async throws(StoreFailure) -> Claim?
    func balance(_ account: Account, _ currency: Currency) async throws(StoreFailure) -> Int64

    // MARK: After a restart

    /// Payments that are not settled, in the order of their ids; nil begins.
    func openPayments(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Payment]
    func openRefunds(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Refund]
    /// Notifications that are neither delivered nor given up, in the order in which they are due.
    func dueNotifications(limit: Int) async throws(StoreFailure) -> [Notification]

    // MARK: For auditors

    /// Rows of one table behind a place, at most `limit`, from 0 on. Whoever follows `last` until a page is empty has
    /// seen each row once that was there when he began, as it was when its page was made. Places belong to one store.
    func page(_ table: ExportTable, after place: Int64, limit: Int) async throws(StoreFailure) -> ExportPage

    /// Rows of each table that is exported, as one view of the books.
    func counts() async throws(StoreFailure) -> LedgerCounts

    var figures: StoreFigures { get }
    /// What was handed over is made durable first.
    func close() async
}

enum CommitOutcome: Sendable, Equatable {
    case done
    /// The key was claimed before: this claim counts, and nothing was changed.
    case keyTaken(Claim)
    /// The payment or refund is of another version; nothing was changed.
    case stale
    /// A posting would bring it below its floor; nothing was changed.
    case belowFloor(Account)
}

struct StoreFailure: Error, Sendable, Equatable, CustomStringConvertible {
    enum Cause: Sendable, Equatable {
        /// More changes wait than may.
        case behind(waiting: Int)
        case closed
        /// The database's code and words: a full disk, a broken file.
        case database(code: Int32, String)
    }

    let operation: String
    let cause: Cause

    var description: String {
        switch cause {
        case .behind(let waiting): "\(operation): the store is behind, \(waiting) changes wait"
        case .closed: "\(operation): the store is closed"
        case .database(let code, let words): "\(operation): \(words) (\(code))"
        }
    }
}

enum ExportTable: String, Sendable, CaseIterable {
    case payments, refunds, attempts, journal, balances, notifications
}

/// Rows as JSON objects, one a line. `last` is where to go on; the watermark is the number of the last change that is in
/// the pages up to this one.
struct ExportPage: Sendable {
    let lines: [UInt8]
    let count: Int
    let last: Int64
    let watermark: Int64
}

/// In the order of `ExportTable`.
struct LedgerCounts: Sendable, Equatable {
    let rows: [Int64]
    /// The number of the last change that is counted.
    let watermark: Int64

    subscript(table: ExportTable) -> Int64 { rows[ExportTable.allCases.firstIndex(of: table) ?? 0] }
}

struct StoreFigures: Sendable, Equatable {
    var changes: UInt64 = 0
    /// Transactions of the database.
    var groups: UInt64 = 0
    var keysTaken: UInt64 = 0
    var stale: UInt64 = 0
    var belowFloor: UInt64 = 0
    var refusedBehind: UInt64 = 0
    var waiting = 0
    /// How long the oldest of the last group waited to be durable.
    var lag = TimeSpan.zero
    /// Rows written, by which isolation is audited.
    var rows: UInt64 = 0
}
