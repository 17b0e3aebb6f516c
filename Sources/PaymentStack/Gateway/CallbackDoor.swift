import Cryptography
import EventLoop
import HTTPService
import HTTPWire
import JSON
import Money
import StackVocabulary
import Timebase

/// `POST /channel/{channel}/callback`: what banks tell of their own accord.
///
/// The namespace is the reference's, which the bank's signature covers; a mark that says otherwise is refused.
final class CallbackDoor {
    /// None for channels that the ledger knows and this start was not given: nobody can sign for them.
    private let checks: [CallbackCheck?]
    private let channels: [String]
    private let desks: [PaymentDesk]

    /// - Parameter order: its channels in the order of the ledger's numbers.
    init(_ order: StackOrder, given: [StackChannel], _ desks: [PaymentDesk]) {
        checks = order.channels.map { channel in
            given.contains { $0.name == channel.name } ? CallbackCheck(key: channel.callbackKey) : nil
        }
        channels = order.channels.map(\.name)
        self.desks = desks
    }

    func take(_ exchange: HTTPExchange, channel: String) async throws -> StackAnswer {
        guard let number = channels.firstIndex(of: channel), let check = checks[number] else {
            throw Problem(status: 404, kind: "no-such-channel", detail: "there is no channel of this name")
        }
        let body = try await exchange.collectBody()
        let callback = try verified(exchange, body, check)
        let desk = desks[Int(callback.reference.namespace.rawValue)]
        if desk.namespace == .live, exchange.field("x-shadow") != nil {
            desk.figures.callbacksRefused += 1
            throw Problem(
                status: 403, kind: "wrong-namespace",
                detail: "a callback of a live payment bears a mark of shadow traffic",
                field: "x-shadow")
        }
        let deadline = exchange.loop.now + desk.setting.deadline
        let marks = Gateway.marks(of: exchange)
        // What came without its marks is shadow traffic all the same: its reference says so.
        let context: RequestContext =
            desk.namespace == .live
            ? .live(until: deadline)
            : marks.bytes.isEmpty ? .recovered(.shadow, until: deadline) : .shadow(marks, until: deadline)
        return try await desk.hear(callback, from: ChannelNumber(number), context)
    }

    private func verified(
        _ exchange: HTTPExchange, _ body: [UInt8], _ check: CallbackCheck
    ) throws(Problem) -> BankCallback {
        let head = exchange.headBytes
        func place(_ name: String) -> Range<Int> { exchange.head.fields.first(name, in: head.span)?.range ?? 0..<0 }
        do throws(CallbackCheck.Refusal) {
            return try check.callback(
                body, timestamp: head.span.extracting(place(StampedSignature.timestampField)),
                signature: head.span.extracting(place(StampedSignature.signatureField)),
                second: exchange.loop.secondsSince1970)
        } catch {
            // Nobody knows whose it was.
            desks[0].figures.callbacksRefused += 1
            throw error.problem
        }
    }
}

extension PaymentDesk {
    func hear(
        _ callback: BankCallback, from channel: ChannelNumber, _ context: RequestContext
    ) async throws -> StackAnswer {
        figures.callbacks += 1
        let pass: Pass
        switch await door.enter(.settle, .critical, merchant: nil, until: context.deadline) {
        case .admitted(let admitted): pass = admitted
        case .refused(let refusal): return StackAnswer(refusal)
        }
        defer { door.leave(pass) }
        do throws(StoreFailure) {
            return try await settle(callback, from: channel, context)
        } catch {
            return refuse(error)
        }
    }

    private func settle(
        _ callback: BankCallback, from channel: ChannelNumber, _ context: RequestContext
    ) async throws(StoreFailure) -> StackAnswer {
        let reference = callback.reference
        guard reference.kind != .refund else { return try await settleRefund(callback, from: channel, context) }
        guard let payment = try await load(reference.record) else { return StackAnswer(.noSuchPayment) }
        guard payment.channel == channel, reference.kind != .payment || reference.attempt == payment.attempt else {
            figures.contradictions += 1
            log("payment \(payment.id): a callback of another channel or attempt, \(reference)")
            return StackAnswer(204, [])
        }
        guard let finding = finding(callback, payment, context) else {
            figures.contradictions += 1
            log("payment \(payment.id) of \(payment.amount): a callback says \(callback.amount)")
            return StackAnswer(204, [])
        }
        _ = try await record(finding, of: payment.id, seen: payment, from: .callback, context: context)
        return StackAnswer(204, [])
    }

    /// Nil for one that does not fit what was asked for: a payment of another amount is never paid.
    private func finding(_ callback: BankCallback, _ payment: Payment, _ context: RequestContext) -> Finding? {
        guard callback.amount.currency == payment.amount.currency else { return nil }
        switch (callback.status, callback.reference.kind) {
        case (.pending, _): return .pending
        case (.declined, .payment): return self.finding(declined: "declined", payment, context)
        case (.declined, _): return self.finding(amendmentDeclined: callback.reference.kind, payment, context)
        // Late: it was authorised before the capture or cancellation that is in doubt, of which this says nothing.
        case (.authorised, .payment) where payment.isInDoubtBehindAuthorisation: return .pending
        case (.authorised, _): return callback.amount == payment.amount ? .authorized : nil
        case (.captured, .payment): return callback.amount == payment.amount ? .captured(payment.amount.minor) : nil
        case (.captured, _):
            return callback.amount.minor <= payment.amount.minor ? .captured(callback.amount.minor) : nil
        case (.reversed, _): return .reversed
        case (.refunded, _): return nil
        }
    }

    private func settleRefund(
        _ callback: BankCallback, from channel: ChannelNumber, _ context: RequestContext
    ) async throws(StoreFailure) -> StackAnswer {
        guard let refund = try await store.refund(callback.reference.record),
            let payment = try await load(refund.payment)
        else { return StackAnswer(.noSuchRefund) }
        guard payment.channel == channel, refund.amount == callback.amount else {
            figures.contradictions += 1
            log(
                "refund \(refund.id) of \(refund.amount): a callback of channel \(name(channel) ?? "") says "
                    + "\(callback.amount)")
            return StackAnswer(204, [])
        }
        _ = try await conclude(refund, callback.status, from: .callback, context)
        return StackAnswer(204, [])
    }
}
