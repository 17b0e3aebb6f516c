// Goal: what is wrong with a ledger is seen while the run goes on, from what was added to it since the last look.
// Method: running sums. The lines of a change come one behind the other, so a change is judged when the next one begins, or
// when the look has come to the ledger's end.
//
//     unbalanced       M1   the lines of a change do not sum to zero
//     below_floor      M1   a merchant, suspense or refunds account is below zero behind a change
//     credited_twice   M2   a payment's merchant is credited in two changes
//     approved_twice   M2   two authorisations of one payment were approved
//     instant          M5   more is set aside for refunds than was taken
//     promised         M5   refunds were accepted for more than was taken
//
// Not here: fetching; what only the end can tell, such as what banks and merchants know. Payments and refunds are forgotten,
// the oldest first, so that memory does not grow with the run: the audit behind it forgets none.

package import StackVocabulary

/// Of one namespace.
package struct LedgerWatch: Sendable {
    package struct Line: Sendable, Equatable {
        package var change: Int64
        /// The payment or refund that it is for.
        package var record: RecordID?
        /// As exports name it: `merchant:merchant-17`.
        package let account: String
        package var currency: String
        package var amount: Int64

        package init(change: Int64, record: RecordID?, account: String, currency: String, amount: Int64) {
            self.change = change
            self.record = record
            self.account = account
            kind = Account.Kind(ofName: account)
            self.currency = currency
            self.amount = amount
        }

        private let kind: Account.Kind?
        fileprivate var isMerchant: Bool { kind == .merchant }
        fileprivate var hasFloor: Bool { kind?.hasFloor ?? false }
    }

    package struct Violation: Sendable, Equatable {
        /// `M1`
        package var check: String
        package var words: String
    }

    private struct Sight {
        var credited: Int64 = 0
        /// Set aside for refunds, or given back.
        var held: Int64 = 0
        /// Of refunds that were accepted and have not failed.
        var promised: Int64 = 0
        var isApproved = false
    }

    private struct Promise {
        let payment: RecordID
        let amount: Int64
        /// In its payment's `promised`.
        var isCounted = false
    }

    private struct Holding: Hashable {
        let account: String
        let currency: String
    }

    package static let recordsMax = 500_000

    private var payments: RecentRecords<Sight>
    private var refunds: RecentRecords<Promise>
    /// Those of the last look: what the journal said when they were accepted is read with the next one.
    private var accepted: [RecordID] = []
    private var acceptedBefore: [RecordID] = []
    private var totals: [Holding: Int64] = [:]
    private var open: [Line] = []
    private var violations: [Violation] = []

    package init(recordsMax: Int = recordsMax) {
        payments = RecentRecords(max: recordsMax)
        refunds = RecentRecords(max: recordsMax)
    }

    /// Refunds before the lines that are about them; what is known already is passed over.
    package mutating func take(refund: RecordID, of payment: RecordID, _ amount: Int64, hasFailed: Bool) {
        guard refunds[refund] == nil else { return }
        refunds[refund] = Promise(payment: payment, amount: amount)
        if !hasFailed { accepted.append(refund) }
    }

    /// An authorisation that its bank approved.
    package mutating func take(approved payment: RecordID) {
        var sight = payments[payment] ?? Sight()
        if sight.isApproved { violations.append(Violation(check: "M2", words: "\(payment) was approved twice")) }
        sight.isApproved = true
        payments[payment] = sight
    }

    /// In their order.
    package mutating func take(_ line: Line) {
        if let first = open.first, first.change != line.change { judgeChange() }
        open.append(line)
    }

    /// What was found since the last time.
    /// - Parameter isWhole: whether the look has come to the ledger's end, behind which a change is whole.
    package mutating func look(isWhole: Bool) -> [Violation] {
        if isWhole { judgeChange() }
        for refund in acceptedBefore { judgePromise(refund) }
        (acceptedBefore, accepted) = (accepted, [])
        defer { violations = [] }
        return violations
    }

    // MARK: One change

    private mutating func judgeChange() {
        let lines = open
        open.removeAll(keepingCapacity: true)
        guard let first = lines.first else { return }
        judgeBalance(lines)
        for line in lines where line.hasFloor {
            totals[Holding(account: line.account, currency: line.currency), default: 0] += line.amount
        }
        for line in lines where line.hasFloor && line.amount < 0 { judgeFloor(line) }
        if let record = first.record { judgeRecord(record, lines) }
    }

    private mutating func judgeBalance(_ lines: [Line]) {
        // A change has one currency as a rule.
        var rest = lines[...]
        while let currency = rest.first?.currency {
            let sum = rest.reduce(Int64(0)) { $1.currency == currency ? $0 &+ $1.amount : $0 }
            if sum != 0 { report("M1", "change \(lines[0].change) sums to \(sum) \(currency)") }
            rest = rest.filter { $0.currency != currency }[...]
        }
    }

    private mutating func judgeFloor(_ line: Line) {
        let holds = totals[Holding(account: line.account, currency: line.currency)] ?? 0
        guard holds < 0 else { return }
        report("M1", "\(line.account) holds \(holds) \(line.currency) behind change \(line.change)")
    }

    private mutating func judgeRecord(_ record: RecordID, _ lines: [Line]) {
        let moved = lines.reduce(Int64(0)) { $1.isMerchant ? $0 &+ $1.amount : $0 }
        guard moved != 0 else { return }
        if let promise = refunds[record] { return judgeRefund(record, promise, moved) }
        guard moved > 0 else { return }
        var sight = payments[record] ?? Sight()
        if sight.credited > 0 { report("M2", "\(record) is credited twice, with \(sight.credited) and \(moved)") }
        sight.credited += moved
        payments[record] = sight
    }

    private mutating func judgeRefund(_ refund: RecordID, _ promise: Promise, _ moved: Int64) {
        let payment = promise.payment
        var sight = payments[payment] ?? Sight()
        sight.held -= moved
        if moved > 0 { giveUp(refund, promise, &sight) }
        // What was taken of one that is forgotten nobody knows any more.
        if moved < 0, sight.credited > 0, sight.held > sight.credited {
            report("M5", "\(sight.held) is set aside for refunds of \(payment), of \(sight.credited)")
        }
        payments[payment] = sight
    }

    private mutating func giveUp(_ refund: RecordID, _ promise: Promise, _ sight: inout Sight) {
        if promise.isCounted { sight.promised -= promise.amount }
        var given = promise
        given.isCounted = false
        refunds[refund] = given
        acceptedBefore.removeAll { $0 == refund }
        accepted.removeAll { $0 == refund }
    }

    private mutating func judgePromise(_ refund: RecordID) {
        guard var promise = refunds[refund], var sight = payments[promise.payment], sight.credited > 0 else { return }
        promise.isCounted = true
        refunds[refund] = promise
        sight.promised += promise.amount
        if sight.promised > sight.credited {
            report("M5", "\(sight.promised) is promised in refunds of \(promise.payment), of \(sight.credited)")
        }
        payments[promise.payment] = sight
    }

    private mutating func report(_ check: String, _ words: String) {
        violations.append(Violation(check: check, words: words))
    }
}

/// Values of the records that were named last.
private struct RecentRecords<Value: Sendable>: Sendable {
    private let max: Int
    private var values: [RecordID: Value] = [:]
    /// In the order in which they came, from `next` on where it is full.
    private var order: [RecordID] = []
    private var next = 0

    init(max: Int) {
        self.max = max
    }

    subscript(record: RecordID) -> Value? {
        get { values[record] }
        set {
            guard let newValue else { preconditionFailure("records are forgotten in their order") }
            if values.updateValue(newValue, forKey: record) == nil { note(record) }
        }
    }

    private mutating func note(_ record: RecordID) {
        if order.count < max { return order.append(record) }
        values[order[next]] = nil
        order[next] = record
        next = (next + 1) % max
    }
}
