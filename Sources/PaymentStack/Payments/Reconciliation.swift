// Goal: what the bank says that happened is held against what the stack has written down, line by line, and payments of
// which nobody knew are settled by it.
// Method: the statement is read piece by piece; each line about a payment or refund of this stack is looked up by its
// reference. Of many lines under one reference each is a booking at the bank. What a statement does not have is believed
// only of a whole one, and of what is overdue, which has been unknown for so long that its bank would be asked: nothing that
// was sent for it is under way. What it does not have, or only as declined, was never executed; what it has as authorised
// was not captured.
// Not here: what else the stack has and the bank has not; an auditor with both ledgers sees it.

import EventLoop
import Evidence
import HTTPService
import JSON
import Money
import StackVocabulary
import Timebase

final class Reconciliation {
    private let channels: Channels
    private static let differencesMax = 100

    init(_ channels: Channels) {
        self.channels = channels
    }

    struct Result {
        var lines: UInt64 = 0
        var matched: UInt64 = 0
        var resolved: UInt64 = 0
        var differences: [String] = []
        var differencesLeftOut: UInt64 = 0
        var cutOff: [String] = []

        mutating func differs(_ words: String) {
            if differences.count < Reconciliation.differencesMax {
                differences.append(words)
            } else {
                differencesLeftOut += 1
            }
        }
    }

    /// `POST /v1/reconcile`
    func answer(_ desk: PaymentDesk, _ exchange: HTTPExchange, _ caller: Caller) async throws -> StackAnswer {
        let pass: Pass
        switch await desk.door.enter(.report, caller.urgency, merchant: nil, until: caller.context.deadline) {
        case .admitted(let admitted): pass = admitted
        case .refused(let refusal): return StackAnswer(refusal)
        }
        defer { desk.door.leave(pass) }
        let result = await reconcile(desk, caller.context)
        return StackAnswer(
            200,
            JSONValue.object([
                ("lines", .count(Int(result.lines))), ("matched", .count(Int(result.matched))),
                ("resolved", .count(Int(result.resolved))),
                ("differences", .array(result.differences.map(JSONValue.text))),
                ("differences_left_out", .count(Int(result.differencesLeftOut))),
                ("cut_off", .array(result.cutOff.map(JSONValue.text))),
            ]).bytes(.compact))
    }

    func reconcile(_ desk: PaymentDesk, _ context: RequestContext) async -> Result {
        var result = Result()
        for number in channels.names.indices {
            guard let adapter = channels[ChannelNumber(number), desk.namespace] else { continue }
            // Looked up before: what becomes unknown meanwhile may miss in a statement that was begun before.
            var overdue = (try? await Overdue(at: ChannelNumber(number), desk)) ?? Overdue()
            let end = await adapter.statement(context) { lines in
                for line in lines {
                    overdue.see(line)
                    await self.compare(line, of: ChannelNumber(number), desk, context, &result)
                }
            }
            switch end {
            case .cutOff(let words): result.cutOff.append("\(adapter.name): \(words)")
            case .whole: await settle(overdue, desk, context, &result)
            }
        }
        return result
    }

    /// What the whole statement does not have as done, and nobody has found out about meanwhile.
    private func settle(
        _ overdue: Overdue, _ desk: PaymentDesk, _ context: RequestContext, _ result: inout Result
    ) async {
        for (id, finding) in overdue.undone.sorted(by: { $0.key < $1.key }) {
            do throws(StoreFailure) {
                if let seen = overdue.payments[id] {
                    guard let payment = try await desk.load(id), payment.version == seen.version else { continue }
                    _ = try await desk.record(finding, of: id, seen: payment, from: .statement, context: context)
                } else if let seen = overdue.refunds[id] {
                    // Nobody sends it once more meanwhile.
                    guard desk.busy.insert(id).inserted else { continue }
                    defer { desk.busy.remove(id) }
                    guard let refund = try await desk.store.refund(id), refund.version == seen.version else { continue }
                    _ = try await desk.book(refund, .failed, "declined", nil, from: .statement, context)
                }
                result.resolved += 1
            } catch {
                result.differs("\(id): \(error)")
            }
        }
    }

    // MARK: What it has

    private func compare(
        _ line: StatementLine, of channel: ChannelNumber, _ desk: PaymentDesk, _ context: RequestContext,
        _ result: inout Result
    ) async {
        result.lines += 1
        guard let reference = BankReference(line.reference), reference.namespace == desk.namespace else {
            return result.differs("\(line.reference): the bank has what this stack never asked for")
        }
        do throws(StoreFailure) {
            switch reference.kind {
            case .payment, .capture, .reverse:
                try await comparePayment(line, reference, channel, desk, context, &result)
            case .refund: try await compareRefund(line, reference, channel, desk, context, &result)
            }
        } catch {
            result.differs("\(reference): \(error)")
        }
    }

    private func comparePayment(
        _ line: StatementLine, _ reference: BankReference, _ channel: ChannelNumber, _ desk: PaymentDesk,
        _ context: RequestContext, _ result: inout Result
    ) async throws(StoreFailure) {
        guard let payment = try await desk.load(reference.record), payment.channel == channel,
            reference.kind != .payment || payment.attempt == reference.attempt
        else { return result.differs("\(reference): the bank has what this stack does not know") }
        guard let finding = finding(line, reference.kind, payment, desk, context) else {
            return result.differs(
                "\(reference): the bank has booked \(line.amount), the payment is of \(payment.amount)")
        }
        switch payment.consequence(of: finding) {
        case .none: result.matched += 1
        case .contradicts: result.differs("\(reference): \(line.booking) at the bank, \(payment.state.name) here")
        case .moves:
            _ = try await desk.record(finding, of: payment.id, seen: payment, from: .statement, context: context)
            result.resolved += 1
        }
    }

    private func compareRefund(
        _ line: StatementLine, _ reference: BankReference, _ channel: ChannelNumber, _ desk: PaymentDesk,
        _ context: RequestContext, _ result: inout Result
    ) async throws(StoreFailure) {
        guard let refund = try await desk.store.refund(reference.record),
            try await desk.load(refund.payment)?.channel == channel
        else {
            return result.differs("\(reference): the bank has what this stack does not know")
        }
        guard line.amount == refund.amount.minor else {
            return result.differs(
                "\(reference): the bank has booked \(line.amount), the refund is of \(refund.amount)")
        }
        switch (refund.state, line.booking) {
        case (.pending, .refunded), (.unknown, .refunded), (.pending, .declined), (.unknown, .declined):
            let status: BankAnswer.Status = line.booking == .refunded ? .refunded : .declined
            if try await desk.conclude(refund, status, from: .statement, context) {
                result.resolved += 1
            } else {
                result.matched += 1
            }
        case (.done, .refunded), (.failed, .declined), (_, .pending): result.matched += 1
        default: result.differs("\(reference): \(line.booking) at the bank, \(refund.state.name) here")
        }
    }

    /// Nil for one that does not fit what was asked for. A part may be captured; all else is about the whole.
    private func finding(
        _ line: StatementLine, _ kind: BankReference.Kind, _ payment: Payment, _ desk: PaymentDesk,
        _ context: RequestContext
    ) -> Finding? {
        if kind == .capture, line.booking == .captured, line.amount <= payment.amount.minor {
            return .captured(line.amount)
        }
        if kind != .payment, line.booking == .declined {
            return desk.finding(amendmentDeclined: kind, payment, context)
        }
        guard line.amount == payment.amount.minor else { return nil }
        switch line.booking {
        case .captured: return .captured(line.amount)
        // Of the capture or cancellation that is in doubt it says nothing, which may be under way, or further down.
        case .authorised where payment.isInDoubtBehindAuthorisation: return .pending
        case .authorised: return .authorized
        case .declined: return desk.finding(declined: "declined", payment, context)
        case .reversed: return .reversed
        case .pending, .none, .refunded, .transferred: return .pending
        }
    }
}

/// What has been unknown at one bank for so long that nothing that was sent for it is under way.
private struct Overdue {
    private(set) var payments: [RecordID: Payment] = [:]
    private(set) var refunds: [RecordID: Refund] = [:]
    /// What follows if a statement, as far as it was read, is all there is: for what it does not have as done.
    private(set) var undone: [RecordID: Finding] = [:]
    /// Of which it says something that speaks against that, whatever else it says.
    private var done: Set<RecordID> = []

    private static let seenMax = 100_000
    private static let pageRows = 1_000

    init() {}

    init(at channel: ChannelNumber, _ desk: PaymentDesk) async throws(StoreFailure) {
        let patience = desk.setting.query.first.nanoseconds / 1_000_000
        let latest = desk.now - patience
        try await Self.pages(desk.store.openPayments) { payment in
            guard payment.state == .unknown, payment.channel == channel, payment.changedAt <= latest else { return }
            payments[payment.id] = payment
        }
        var open: [Refund] = []
        // What a former process has sent once more says nothing of when.
        if desk.now - desk.beganAt >= patience {
            try await Self.pages(desk.store.openRefunds) { refund in
                guard refund.state == .unknown, refund.changedAt <= latest, !desk.busy.contains(refund.id) else {
                    return
                }
                open.append(refund)
            }
        }
        for refund in open where try await desk.load(refund.payment)?.channel == channel { refunds[refund.id] = refund }
        undone = payments.filter { !$0.value.isInDoubtBehindAuthorisation }.mapValues { _ in .declined("absent") }
    }

    private static func pages<Row: Identifiable>(
        _ read: (Row.ID?, Int) async throws(StoreFailure) -> [Row], _ take: (Row) -> Void
    ) async throws(StoreFailure) {
        var (last, seen): (Row.ID?, Int) = (nil, 0)
        while seen < seenMax {
            let page = try await read(last, pageRows)
            guard let end = page.last?.id else { return }
            page.forEach(take)
            (last, seen) = (end, seen + page.count)
        }
    }

    mutating func see(_ line: StatementLine) {
        guard let reference = BankReference(line.reference), !done.contains(reference.record) else { return }
        let record = reference.record
        if refunds[record] != nil {
            take(line.booking == .declined ? .declined("declined") : nil, record)
        } else if let payment = payments[record] {
            // That it was pending before it was authorised says nothing of what came behind.
            let isDoubtBehind = payment.isInDoubtBehindAuthorisation
            switch (line.booking, reference.kind) {
            case (.pending, .payment) where isDoubtBehind: break
            case (.authorised, _) where isDoubtBehind, (.declined, _) where isDoubtBehind: take(.authorized, record)
            case (.declined, .payment): take(.declined("declined"), record)
            default: take(nil, record)
            }
        }
    }

    /// Nil for what was done, or may be yet: what was pending once may be decided, whatever became of other sends.
    private mutating func take(_ finding: Finding?, _ record: RecordID) {
        undone[record] = finding
        if finding == nil { done.insert(record) }
    }
}
