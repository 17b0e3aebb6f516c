import ChannelProfile
import EventLoop
import JSON
import Money
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// What every store keeps.
@Suite struct LedgerStoreTests {
    // MARK: Changes

    @Test(arguments: StoreKind.allCases)
    func `what was committed is there`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            #expect(try await store.commit(LedgerSample.begin(1)) == .done)
            var begun = LedgerSample.payment(1)
            begun.version = 1
            #expect(try await store.payment(begun.id) == begun)
            #expect(try await store.claim(begun.merchant, begun.key) == LedgerSample.claim(1))
            #expect(try await store.commit(LedgerSample.capture(1)) == .done)
            let captured = try #require(try await store.payment(begun.id))
            #expect(captured.state == .captured && captured.version == 2 && captured.captured == 4_900)
            #expect(captured.changedAt == LedgerSample.start + 7 && captured.key == begun.key)
            #expect(try await store.claim(begun.merchant, begun.key)?.reply == LedgerSample.reply(1))
            #expect(try await store.balance(.merchant(begun.merchant), LedgerSample.cny) == 4_900)
            #expect(try await store.balance(.channel(1), LedgerSample.cny) == -4_900)
            #expect(try await store.balance(.channel(2), LedgerSample.cny) == 0)
            #expect(try await store.payment(LedgerSample.id(2)) == nil)
            #expect(store.figures.changes == 2 && store.figures.rows == 2 + 6 && store.figures.waiting == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a key that is taken names the claim that counts, and nothing is changed`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            _ = try await store.commit(LedgerSample.begin(1))
            var second = LedgerSample.begin(1)
            second.payment = LedgerSample.payment(2)
            second.claim = Claim(
                merchant: LedgerSample.merchant(1), key: LedgerSample.key(1), fingerprint: 5,
                record: LedgerSample.id(2))
            #expect(try await store.commit(second) == .keyTaken(LedgerSample.claim(1)))
            #expect(try await store.payment(LedgerSample.id(2)) == nil)
            _ = try await store.commit(LedgerSample.capture(1))
            var answered = LedgerSample.claim(1)
            answered.reply = LedgerSample.reply(1)
            #expect(try await store.commit(second) == .keyTaken(answered))
            #expect(store.figures.keysTaken == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a payment of another version is refused, and nothing is changed`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            _ = try await store.commit(LedgerSample.begin(1))
            #expect(try await store.commit(LedgerSample.capture(1, version: 2)) == .stale)
            #expect(try await store.commit(LedgerSample.capture(2)) == .stale)
            var again = LedgerSample.begin(1)
            again.claim = nil
            #expect(try await store.commit(again) == .stale)
            // Beside a refund whose own version is right, and a key that is free.
            let refund = LedgerSample.refundChange(9, of: LedgerSample.payment(1), 100)
            #expect(try await store.commit(refund) == .stale)
            #expect(try await store.claim(LedgerSample.merchant(1), LedgerSample.key(9)) == nil)
            #expect(try await store.refund(LedgerSample.id(9)) == nil)
            #expect(try await store.lines(.journal).isEmpty)
            #expect(try await store.payment(LedgerSample.id(1))?.version == 1)
            #expect(store.figures.stale == 4)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `no account falls below its floor, to the last unit`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            let merchant = LedgerSample.merchant(1)
            _ = try await store.commit(LedgerSample.begin(1))
            _ = try await store.commit(LedgerSample.capture(1))
            var payment = try #require(try await store.payment(LedgerSample.id(1)))
            #expect(
                try await store.commit(LedgerSample.refundChange(9, of: payment, 4_901))
                    == .belowFloor(.merchant(merchant)))
            #expect(try await store.refund(LedgerSample.id(9)) == nil)
            #expect(try await store.commit(LedgerSample.refundChange(9, of: payment, 4_900)) == .done)
            #expect(try await store.balance(.merchant(merchant), LedgerSample.cny) == 0)
            payment = try #require(try await store.payment(payment.id))
            #expect(
                try await store.commit(LedgerSample.refundChange(10, of: payment, 1))
                    == .belowFloor(.merchant(merchant)))
            var done = LedgerChange(at: LedgerSample.start)
            done.refund = try await store.refund(LedgerSample.id(9))
            done.refund?.state = .done
            done.postings = LedgerSample.posting(.refunds, .channel(1), 4_900).postings
            #expect(try await store.commit(done) == .done)
            #expect(try await store.refund(LedgerSample.id(9))?.state == .done)
            #expect(try await store.balanceLines()["refunds"] == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `of several reasons the key comes first, then the version, then the floor`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            _ = try await store.commit(LedgerSample.begin(1))
            var change = LedgerSample.refundChange(1, of: LedgerSample.payment(1), 100)
            change.claim = LedgerSample.claim(1)
            #expect(try await store.commit(change) == .keyTaken(LedgerSample.claim(1)))
            change.claim = nil
            #expect(try await store.commit(change) == .stale)
            change.payment?.version = 1
            #expect(try await store.commit(change) == .belowFloor(.merchant(LedgerSample.merchant(1))))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a change that is refused refuses no other of its group`(kind: StoreKind) throws {
        try kind.run { stores, loop async throws in
            var changes = (1...40).map { LedgerSample.begin($0) }
            changes.insert(LedgerSample.begin(5), at: 20)
            changes.insert(LedgerSample.capture(99), at: 21)
            changes.insert(LedgerSample.posting(.merchant(LedgerSample.merchant(3)), .refunds, 1), at: 22)
            let results = await loop.commitTogether(changes, to: stores.live)
            for (place, result) in results.enumerated() {
                let expected: CommitOutcome =
                    switch place {
                    case 20: .keyTaken(LedgerSample.claim(5))
                    case 21: .stale
                    case 22: .belowFloor(.merchant(LedgerSample.merchant(3)))
                    default: .done
                    }
                #expect(result == .success(expected), "change \(place)")
            }
            #expect(try await stores.live.lines(.payments).count == 40)
            if kind != .memory { #expect(stores.live.figures.groups < 43) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `changes are made in the order in which they were handed over`(kind: StoreKind) throws {
        try kind.run { stores, loop async throws in
            var changes = [LedgerSample.begin(1)]
            for version in 1...50 {
                var change = LedgerChange(at: LedgerSample.start)
                change.payment = LedgerSample.payment(1)
                change.payment?.version = Int32(version)
                change.payment?.queries = UInt8(version)
                changes.append(change)
            }
            let results = await loop.commitTogether(changes, to: stores.live)
            #expect(results.allSatisfy { $0 == .success(.done) })
            let payment = try await stores.live.payment(LedgerSample.id(1))
            #expect(payment?.version == 51 && payment?.queries == 50)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a reply to nothing is passed over, and the first reply stays`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            var change = LedgerChange(at: LedgerSample.start)
            change.reply = LedgerSample.reply(1)
            #expect(try await store.commit(change) == .done)
            _ = try await store.commit(LedgerSample.begin(1))
            #expect(try await store.claim(LedgerSample.merchant(1), LedgerSample.key(1))?.reply == nil)
            #expect(try await store.commit(change) == .done)
            change.reply = LedgerSample.reply(1, "")
            #expect(try await store.commit(change) == .done)
            #expect(
                try await store.claim(LedgerSample.merchant(1), LedgerSample.key(1))?.reply == LedgerSample.reply(1))
        }
    }

    // MARK: Limits

    @Test(arguments: StoreKind.grouping)
    func `more than may wait is refused at once, and said`(kind: StoreKind) throws {
        try kind.run(waitingMax: 10) { stores, loop async throws in
            let results = await loop.commitTogether((1...25).map { LedgerSample.begin($0) }, to: stores.live)
            let behind = StoreFailure.Cause.behind(waiting: 10)
            for (place, result) in results.enumerated() {
                switch result {
                case .success(let outcome): #expect(outcome == .done && place < 10)
                case .failure(let failure): #expect(failure.cause == behind && place >= 10)
                }
            }
            #expect(stores.live.figures.refusedBehind == 15 && stores.live.figures.waiting == 0)
            #expect(try await stores.shadow.commit(LedgerSample.begin(30)) == .done)
            #expect(try await stores.live.commit(LedgerSample.begin(30)) == .done)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `what was handed over is durable when the store is closed, and then nothing is taken`(kind: StoreKind) throws {
        try kind.run { stores, loop async throws in
            var outcome: CommitOutcome?
            let task = loop.spawn { outcome = try? await stores.live.commit(LedgerSample.begin(1)) }
            await stores.live.close()
            await task.join()
            #expect(outcome == .done)
            await #expect(throws: StoreFailure.self) { try await stores.live.commit(LedgerSample.begin(2)) }
            #expect(try await stores.shadow.commit(LedgerSample.begin(2)) == .done)
        }
    }

    @Test(arguments: StoreKind.grouping)
    func `a caller that is cancelled still hears what became of its change`(kind: StoreKind) throws {
        try kind.run { stores, loop async throws in
            var outcome: CommitOutcome?
            let task = loop.spawn { outcome = try? await stores.live.commit(LedgerSample.begin(1)) }
            task.cancel()
            await task.join()
            #expect(outcome == .done)
        }
    }

    // MARK: Namespaces

    @Test(arguments: StoreKind.allCases)
    func `live and shadow rows never meet`(kind: StoreKind) throws {
        try kind.run { stores, loop async throws in
            #expect(stores[.live].namespace == .live && stores[.shadow].namespace == .shadow)
            let live = loop.spawn { _ = try? await stores.live.commit(LedgerSample.begin(1)) }
            let shadow = loop.spawn { _ = try? await stores.shadow.commit(LedgerSample.begin(1, 77)) }
            await live.join()
            await shadow.join()
            _ = try await stores.shadow.commit(LedgerSample.capture(1, 77, of: 77))
            #expect(try await stores.live.payment(LedgerSample.id(1))?.amount.minor == 4_900)
            #expect(try await stores.shadow.payment(LedgerSample.id(1))?.amount.minor == 77)
            for table in ExportTable.allCases where table != .payments {
                #expect(try await stores.live.lines(table).isEmpty, "\(table)")
            }
            #expect(stores.live.figures.rows == 2 && stores.shadow.figures.rows == 8)
            let other = LedgerSample.posting(.merchant(LedgerSample.merchant(1)), .refunds, 77)
            #expect(try await stores.live.commit(other) == .belowFloor(.merchant(LedgerSample.merchant(1))))
            #expect(try await stores.shadow.commit(other) == .done)
        }
    }

    // MARK: After a restart

    @Test(arguments: StoreKind.allCases)
    func `what is open is found again, in its order`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            for number in [3, 1, 2, 5, 4] { _ = try await store.commit(LedgerSample.begin(number)) }
            for number in [2, 4] { _ = try await store.commit(LedgerSample.capture(number)) }
            let open = try await store.openPayments(after: nil, limit: 2)
            #expect(open.map(\.id) == [1, 3].map { LedgerSample.id($0) })
            #expect(try await store.openPayments(after: open.last?.id, limit: 9).map(\.id) == [LedgerSample.id(5)])
            let payment = try #require(try await store.payment(LedgerSample.id(2)))
            _ = try await store.commit(LedgerSample.refundChange(7, of: payment, 1))
            #expect(try await store.openRefunds(after: nil, limit: 9).map(\.id) == [LedgerSample.id(7)])
            #expect(try await store.openRefunds(after: LedgerSample.id(7), limit: 9).isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `notifications wait until they are delivered or given up`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            for number in 1...4 {
                _ = try await store.commit(LedgerSample.begin(number))
                _ = try await store.commit(LedgerSample.capture(number))
            }
            // The later its number, the earlier a sample is due.
            let due = try await store.dueNotifications(limit: 3)
            #expect(due.map(\.id.record) == [4, 3, 2].map { LedgerSample.id($0) })
            #expect(due.first == LedgerSample.capture(4).notification)
            let outcomes: [Delivery.Outcome] = [.delivered, .again(at: LedgerSample.start + 1_000), .givenUp]
            for (notification, outcome) in zip(due, outcomes) {
                var change = LedgerChange(at: LedgerSample.start)
                change.delivery = Delivery(id: notification.id, attempts: 2, outcome: outcome)
                _ = try await store.commit(change)
            }
            let left = try await store.dueNotifications(limit: 9)
            #expect(left.map(\.id.record) == [1, 3].map { LedgerSample.id($0) })
            #expect(left.last?.attempts == 2 && left.last?.dueAt == LedgerSample.start + 1_000)
            let states = try await store.lines(.notifications).map { $0["state"]?.string }
            #expect(states == ["waiting", "given_up", "waiting", "delivered"])
        }
    }
}
