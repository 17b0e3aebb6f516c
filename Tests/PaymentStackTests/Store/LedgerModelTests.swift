import EventLoop
import JSON
import Money
import SeededRandom
import StackVocabulary
import TestFolders
import Testing

@testable import PaymentStack

/// Stores against the model, over seeds.
@Suite struct LedgerModelTests {
    @Test(arguments: StoreKind.allCases)
    func `a store says and holds what the model does`(kind: StoreKind) throws {
        for seed in 1...(kind.isFile ? 12 : 60) as ClosedRange<UInt64> {
            try kind.run { stores, loop async throws in
                var model = LedgerModel()
                var draw = ChangeDraw(seed)
                for _ in 0..<12 {
                    let changes = (0..<Int(draw.random.below(20)) + 1).map { _ in draw.next(model) }
                    let expected = changes.map { model.commit($0) }
                    let results = await loop.commitTogether(changes, to: stores.live)
                    #expect(results == expected.map { .success($0) }, "seed \(seed)")
                }
                try await Self.compare(stores.live, model, "seed \(seed)")
            }
        }
    }

    @Test(arguments: StoreKind.files)
    func `a store that is opened again and again goes on where it was`(kind: StoreKind) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let folder = try TestFolder()
            var model = LedgerModel()
            var draw = ChangeDraw(seed)
            for _ in 0..<5 {
                let loop = try kind.loop()
                let order = kind.order(in: folder)
                let changes = (0..<60).map { _ in draw.next(model) }
                let expected = changes.map { model.commit($0) }
                try loop.run { [model] () async throws in
                    let stores = try await LedgerStores.open(order, on: loop)
                    let results = await loop.commitTogether(changes, to: stores.live)
                    #expect(results == expected.map { .success($0) }, "seed \(seed)")
                    try await Self.compare(stores.live, model, "seed \(seed)")
                    await stores.close()
                }
            }
        }
    }

    static func compare(_ store: any LedgerStore, _ model: LedgerModel, _ where: String) async throws {
        for payment in model.payments.values {
            #expect(try await store.payment(payment.id) == payment, "\(`where`)")
        }
        for refund in model.refunds.values { #expect(try await store.refund(refund.id) == refund, "\(`where`)") }
        for claim in model.claims.values {
            #expect(try await store.claim(claim.merchant, claim.key) == claim, "\(`where`)")
        }
        for (bits, amount) in model.balances {
            let account = try #require(Account(bits: bits))
            #expect(try await store.balance(account, LedgerSample.cny) == amount, "\(`where`): \(account)")
        }
        let open = model.notifications.values.filter(\.isOpen).map(\.notification)
        let due = try await store.dueNotifications(limit: 10_000)
        #expect(
            Set(due.map(\.id)) == Set(open.map(\.id)) && due.map(\.dueAt) == due.map(\.dueAt).sorted(), "\(`where`)")
        let journal = try await store.lines(.journal, pageOf: 7)
        #expect(journal.map { $0["amount"]?.int64 } == model.journal.map(\.amount), "\(`where`)")
        #expect(try await store.lines(.payments, pageOf: 5).count == model.payments.count, "\(`where`)")
        let (sums, uneven) = try await store.journalSums()
        #expect(try await store.balanceLines() == sums && uneven.isEmpty, "\(`where`)")
        let unsettled = model.payments.values.filter { !$0.state.isSettled }.map(\.id).sorted()
        #expect(try await store.openPayments(after: nil, limit: 10_000).map(\.id) == unsettled, "\(`where`)")
    }
}
