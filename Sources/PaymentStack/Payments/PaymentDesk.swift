// Goal: payments of one namespace, from the first request to the last callback: each is carried out once, whatever is
// repeated, lost, late or killed meanwhile.
// Method: what anybody finds out about a payment goes through one place (`record`), which changes it by compare-and-set:
//
//     claim + payment  --commit-->  bank  --finding-->  record: change + journal + reply + notification  --commit-->  answer
//                                   callback, query, statement --^
//
// A key is claimed, durably, before anything is done for it. What nobody knows is unknown, and is asked for later.
// Not here: who gets in (`Door`), which bank (`Channels`), HTTP (`Gateway`).

import ChannelProfile
import EventLoop
import HTTPService
import SeededRandom
import StackVocabulary
import Timebase

final class PaymentDesk {
    let namespace: Namespace
    let loop: EventLoop
    let setting: StackSetting
    var store: any LedgerStore
    let door: Door
    let channels: Channels
    let shelf = PaymentShelf()
    var ids: RecordIDs
    private var steps: ClockSteps
    /// The desk of the other namespace, for what is planted; nothing else may look there.
    weak var other: PaymentDesk?
    private var strays: Set<RecordID> = []
    /// Keys whose request is at work.
    var atWork: Set<ClientKey> = []
    /// Milliseconds since 1970. What a process before this one has sent may be under way.
    let beganAt: Int64
    /// Payments and refunds at which something is being done that must not be done twice at a time.
    var busy: Set<RecordID> = []
    /// Payments whose call is at work at a bank that decides each send by itself, with the decline that was told meanwhile;
    /// empty where none was. One whose end could not be written down stays here until it is.
    var declines: [RecordID: String] = [:]
    var figures = DeskFigures()
    /// Told of what is committed and to be told to merchants.
    var tell: (Notification, RequestContext) -> Void = { _, _ in }
    /// Told of payments that nobody knows of.
    var chase: (Payment, RequestContext) -> Void = { _, _ in }
    /// The same for refunds.
    var chaseRefund: (Refund, Payment, RequestContext) -> Void = { _, _, _ in }
    /// Told of payments that are known by now.
    var known: (Payment) -> Void = { _ in }
    /// Told what a person should know.
    var log: (String) -> Void = { _ in }

    /// How often a change is made anew when somebody else was first.
    static let triesMax = 8
    /// Channels that one payment is offered to.
    static let channelsPerPayment = 3

    init(
        _ namespace: Namespace, _ setting: StackSetting, store: any LedgerStore, door: Door, channels: Channels,
        ids: RecordIDs, seed: Seed, on loop: EventLoop
    ) {
        self.namespace = namespace
        self.setting = setting
        self.store = store
        self.door = door
        self.channels = channels
        self.ids = ids
        beganAt = loop.millisecondsSince1970
        steps = ClockSteps(seed)
        self.loop = loop
    }

    var now: Int64 { loop.millisecondsSince1970 }

    func name(_ channel: ChannelNumber?) -> String? { channel.map { channels.names[Int($0)] } }

    func newID() -> RecordID {
        // Planted (clock-rollback-ids): the clock steps back now and then, and ids follow it.
        ids.trustsClock = setting.has(.clockRollbackIDs)
        return ids.next(at: ids.trustsClock ? steps.read(now) : now)
    }

    /// As the store has it, or had it a moment ago.
    func load(_ id: RecordID) async throws(StoreFailure) -> Payment? {
        if let payment = shelf[id] { return payment }
        guard let payment = try await home(of: id).payment(id) else { return nil }
        shelf.put(payment)
        return payment
    }

    // MARK: Where it is written

    private static let straysMax = 65_536
    /// Of those who ask, by their keys: who asks again asks in the same place.
    private static let strayShare: UInt128 = 10

    /// The store that a new payment is written to.
    func place(_ payment: Payment) -> any LedgerStore {
        // Planted (live-in-shadow): some live payments are written where drills are.
        if setting.has(.liveInShadow), namespace == .live, payment.key.digest % Self.strayShare == 0,
            strays.count < Self.straysMax
        {
            strays.insert(payment.id)
        }
        return home(of: payment.id)
    }

    func home(of id: RecordID) -> any LedgerStore {
        guard !strays.isEmpty, strays.contains(id), let other else { return store }
        return other.store
    }

    // MARK: What is found out

    /// Brings a finding about a payment into the books, once: who comes second finds it done. Returns how it stands then,
    /// or nil when there is no such payment.
    ///
    /// - Parameters:
    ///   - seen: as the caller knows it; it may be behind.
    ///   - witness: who says it.
    ///   - reply: what is saved for the key, made from how it stands.
    func record(
        _ finding: Finding, of id: RecordID, seen: Payment? = nil, attempt: AttemptRecord? = nil,
        from witness: Witness = .answer, context: RequestContext,
        replying reply: ((Payment) -> SavedReply)? = nil
    ) async throws(StoreFailure) -> Payment? {
        var known = seen
        for _ in 0..<Self.triesMax {
            let found: Payment?
            if let known { found = known } else { found = try await load(id) }
            guard let before = found else { return nil }
            var change = LedgerChange(at: now)
            let after = apply(finding, to: before, in: &change)
            change.attempt = attempt
            change.reply = reply.map { $0(after) }
            if change.isEmpty { return after }
            switch try await home(of: id).commit(change) {
            case .done:
                return settle(before, after, change, witness, context)
            case .stale:
                shelf.forget(id)
                known = nil
            case .keyTaken, .belowFloor:
                throw StoreFailure(operation: "record \(id)", cause: .database(code: 0, "a change was refused"))
            }
        }
        throw StoreFailure(operation: "record \(id)", cause: .behind(waiting: Self.triesMax))
    }

    private func apply(_ finding: Finding, to before: Payment, in change: inout LedgerChange) -> Payment {
        var after = before
        switch before.consequence(of: finding) {
        case .moves(let next):
            change.postings = after.move(to: next, by: finding, at: change.at)
        case .none:
            // Planted (duplicate-effect-notify): what a bank tells again is booked again.
            guard setting.has(.duplicateEffectNotify), case .captured = finding, before.state == .captured else {
                return before
            }
            change.postings = after.become(.captured, by: finding, at: change.at)
        case .contradicts:
            figures.contradictions += 1
            log("payment \(before.id) is \(before.state.name), and somebody says \(finding)")
            // Planted (late-callback-overwrites): what comes last counts.
            guard setting.has(.lateCallbackOverwrites) else { return before }
            change.postings = after.become(finding.state ?? before.state, by: finding, at: change.at)
        }
        change.payment = after
        after.version += 1
        change.notification = after.notification(
            channel: name(after.channel), version: after.version, at: change.at)
        return after
    }

    /// It is durable.
    private func settle(
        _ before: Payment, _ after: Payment, _ change: LedgerChange, _ witness: Witness, _ context: RequestContext
    ) -> Payment {
        guard change.payment != nil else { return after }
        shelf.put(after)
        figures.entered[Int(after.state.rawValue)] += 1
        if before.state == .unknown { figures.unknown -= 1 }
        if after.state == .unknown { figures.unknown += 1 }
        if before.state == .processing { figures.pending -= 1 }
        if after.state == .processing { figures.pending += 1 }
        if before.state == .unknown, after.state != .unknown { figures.resolved[Int(witness.rawValue)] += 1 }
        if before.state == .unknown || before.state == .processing, after.state != .unknown { known(after) }
        if after.state == .unknown { chase(after, context) }
        if let notification = change.notification { tell(notification, context) }
        if !declines.isEmpty, after.state != .processing, after.state != .unknown { declines[after.id] = nil }
        return after
    }
}

/// A sender's key: no two merchants have one in common.
struct ClientKey: Hashable {
    let merchant: MerchantID
    let key: PaymentReference
}

/// What a desk has seen.
struct DeskFigures: Sendable, Equatable {
    var payments: UInt64 = 0
    var refunds: UInt64 = 0
    var replays: UInt64 = 0
    var conflicts: UInt64 = 0
    var mismatches: UInt64 = 0
    /// By the state that was entered.
    var entered = [UInt64](repeating: 0, count: PaymentState.allCases.count)
    /// Payments that nobody knows of now, and those that are with a bank; of a former process as well.
    var unknown = 0
    var pending = 0
    /// The same of refunds.
    var refundsUnknown = 0
    var refundsPending = 0
    /// Payments and refunds that had been unknown, by who told of them.
    var resolved = [UInt64](repeating: 0, count: Witness.allCases.count)
    var rerouted: UInt64 = 0
    /// Somebody said otherwise than what is settled.
    var contradictions: UInt64 = 0
    var callbacks: UInt64 = 0
    var callbacksRefused: UInt64 = 0
    var storeFailures: UInt64 = 0
    /// Payments for which no channel could be asked.
    var channelRefusals: UInt64 = 0
}

/// Who says what became of something.
enum Witness: UInt8, Sendable, CaseIterable {
    /// The bank, in its answer to the call itself.
    case answer = 0
    case query, callback, statement

    var name: String {
        switch self {
        case .answer: "answer"
        case .query: "query"
        case .callback: "callback"
        case .statement: "statement"
        }
    }
}

extension Finding {
    /// What a payment would be if this were all that counts.
    fileprivate var state: PaymentState? {
        switch self {
        case .authorized: .authorized
        case .captured: .captured
        case .declined, .refused: .failed
        case .unknown, .unknownOfMany, .amendmentUnknown: .unknown
        case .reversed: .cancelled
        case .pending: nil
        }
    }
}
