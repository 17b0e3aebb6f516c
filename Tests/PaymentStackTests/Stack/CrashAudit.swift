import ChannelMock
import ChannelProfile
import Evidence
import JSON
import StackVocabulary

@testable import PaymentStack

/// The books of a stack that died often, held against its banks' journals and what merchants were told.
struct CrashAudit {
    private(set) var faults: [String] = []
    private var payments: [String: JSONValue] = [:]

    init(_ run: CrashRun) async throws {
        let rig = run.rig
        for row in try await rig.export("payments") { payments[row.text("id") ?? ""] = row }
        promises(run)
        // Of each channel the bank of shadow traffic, and that of live traffic, which nobody asks.
        let entries = stride(from: 0, to: rig.banks.count, by: 2).flatMap { rig.banks[$0].journal.entriesInMemory }
        bookings(entries, try await rig.export("refunds"))
        try await books(rig)
        try await told(run)
    }

    // MARK: What merchants were told

    private mutating func promises(_ run: CrashRun) {
        let standing: Set = ["authorized", "captured", "partially_refunded", "refunded"]
        for (key, id) in run.acknowledged.sorted(by: { $0.key < $1.key }) {
            guard let payment = payments[id], payment.text("key") == key else {
                faults.append("\(key), acknowledged as \(id), is lost")
                continue
            }
            let state = payment.text("state") ?? ""
            let mayBe = run.amendments[id] == .cancel ? standing.union(["cancelled"]) : standing
            if !mayBe.contains(state) { faults.append("\(key), acknowledged as \(id), is \(state)") }
            if run.cancelled.contains(id), state != "cancelled" {
                faults.append("\(id) was told to be cancelled, and is \(state)")
            }
            if run.captured.contains(id), (payment.number("captured") ?? 0) == 0 {
                faults.append("\(id) was told to be captured, and is not")
            }
        }
        let keys = payments.values.compactMap { $0.text("key") }
        if Set(keys).count < keys.count { faults.append("two payments of one key") }
    }

    private mutating func told(_ run: CrashRun) async throws {
        let delivered = try await run.rig.export("notifications").filter { $0.text("state") != "delivered" }
        if !delivered.isEmpty { faults.append("\(delivered.count) notifications are not delivered") }
        let heard = Set(run.rig.webhooks.map { "\($0.text("id") ?? "") \($0.text("event") ?? "")" })
        for order in run.orders where order.isTold {
            guard let id = run.acknowledged[order.key] else { continue }
            let event = order.captures ? "payment.captured" : "payment.authorized"
            if !heard.contains("\(id) \(event)") { faults.append("nobody was told of \(event), \(id)") }
        }
    }

    // MARK: What the bank has

    private mutating func bookings(_ entries: [ChannelEntry], _ refunds: [JSONValue]) {
        var charges: [String: Int64] = [:]
        var given: [String: Int] = [:]
        for entry in entries where !entry.flags.contains(.isReplay) && entry.kind != .callback {
            guard let reference = entry.reference?.description else { continue }
            let record = String(reference.prefix(RecordID.letterCount))
            if entry.booking == .refunded { given[record, default: 0] += 1 }
            guard entry.booking == .captured else { continue }
            if charges[record] != nil { faults.append("the bank charged \(record) twice") }
            charges[record, default: 0] += entry.amount
        }
        for (record, amount) in charges.sorted(by: { $0.key < $1.key }) where payments[record] == nil {
            faults.append("the bank charged \(amount) for \(record), of which the stack knows nothing")
        }
        for (id, payment) in payments.sorted(by: { $0.key < $1.key }) {
            let (here, there) = (payment.number("captured") ?? 0, charges[id] ?? 0)
            if here != there {
                faults.append("\(id) is \(payment.text("state") ?? ""): \(here) captured here, \(there) at the bank")
            }
        }
        compare(refunds, given)
    }

    private mutating func compare(_ refunds: [JSONValue], _ given: [String: Int]) {
        for refund in refunds {
            let (id, state) = (refund.text("id") ?? "", refund.text("state") ?? "")
            if given[id, default: 0] != (state == "refunded" ? 1 : 0) {
                faults.append("refund \(id) is \(state), and was done \(given[id, default: 0]) times at the bank")
            }
        }
        for (id, payment) in payments {
            let own = refunds.filter { $0.text("payment") == id }
            let done = own.filter { $0.text("state") == "refunded" }.reduce(0) { $0 + ($1.number("amount") ?? 0) }
            if done != payment.number("refunded") { faults.append("\(id): the refunds that are done sum to \(done)") }
        }
    }

    // MARK: The books by themselves

    private mutating func books(_ rig: StackRig) async throws {
        var (changes, accounts): ([Int64: Int64], [String: Int64]) = ([:], [:])
        for row in try await rig.export("journal") {
            changes[row.number("change") ?? 0, default: 0] += row.number("amount") ?? 0
            accounts[row.text("account") ?? "", default: 0] += row.number("amount") ?? 0
        }
        if changes.values.contains(where: { $0 != 0 }) { faults.append("a change that does not sum to zero") }
        for row in try await rig.export("balances") {
            let account = row.text("account") ?? ""
            if accounts[account, default: 0] != row.number("amount") {
                faults.append("\(account) is not what its journal says")
            }
        }
        let unknown = payments.values.filter { $0.text("state") == "unknown" }
            .reduce(0) { $0 + ($1.number("amount") ?? 0) }
        let suspense = accounts.filter { $0.key.hasPrefix("suspense:") }.values.reduce(0, +)
        if suspense != unknown { faults.append("suspense is not what is unknown") }
        let merchants = payments.values.reduce(0) {
            $0 + ($1.number("captured") ?? 0) - ($1.number("refunded") ?? 0) - ($1.number("refund_pending") ?? 0)
        }
        let credit = accounts.filter { $0.key.hasPrefix("merchant:") }.values.reduce(0, +)
        if credit != merchants { faults.append("merchants hold \(credit), and are owed \(merchants)") }
    }
}
