// Goal: what a stack has acknowledged survives its death at any instant, and what nobody knew then is not done twice.
// Method: merchants pay, ask again, capture, cancel and give back at a stack whose two banks lose answers, while the stack
// dies again and again and begins anew over what was durable. In the end the banks heal, merchants ask again for all that
// was not answered, and the banks' journals are held against the books (`CrashAudit`). Everything follows from one seed.
// Not here: a real process with a real disk (KillTests of the executable).

import ChannelMock
import ChannelProfile
import Diagnostics
import EventLoop
import HTTPService
import HTTPWire
import Money
import PlanValues
import SeededRandom
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

final class CrashRun {
    struct Order {
        let key: String
        let amount: Int64
        let captures: Bool
        let isTold: Bool
    }

    enum Amendment: String {
        case capture, cancel
    }

    struct Back {
        let key: String
        let payment: String
        let amount: Int64
    }

    static let crashes = 10
    private static let asksPerLife = 8
    /// In which a life's requests come.
    private static let life = TimeSpan.milliseconds(150)
    /// When a request, or its callback, is still under way.
    private static let afterAsk = TimeSpan.milliseconds(25)

    let rig: StackRig
    private var random: SeededRandom
    private(set) var orders: [Order] = []
    /// By key: the payment that was acknowledged with 201.
    private(set) var acknowledged: [String: String] = [:]
    private(set) var captured: Set<String> = []
    private(set) var cancelled: Set<String> = []
    /// What is asked for a payment that was authorised: to capture it, or to cancel it.
    private(set) var amendments: [String: Amendment] = [:]
    private(set) var refunds: [Back] = []
    private(set) var refunded: Set<String> = []
    private(set) var faults: [String] = []
    private var tale = Tale()

    /// What came of it.
    struct Tale: Equatable {
        /// Empty for a stack that keeps its word.
        var faults: [String] = []
        var acknowledged = 0
        /// Requests whose stack died before it answered.
        var unanswered = 0
        /// Payments of which nobody knew when the stack began again, summed over its lives.
        var caught = 0
    }

    private init(_ rig: StackRig, seed: UInt64) {
        self.rig = rig
        random = Seed(seed).split("crashes").stream()
    }

    static func tale(seed: UInt64, _ defects: DefectSwitches = []) throws -> Tale {
        var setting = StackSetting()
        // Shorter than a life, so that some payments are unknown before it ends.
        setting.bankTimeout = .milliseconds(20)
        setting.query.first = .milliseconds(200)
        setting.query.perPaymentMax = 12
        setting.notify.firstWait = .milliseconds(100)
        setting.defects = defects
        var tale = Tale()
        let troubles = channels.flatMap { name in
            [
                ChannelRig.fault(channel: name, rate: 0.3, .timeout(rate: Ratio(1), charged: Ratio(0.5))),
                ChannelRig.fault(channel: name, rate: 0.3, .error(status: 503, rate: Ratio(1))),
                ChannelRig.fault(
                    channel: name, rate: 0.1,
                    .connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(1), emptyReply: Ratio(0))),
            ]
        }
        try StackRig.run(channels.map(channel), seed: seed, faults: troubles, setting) { rig in
            let run = CrashRun(rig, seed: seed)
            for _ in 0..<crashes { try await run.live() }
            try await run.settle()
            tale = run.tale
            tale.acknowledged = run.acknowledged.count
            tale.faults = run.faults + (try await CrashAudit(run).faults)
        }
        return tale
    }

    static let channels = ["icbc", "ccb"]

    private static func channel(_ name: String) -> Channel {
        Channel(
            name: Located(name, at: ChannelRig.nowhere), latency: .constant(.milliseconds(5)),
            outcome: OutcomeShares(
                approve: Ratio(0.9), declines: [("insufficient_funds", Ratio(0.1))], pending: Ratio(0.1)),
            settlement: .constant(.milliseconds(40)),
            callback: CallbackRule(
                delay: .constant(.milliseconds(15)), lost: Ratio(0.3), duplicate: Ratio(0.3), reorder: Ratio(0.1)))
    }

    // MARK: One life

    private func live() async throws {
        let waits = (0..<Self.asksPerLife).map { _ in
            TimeSpan(nanoseconds: random.integer(in: 0...Self.life.nanoseconds))
        }
        let tasks = waits.map { wait in
            let ask = nextAsk()
            return rig.loop.spawn { [self] in
                try? await rig.sleep(wait)
                await ask()
            }
        }
        try await rig.sleep(death(waits))
        try await rig.crash()
        try await checkAtOnce()
        for task in tasks { await task.join() }
    }

    /// Soon after one of the requests, or when most of them have come to their end.
    private func death(_ asks: [TimeSpan]) -> TimeSpan {
        let (ask, isLate) = (pick(asks), random.unit() < 0.3)
        let span = isLate ? Self.life.nanoseconds * 3 : Self.afterAsk.nanoseconds
        return (isLate ? .zero : ask) + TimeSpan(nanoseconds: random.integer(in: 0...span))
    }

    private func nextAsk() -> () async -> Void {
        switch random.unit() {
        case 0.5..<0.7 where !orders.isEmpty:
            let order = pick(orders)
            return { [self] in await pay(order) }
        case 0.7..<0.85:
            guard let id = pickAcknowledged(captured: false) else { break }
            let amendment = amendments[id] ?? (random.unit() < 0.7 ? .capture : .cancel)
            amendments[id] = amendment
            return { [self] in await amend(id, amendment) }
        case 0.85...:
            guard let id = pickAcknowledged(captured: true) else { break }
            let back = Back(
                key: "back-\(rig.seed)-\(refunds.count)", payment: id, amount: random.integer(in: 1...1_500))
            refunds.append(back)
            return { [self] in await refund(back) }
        default: break
        }
        let order = Order(
            key: "key-\(rig.seed)-\(orders.count)", amount: random.integer(in: 1...3_000),
            captures: random.unit() < 0.7, isTold: random.unit() < 0.5)
        orders.append(order)
        return { [self] in await pay(order) }
    }

    private func pick<Element>(_ list: [Element]) -> Element { list[Int(random.below(UInt64(list.count)))] }

    private func pickAcknowledged(captured: Bool) -> String? {
        let fitting = orders.filter { $0.captures == captured }.compactMap { acknowledged[$0.key] }
        return fitting.isEmpty ? nil : pick(fitting)
    }

    // MARK: Asking

    @discardableResult
    private func pay(_ order: Order) async -> UInt16? {
        let answer = try? await rig.pay(
            order.amount, key: order.key, capture: order.captures, notify: order.isTold ? rig.sinkAddress : nil)
        guard let answer else {
            tale.unanswered += 1
            return nil
        }
        if answer.status == 201 {
            if let known = acknowledged[order.key], known != answer.id {
                faults.append("\(order.key) was acknowledged as \(known), and again as \(answer.id)")
            }
            acknowledged[order.key] = answer.id
        }
        return answer.status
    }

    @discardableResult
    private func amend(_ id: String, _ amendment: Amendment) async -> UInt16? {
        let answer = try? await rig.send(.post, "/v1/payments/\(id)/\(amendment.rawValue)")
        guard let answer, answer.status == 200 else { return answer?.status }
        switch amendment {
        case .capture: captured.insert(id)
        case .cancel: cancelled.insert(id)
        }
        return answer.status
    }

    @discardableResult
    private func refund(_ back: Back) async -> UInt16? {
        let answer = try? await rig.refund(back.payment, back.amount, key: back.key)
        if let answer, answer.status == 201 { refunded.insert(back.key) }
        return answer?.status
    }

    // MARK: After a death

    /// What was acknowledged is there, and what is unknown lies in suspense, before anybody asks anything.
    private func checkAtOnce() async throws {
        guard let parts = rig.stack.parts else { return faults.append("it did not open") }
        let store = parts.stores.shadow
        for (key, id) in acknowledged.sorted(by: { $0.key < $1.key }) {
            guard let name = RecordID(id), let payment = try await store.payment(name), payment.state != .failed else {
                faults.append("\(key), acknowledged as \(id), is lost")
                continue
            }
        }
        let open = try await store.openPayments(after: nil, limit: 10_000)
        tale.caught += open.count { $0.state == .unknown }
        if let payment = open.first(where: { $0.state == .processing }) {
            faults.append("\(payment.id) was with its bank when the stack died, and nobody says that it is unknown")
        }
        guard let currency = open.first?.amount.currency else { return }
        let unknown = open.filter { $0.state == .unknown }.reduce(0) { $0 + $1.amount.minor }
        var suspense: Int64 = 0
        for channel in Self.channels.indices {
            suspense += try await store.balance(.suspense(ChannelNumber(channel)), currency)
        }
        if suspense != unknown { faults.append("\(unknown) are unknown, and \(suspense) in suspense") }
    }

    /// The bank heals; everything that was begun is asked for again until it is answered.
    private func settle() async throws {
        for bank in rig.banks { bank.clearFaults() }
        try await rig.sleep(.seconds(60))
        for order in orders {
            let status = await pay(order)
            // A payment that was cancelled meanwhile is a conflict by now.
            let isCancelled = acknowledged[order.key].map { amendments[$0] == .cancel } ?? false
            if ![201, 202, 402, 503].contains(status), !(isCancelled && status == 409) {
                faults.append("\(order.key), asked for again: \(status.map(String.init) ?? "no answer")")
            }
        }
        for (id, amendment) in amendments.sorted(by: { $0.key < $1.key }) { await amend(id, amendment) }
        for back in refunds { await refund(back) }
        try await rig.sleep(.seconds(60))
    }
}
