import EventLoop
import Money
import StackVocabulary
import Testing

@testable import PaymentStack

/// What is planted in stores does what it says, and nothing without it.
@Suite struct LedgerDefectTests {
    @Test(arguments: StoreKind.allCases, [false, true])
    func `a posting in two halves leaves money from nothing when the second is refused`(
        kind: StoreKind, isPlanted: Bool
    ) throws {
        try kind.run(defects: isPlanted ? [.nonAtomicPosting] : []) { stores, _ async throws in
            let store = stores.live
            _ = try await store.commit(LedgerSample.begin(1))
            _ = try await store.commit(LedgerSample.capture(1))
            let payment = try #require(try await store.payment(LedgerSample.id(1)))
            let outcome = try await store.commit(LedgerSample.refundChange(9, of: payment, 4_901))
            #expect(outcome == (isPlanted ? .done : .belowFloor(.merchant(payment.merchant))))
            for _ in 0..<2 { _ = try await store.commit(LedgerChange(at: LedgerSample.start)) }
            let (sums, uneven) = try await store.journalSums()
            #expect(uneven.isEmpty == !isPlanted)
            #expect(sums["refunds"] == (isPlanted ? 4_901 : nil))
            #expect(try await store.balance(.merchant(payment.merchant), LedgerSample.cny) == 4_900)
        }
    }

    @Test(arguments: [false, true])
    func `a posting in two halves is cut by a crash`(isPlanted: Bool) throws {
        let loop = EventLoop.simulated(seed: 1)
        try loop.run { () async throws in
            var conditions = MemoryLedger.Conditions()
            conditions.latency = .milliseconds(1)
            var store = MemoryLedger(
                .live, channels: ChannelNames(StoreKind.channels), conditions,
                defects: isPlanted ? [.nonAtomicPosting] : [], on: loop)
            _ = try await store.commit(LedgerSample.begin(1))
            _ = try await store.commit(LedgerSample.capture(1))
            store = store.crash()
            #expect(try await store.journalSums().uneven.isEmpty == !isPlanted)
        }
    }

    @Test(arguments: StoreKind.grouping, [false, true])
    func `postings to one account wait for each other's commit only where that is planted`(
        kind: StoreKind, isPlanted: Bool
    ) throws {
        try kind.run(defects: isPlanted ? [.hotAccountConvoy] : []) { stores, loop async throws in
            _ = await loop.commitTogether((1...50).map { LedgerSample.begin($0) }, to: stores.live)
            let before = stores.live.figures.groups
            let results = await loop.commitTogether((1...50).map { LedgerSample.capture($0) }, to: stores.live)
            #expect(results.allSatisfy { $0 == .success(.done) })
            let groups = stores.live.figures.groups - before
            // All of them post to one channel.
            if isPlanted { #expect(groups == 50) } else { #expect(groups <= 2) }
        }
    }

    @Test(arguments: StoreKind.allCases, [false, true])
    func `a debit that is held against an old balance overdraws the account`(kind: StoreKind, isPlanted: Bool) throws {
        try kind.run(defects: isPlanted ? [.bufferedDebitOverdraft] : []) { stores, _ async throws in
            let store = stores.live
            let merchant = Account.merchant(LedgerSample.merchant(1))
            var credit = LedgerSample.posting(.channel(1), merchant, 4_900)
            _ = try await store.commit(credit)
            // A second later what is buffered is flushed.
            credit.at += 1_001
            credit.postings = LedgerSample.posting(.channel(1), .refunds, 1).postings
            _ = try await store.commit(credit)
            var debit = LedgerSample.posting(merchant, .refunds, 4_900)
            debit.at = credit.at
            #expect(try await store.commit(debit) == .done)
            #expect(try await store.commit(debit) == (isPlanted ? .done : .belowFloor(merchant)))
            #expect(try await store.balance(merchant, LedgerSample.cny) == (isPlanted ? -4_900 : 0))
        }
    }
}
