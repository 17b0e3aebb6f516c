import Money
import StackVocabulary

// Goal: floors that are exact, on accounts that every payment touches.
// Method: one writer knows every balance, so a hot account costs an addition in memory:
//
//     balance = flushed (in its row) + buffered (in the journal only)
//
// The journal is written with each change, a balance's row once for many of them, and behind a crash the rows are
// made good from the journal behind the flush mark. A debit is checked against the whole balance, buffer included.
// Not here: sub-accounts, which spread the locks of writers that do not exist here
// (docs/decisions/0008-one-writer-no-sub-accounts.md).

/// What every account holds, while one group of changes after another is applied, committed or undone.
struct Balances: Sendable {
    struct Key: Hashable, Sendable {
        let account: Account
        let currency: Currency

        init(_ account: Account, _ currency: Currency) {
            self.account = account
            self.currency = currency
        }

        static func == (left: Key, right: Key) -> Bool {
            left.account == right.account && left.currency.letters == right.currency.letters
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(UInt64(bitPattern: account.bits) << 24 ^ UInt64(currency.letters))
        }
    }

    private struct Entry: Sendable {
        let key: Key
        var current: Int64
        /// As its row has it.
        var flushed: Int64
        var isTouched = false
    }

    private var places: [Key: Int] = [:]
    private var entries: [Entry] = []
    private var touched: [Int] = []
    /// What the changes of the group under way found, the latest last.
    private var undo: [(place: Int, before: Int64)] = []
    private var countBefore = 0
    private let defects: DefectSwitches

    init(_ defects: DefectSwitches = []) {
        self.defects = defects
    }

    /// Accounts are numbered from 0 in the order in which they were first posted to.
    var count: Int { entries.count }

    func amount(_ account: Account, _ currency: Currency) -> Int64 {
        places[Key(account, currency)].map { entries[$0].current } ?? 0
    }

    func row(_ number: Int) -> (key: Key, amount: Int64) { (entries[number].key, entries[number].current) }

    // MARK: Posting

    /// The first account that these postings together would bring below its floor.
    func refusal(_ postings: [Posting]) -> Account? {
        for posting in postings where posting.amount.minor < 0 {
            guard let floor = posting.account.floor else { continue }
            let key = Key(posting.account, posting.amount.currency)
            let change = postings.reduce(0) { $0 + (Key($1.account, $1.amount.currency) == key ? $1.amount.minor : 0) }
            if held(key) + change < floor { return posting.account }
        }
        return nil
    }

    private func held(_ key: Key) -> Int64 {
        guard let place = places[key] else { return 0 }
        // Planted (buffered-debit-overdraft): debits are buffered like credits, so the floor is held against the row.
        if defects.contains(.bufferedDebitOverdraft) { return entries[place].flushed }
        return entries[place].current
    }

    mutating func post(_ posting: Posting) {
        let place = place(of: Key(posting.account, posting.amount.currency))
        let before = entries[place].current
        let (after, overflow) = before.addingReportingOverflow(posting.amount.minor)
        precondition(!overflow, "\(posting.account) holds \(before) and is to get \(posting.amount)")
        undo.append((place, before))
        entries[place].current = after
        guard !entries[place].isTouched else { return }
        entries[place].isTouched = true
        touched.append(place)
    }

    private mutating func place(of key: Key) -> Int {
        if let place = places[key] { return place }
        entries.append(Entry(key: key, current: 0, flushed: 0))
        places[key] = entries.count - 1
        return entries.count - 1
    }

    // MARK: Groups

    /// Numbers of the accounts that are new in this group.
    var new: Range<Int> { countBefore..<entries.count }

    mutating func committed() {
        undo.removeAll(keepingCapacity: true)
        countBefore = entries.count
    }

    /// As before the group. What is touched stays so: its row is written once too often.
    mutating func rolledBack() {
        for (place, before) in undo.reversed() { entries[place].current = before }
        for entry in entries[countBefore...] { places[entry.key] = nil }
        entries.removeSubrange(countBefore...)
        touched.removeAll { $0 >= countBefore }
        undo.removeAll(keepingCapacity: true)
    }

    // MARK: Rows

    /// What is to be written now, in the order of numbers.
    var unflushed: [(number: Int, amount: Int64)] { touched.sorted().map { ($0, entries[$0].current) } }

    mutating func flushed() {
        for place in touched {
            entries[place].flushed = entries[place].current
            entries[place].isTouched = false
        }
        touched.removeAll(keepingCapacity: true)
    }

    /// A row that was read, in the order of numbers.
    mutating func load(_ account: Account, _ currency: Currency, _ amount: Int64) {
        let place = place(of: Key(account, currency))
        entries[place].current = amount
        entries[place].flushed = amount
        countBefore = entries.count
    }
}

/// When balances are written to their rows: often enough that little is to be made good after a crash.
struct FlushRhythm: Sendable {
    static let changesMax: Int64 = 20_000
    static let millisecondsMax: Int64 = 1_000

    private var changes: Int64 = 0
    private var last: Int64?

    /// - Parameter at: of the last change, milliseconds since 1970.
    mutating func isDue(after count: Int, at: Int64) -> Bool {
        changes += Int64(count)
        let since = at - (last ?? at)
        if last == nil { last = at }
        // A clock that steps back begins anew.
        guard changes >= Self.changesMax || since >= Self.millisecondsMax || since < 0 else { return false }
        changes = 0
        last = at
        return true
    }
}
