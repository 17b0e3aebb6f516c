import ChannelProfile
import Money
import SQLite
import StackVocabulary

/// The tables of one namespace, as its one writer sees them. What may refuse a change is asked before anything of it is
/// written, so a refused one costs its group nothing: a savepoint around each change would cost every change that is made.
final class LedgerTables {
    let namespace: Namespace
    private let statements: LedgerStatements
    private let readings: LedgerReadings
    private var balances: Balances
    private var rhythm = FlushRhythm()
    /// The last that were written: change and line of the journal.
    private var (change, journal): (Int64, Int64) = (0, 0)
    private var (changeBefore, journalBefore): (Int64, Int64) = (0, 0)
    private var lastAt: Int64 = 0
    /// Balances whose row was behind the journal when the file was opened.
    private(set) var repaired = 0
    private var scratch: [UInt8] = []

    init(_ namespace: Namespace, in database: Database, _ defects: DefectSwitches) throws(DatabaseError) {
        self.namespace = namespace
        statements = try LedgerStatements(LedgerSchema.prefix(namespace), database)
        readings = LedgerReadings(namespace, in: database)
        balances = Balances(defects)
        try load(database, LedgerSchema.prefix(namespace))
    }

    // MARK: Opening

    /// A row holds what the journal says up to the mark; what stands behind it was not flushed when the process died.
    private func load(_ database: Database, _ prefix: String) throws(DatabaseError) {
        let progress = try database.prepare("SELECT change, journal, flushed FROM \(prefix)progress")
        guard try progress.step() else { throw DatabaseError("open", code: 11, "\(prefix)progress has no row") }
        (change, journal) = (progress.integer(0), progress.integer(1))
        let flushed = progress.integer(2)
        progress.reset()
        let rows = try database.prepare("SELECT account, currency, amount FROM \(prefix)balances ORDER BY number")
        while try rows.step() {
            balances.load(try rows.sound(Account(bits: rows.integer(0)), 0), try rows.currency(1), rows.integer(2))
        }
        let behind = try database.prepare(
            "SELECT \(JournalRow.columns) FROM \(prefix)journal WHERE number > ? ORDER BY number")
        behind.bind(1, flushed)
        while try behind.step() { balances.post(try JournalRow(behind).posting) }
        repaired = balances.unflushed.count
        if repaired > 0 { try repair(database) }
        committed()
    }

    private func repair(_ database: Database) throws(DatabaseError) {
        try database.run("BEGIN IMMEDIATE")
        try addNewBalances()
        try flush()
        try database.run("COMMIT")
    }

    // MARK: Changes

    func apply(_ change: borrowing LedgerChange) throws(DatabaseError) -> CommitOutcome {
        if let refusal = try refusal(change) { return refusal }
        if change.isEmpty { return .done }
        let number = self.change + 1
        if let claim = change.claim, try !statements.insert(claim, number, &scratch) {
            guard let taken = try readings.claim(claim.merchant, claim.key) else {
                throw DatabaseError("claim a key", code: 11, "a claim is there and cannot be found")
            }
            return .keyTaken(taken)
        }
        if let payment = change.payment, try !statements.write(payment, &scratch) { return .stale }
        if let refund = change.refund, try !statements.write(refund, &scratch) { return .stale }
        self.change = number
        lastAt = change.at
        try writeRest(of: change, number)
        return .done
    }

    /// Versions are asked for where something else would be written before the row itself could refuse.
    private func refusal(_ change: borrowing LedgerChange) throws(DatabaseError) -> CommitOutcome? {
        let floor = balances.refusal(change.postings)
        let several = change.claim != nil || (change.payment != nil && change.refund != nil)
        guard several || floor != nil else { return nil }
        let isStale = try isStale(change)
        guard isStale || floor != nil else { return nil }
        if let claim = change.claim, let taken = try readings.claim(claim.merchant, claim.key) {
            return .keyTaken(taken)
        }
        return isStale ? .stale : floor.map { .belowFloor($0) }
    }

    private func isStale(_ change: borrowing LedgerChange) throws(DatabaseError) -> Bool {
        if let payment = change.payment, try statements.version(payment.id) != payment.version { return true }
        if let refund = change.refund, try statements.refundVersion(refund.id) != refund.version { return true }
        return false
    }

    private func writeRest(of change: borrowing LedgerChange, _ number: Int64) throws(DatabaseError) {
        if let reply = change.reply { try statements.save(reply, &scratch) }
        if let attempt = change.attempt { try statements.insert(attempt, number) }
        let record = change.refund?.id ?? change.payment?.id
        for posting in change.postings {
            journal += 1
            try statements.insert(
                JournalRow(number: journal, change: number, at: change.at, record: record, posting: posting))
            balances.post(posting)
        }
        if let notification = change.notification { try statements.insert(notification, number) }
        if let delivery = change.delivery { try statements.write(delivery) }
    }

    // MARK: Groups

    /// The last part of a group's transaction.
    func endGroup(_ count: Int) throws(DatabaseError) {
        guard change != changeBefore else { return }
        try addNewBalances()
        if rhythm.isDue(after: count, at: lastAt) { try flush() } else { try statements.mark(change, journal) }
    }

    /// A row of its own at once, so that readers find every account; what it holds is in the journal until the flush.
    private func addNewBalances() throws(DatabaseError) {
        for number in balances.new {
            let key = balances.row(number).key
            try statements.insertBalance(number, key.account, key.currency)
        }
    }

    func flush() throws(DatabaseError) {
        for (number, amount) in balances.unflushed { try statements.writeBalance(number, amount) }
        try statements.mark(change, journal, flushed: journal)
        isFlushing = true
    }

    private var isFlushing = false

    func committed() {
        balances.committed()
        if isFlushing { balances.flushed() }
        isFlushing = false
        (changeBefore, journalBefore) = (change, journal)
    }

    func rolledBack() {
        balances.rolledBack()
        isFlushing = false
        (change, journal) = (changeBefore, journalBefore)
    }
}

extension LedgerChange {
    /// Of nothing; whoever commits it waits for what was handed over before.
    var isEmpty: Bool { rowCount == 0 }
}
