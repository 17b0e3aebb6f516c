import ChannelProfile
import Money
import StackVocabulary

@testable import PaymentStack

/// A store that takes no change of some kind, as long as it is told to.
final class FickleStore: LedgerStore {
    private let store: any LedgerStore
    /// Whether a change is refused.
    var refuses: (LedgerChange) -> Bool = { _ in false }
    private(set) var refused = 0

    init(_ store: any LedgerStore) {
        self.store = store
    }

    func commit(_ change: LedgerChange) async throws(StoreFailure) -> CommitOutcome {
        if refuses(change) {
            refused += 1
            throw StoreFailure(operation: "commit", cause: .behind(waiting: 1))
        }
        return try await store.commit(change)
    }

    var namespace: Namespace { store.namespace }
    var figures: StoreFigures { store.figures }

    func payment(_ id: RecordID) async throws(StoreFailure) -> Payment? { try await store.payment(id) }
    func refund(_ id: RecordID) async throws(StoreFailure) -> Refund? { try await store.refund(id) }
    func claim(_ merchant: MerchantID, _ key: PaymentReference) async throws(StoreFailure) -> Claim? {
        try await store.claim(merchant, key)
    }
    func balance(_ account: Account, _ currency: Currency) async throws(StoreFailure) -> Int64 {
        try await store.balance(account, currency)
    }
    func openPayments(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Payment] {
        try await store.openPayments(after: id, limit: limit)
    }
    func openRefunds(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Refund] {
        try await store.openRefunds(after: id, limit: limit)
    }
    func dueNotifications(limit: Int) async throws(StoreFailure) -> [Notification] {
        try await store.dueNotifications(limit: limit)
    }
    func page(_ table: ExportTable, after place: Int64, limit: Int) async throws(StoreFailure) -> ExportPage {
        try await store.page(table, after: place, limit: limit)
    }
    func counts() async throws(StoreFailure) -> LedgerCounts { try await store.counts() }
    func close() async { await store.close() }
}

extension StackRig {
    /// What stands between shadow payments and their books from now on.
    func fickleStore() throws -> FickleStore {
        guard let desk = stack.parts?.desks[1] else { throw StackFault("the stack is not open") }
        let store = FickleStore(desk.store)
        desk.store = store
        return store
    }

    func shadowDesk() throws -> PaymentDesk {
        guard let desk = stack.parts?.desks[1] else { throw StackFault("the stack is not open") }
        return desk
    }
}
