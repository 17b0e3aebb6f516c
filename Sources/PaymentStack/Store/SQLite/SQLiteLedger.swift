// Goal: an acknowledged payment survives `kill -9`, at tens of thousands of changes a second.
// Method: SQLite with a write-ahead log. One thread writes, many changes in one transaction; one thread reads; the loop
// hands over and is told by letter, so it never waits for a disk.
// Not here: several processes on one file, and simulations, which have no other thread (`MemoryLedger`).

import ChannelProfile
import EventLoop
import Money
import SQLite
import StackVocabulary

/// One namespace of a ledger's file.
final class SQLiteLedger: LedgerStore {
    let namespace: Namespace
    private let file: LedgerFile
    private var isClosed = false

    init(_ namespace: Namespace, in file: LedgerFile) {
        self.namespace = namespace
        self.file = file
    }

    var figures: StoreFigures { file.figures(namespace) }

    func commit(_ change: LedgerChange) async throws(StoreFailure) -> CommitOutcome {
        guard !isClosed else { throw StoreFailure(operation: "commit", cause: .closed) }
        return try await file.commit(change, namespace)
    }

    func close() async {
        guard !isClosed else { return }
        isClosed = true
        await file.close(namespace)
    }

    // MARK: Questions

    private func open(_ operation: String) throws(StoreFailure) -> LedgerFile {
        guard !isClosed else { throw StoreFailure(operation: operation, cause: .closed) }
        return file
    }

    func payment(_ id: RecordID) async throws(StoreFailure) -> Payment? {
        try await open("payment").ask("payment", namespace) { readings throws(DatabaseError) in
            try readings.payment(id)
        }
    }

    func refund(_ id: RecordID) async throws(StoreFailure) -> Refund? {
        try await open("refund").ask("refund", namespace) { readings throws(DatabaseError) in
            try readings.refund(id)
        }
    }

    func claim(_ merchant: MerchantID, _ key: PaymentReference) async throws(StoreFailure) -> Claim? {
        try await open("claim").ask("claim", namespace) { readings throws(DatabaseError) in
            try readings.claim(merchant, key)
        }
    }

    func balance(_ account: Account, _ currency: Currency) async throws(StoreFailure) -> Int64 {
        try await open("balance").ask("balance", namespace) { readings throws(DatabaseError) in
            try readings.balance(account, currency)
        }
    }

    func openPayments(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Payment] {
        try await open("open payments").ask("open payments", namespace) { readings throws(DatabaseError) in
            try readings.openPayments(after: id, limit: limit)
        }
    }

    func openRefunds(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Refund] {
        try await open("open refunds").ask("open refunds", namespace) { readings throws(DatabaseError) in
            try readings.openRefunds(after: id, limit: limit)
        }
    }

    func dueNotifications(limit: Int) async throws(StoreFailure) -> [Notification] {
        try await open("due notifications").ask("due notifications", namespace) { readings throws(DatabaseError) in
            try readings.dueNotifications(limit: limit)
        }
    }

    func page(_ table: ExportTable, after place: Int64, limit: Int) async throws(StoreFailure) -> ExportPage {
        let channels = file.channels
        return try await open("export").ask("export", namespace) { readings throws(DatabaseError) in
            try readings.page(table, after: place, limit: limit, channels)
        }
    }

    func counts() async throws(StoreFailure) -> LedgerCounts {
        try await open("count").ask("count", namespace) { readings throws(DatabaseError) in try readings.counts() }
    }
}
