import ChannelProfile
import Money
import SeededRandom
import StackVocabulary

@testable import PaymentStack

/// A ledger as plainly as it can be said, one change after another: what stores are compared with.
struct LedgerModel {
    var payments: [RecordID: Payment] = [:]
    var refunds: [RecordID: Refund] = [:]
    /// By merchant and key.
    var claims: [String: Claim] = [:]
    var balances: [Int64: Int64] = [:]
    var notifications: [Notification.ID: (notification: Notification, isOpen: Bool)] = [:]
    var journal: [(account: Int64, amount: Int64)] = []

    mutating func commit(_ change: LedgerChange) -> CommitOutcome {
        if let claim = change.claim, let taken = claims[name(claim.merchant, claim.key)] { return .keyTaken(taken) }
        if let payment = change.payment, payments[payment.id]?.version ?? 0 != payment.version { return .stale }
        if let refund = change.refund, refunds[refund.id]?.version ?? 0 != refund.version { return .stale }
        var after = balances
        for posting in change.postings { after[posting.account.bits, default: 0] += posting.amount.minor }
        for posting in change.postings where posting.amount.minor < 0 {
            if let floor = posting.account.floor, after[posting.account.bits, default: 0] < floor {
                return .belowFloor(posting.account)
            }
        }
        balances = after
        write(change)
        return .done
    }

    private func name(_ merchant: MerchantID, _ key: PaymentReference) -> String { "\(merchant.number) \(key)" }

    private mutating func write(_ change: LedgerChange) {
        if let claim = change.claim { claims[name(claim.merchant, claim.key)] = claim }
        if var payment = change.payment {
            payment.version += 1
            payments[payment.id] = payment
        }
        if var refund = change.refund {
            refund.version += 1
            refunds[refund.id] = refund
        }
        if let reply = change.reply, claims[name(reply.merchant, reply.key)]?.reply == nil {
            claims[name(reply.merchant, reply.key)]?.reply = reply
        }
        journal += change.postings.map { ($0.account.bits, $0.amount.minor) }
        if let notification = change.notification { notifications[notification.id] = (notification, true) }
        guard let delivery = change.delivery, var (told, isOpen) = notifications[delivery.id], isOpen else { return }
        told.attempts = delivery.attempts
        if case .again(let at) = delivery.outcome { told.dueAt = at } else { isOpen = false }
        notifications[delivery.id] = (told, isOpen)
    }
}

/// Draws changes that are right, and some that are not.
struct ChangeDraw {
    var random: SeededRandom
    private var last = 0

    init(_ seed: UInt64) {
        random = Seed(seed).split("changes").stream()
    }

    mutating func next(_ model: LedgerModel) -> LedgerChange {
        let known = Int(random.below(UInt64(last + 1))) + 1
        switch random.below(10) {
        case 0, 1, 2:
            last += 1
            return LedgerSample.begin(last)
        case 3: return LedgerSample.begin(known)
        case 4, 5, 6: return capture(known, model)
        case 7, 8: return refund(known, model)
        default: return delivery(known)
        }
    }

    private mutating func capture(_ number: Int, _ model: LedgerModel) -> LedgerChange {
        let version = random.chance(0.9) ? model.payments[LedgerSample.id(number)]?.version ?? 0 : 7
        var change = LedgerSample.capture(number, Int64(random.below(100)) + 1, version: version)
        if random.chance(0.3) { change.notification = nil }
        return change
    }

    private mutating func refund(_ number: Int, _ model: LedgerModel) -> LedgerChange {
        let payment = model.payments[LedgerSample.id(number)] ?? LedgerSample.payment(number)
        last += 1
        return LedgerSample.refundChange(last, of: payment, Int64(random.below(150)) + 1)
    }

    private mutating func delivery(_ number: Int) -> LedgerChange {
        var change = LedgerChange(at: LedgerSample.start)
        let outcomes: [Delivery.Outcome] = [.delivered, .givenUp, .again(at: LedgerSample.start + 9_000)]
        change.delivery = Delivery(
            id: .init(record: LedgerSample.id(number), version: 2), attempts: 1, outcome: outcomes[Int(random.below(3))]
        )
        return change
    }
}
