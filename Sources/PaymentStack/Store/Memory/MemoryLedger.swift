// Goal: the store of simulations and of a stack without a file, at the price of some dictionaries.
// Method: without a latency a change is applied where it is handed over. With one, changes wait, are durable together
// after it, and are answered: a crash at any instant leaves exactly what was durable.
// Not here: a file.

import ChannelProfile
import EventLoop
import Money
import StackVocabulary
import Timebase

final class MemoryLedger: LedgerStore {
    struct Conditions: Sendable {
        /// From the beginning of a group's commit until it is durable; zero: at once, each change for itself.
        var latency = TimeSpan.zero
        /// From there until its callers hear of it.
        var answer = TimeSpan.zero
        var groupMax = 1_024
        /// Of changes that are not durable.
        var waitingMax = 8_192
        /// Of all that were made: memory has an end.
        var changesMax: Int64 = 100_000_000
    }

    let namespace: Namespace
    let channels: ChannelNames
    private let loop: EventLoop
    private let conditions: Conditions
    private let defects: DefectSwitches
    private var book: MemoryBook
    private var line: ChangeLine
    private let desk: CommitDesk
    /// On its way to be durable.
    private var group: [QueuedChange] = []
    private var durableTimer: TimerID?
    /// Durable, and its callers have not heard of it.
    private var unanswered: [(answers: [(slot: Int?, outcome: CommitOutcome)], timer: TimerID)] = []
    private var isClosed = false
    private var ending: Parking?

    init(
        _ namespace: Namespace, channels: ChannelNames, _ conditions: Conditions = Conditions(),
        defects: DefectSwitches = [], on loop: EventLoop
    ) {
        self.namespace = namespace
        self.channels = channels
        self.conditions = conditions
        self.defects = defects
        self.loop = loop
        book = MemoryBook(defects)
        line = ChangeLine(groupMax: conditions.groupMax, defects)
        desk = CommitDesk(loop, waitingMax: conditions.waitingMax)
    }

    var figures: StoreFigures { desk.figures }

    // MARK: Changes

    func commit(_ change: LedgerChange) async throws(StoreFailure) -> CommitOutcome {
        guard !isClosed else { throw StoreFailure(operation: "commit", cause: .closed) }
        guard book.changes < conditions.changesMax else {
            throw StoreFailure(operation: "commit", cause: .database(code: 13, "the store in memory is full"))
        }
        if conditions.latency == .zero, conditions.answer == .zero { return applyAtOnce(change) }
        let slot = try desk.take()
        line.append(QueuedChange(slot: slot, namespace: namespace, change: change, handedAt: loop.now))
        if group.isEmpty { beginGroup() }
        return try await desk.answer(slot)
    }

    private func applyAtOnce(_ change: LedgerChange) -> CommitOutcome {
        if line.halves || line.count > 0 {
            line.append(QueuedChange(slot: 0, namespace: namespace, change: change, handedAt: loop.now))
            return line.takeGroup().map { apply($0.change) }.last ?? .done
        }
        return apply(change)
    }

    private func apply(_ change: borrowing LedgerChange) -> CommitOutcome {
        let rows = book.rows
        let outcome = book.apply(change)
        desk.figures.count(outcome, rows: book.rows - rows)
        desk.figures.groups += conditions.latency == .zero ? 1 : 0
        return outcome
    }

    // MARK: Groups

    private func beginGroup() {
        group = line.takeGroup()
        guard !group.isEmpty else {
            ending?.wake()
            return
        }
        durableTimer = loop.arm(loop.now + conditions.latency, self)
    }

    private func groupBecameDurable() {
        let answers = group.map { (slot: $0.slot, outcome: apply($0.change)) }
        desk.figures.groups += 1
        if let oldest = group.first { desk.figures.lag = loop.now - oldest.handedAt }
        beginGroup()
        guard conditions.answer > .zero else { return deliver(answers) }
        // They are due in the order in which they are armed.
        unanswered.append((answers, loop.arm(loop.now + conditions.answer, self)))
    }

    private func deliver(_ answers: [(slot: Int?, outcome: CommitOutcome)]) {
        for case (let slot?, let outcome) in answers { desk.deliver(.success(outcome), to: slot) }
    }

    // MARK: Its end

    /// What is left when the process dies now: a store with what was durable. Whoever waits here hears that the store
    /// is closed, as nobody would of a process that is gone.
    func crash() -> MemoryLedger {
        isClosed = true
        if let durableTimer { loop.cancel(durableTimer) }
        for (_, timer) in unanswered { loop.cancel(timer) }
        (group, unanswered, durableTimer) = ([], [], nil)
        line = ChangeLine(groupMax: conditions.groupMax)
        desk.abandon(StoreFailure(operation: "commit", cause: .closed))
        let survivor = MemoryLedger(namespace, channels: channels, conditions, defects: defects, on: loop)
        survivor.book = book
        return survivor
    }

    func close() async {
        isClosed = true
        if conditions.latency == .zero, conditions.answer == .zero {
            while line.count > 0 { for item in line.takeGroup() { _ = apply(item.change) } }
        }
        while !group.isEmpty || line.count > 0 {
            let place = Parking(loop)
            ending = place
            await place.rest()
        }
    }

    // MARK: Questions

    func payment(_ id: RecordID) async throws(StoreFailure) -> Payment? { book.payment(id) }
    func refund(_ id: RecordID) async throws(StoreFailure) -> Refund? { book.refund(id) }

    func claim(_ merchant: MerchantID, _ key: PaymentReference) async throws(StoreFailure) -> Claim? {
        book.claim(merchant, key)
    }

    func balance(_ account: Account, _ currency: Currency) async throws(StoreFailure) -> Int64 {
        book.balances.amount(account, currency)
    }

    func openPayments(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Payment] {
        book.openPayments(after: id, limit: limit)
    }

    func openRefunds(after id: RecordID?, limit: Int) async throws(StoreFailure) -> [Refund] {
        book.openRefunds(after: id, limit: limit)
    }

    func dueNotifications(limit: Int) async throws(StoreFailure) -> [Notification] {
        book.dueNotifications(limit: limit)
    }

    func page(_ table: ExportTable, after place: Int64, limit: Int) async throws(StoreFailure) -> ExportPage {
        book.page(table, after: place, limit: limit, channels)
    }

    func counts() async throws(StoreFailure) -> LedgerCounts { book.counts }
}

extension MemoryLedger: TimerTarget {
    func timerFired(_ timer: TimerID) {
        if timer == durableTimer {
            durableTimer = nil
            groupBecameDurable()
        } else {
            deliver(unanswered.removeFirst().answers)
        }
    }
}
