// Goal: what nobody knows comes to be known, as far as banks tell: payments and refunds of which the answer was lost, and
// payments that a bank left pending.
// Method: the query desk asks when it is time; what it hears is a finding like any other. A refund is not known to banks
// by a name of its own, so it is sent again under the same reference, which its key makes safe. After a restart the
// store says what is open.
// Not here: when to ask, and how often (`QueryDesk`).

import EventLoop
import HTTPWire
import Money
import SeededRandom
import StackVocabulary
import Timebase

final class Chase {
    private let desk: PaymentDesk
    private let queries: QueryDesk
    private static let pageRows = 1_000

    init(_ desk: PaymentDesk, _ channels: Channels, seed: Seed, on loop: EventLoop) {
        self.desk = desk
        let inbox = Inbox()
        queries = QueryDesk(channels, desk.setting, seed: seed, on: loop) { answer in inbox.chase?.hear(answer) }
        inbox.chase = self
        desk.chase = { [weak self] payment, context in self?.follow(payment, context) }
        desk.chaseRefund = { [weak self] refund, payment, context in self?.follow(refund, of: payment, context) }
        desk.known = { [weak self] payment in self?.forget(payment) }
    }

    /// The desk for queries is made before who hears its answers.
    private final class Inbox {
        weak var chase: Chase?
    }

    var figures: QueryFigures { queries.figures }
    var nextDue: Instant? { queries.nextDue }

    func close() { queries.close() }

    // MARK: What is open

    private func follow(_ payment: Payment, _ context: RequestContext) {
        guard let channel = payment.channel else { return }
        let reference = BankReference(payment.id, .payment, attempt: payment.attempt)
        queries.add(OpenQuestion(about: reference, payment: reference, channel: channel, marks: context))
    }

    private func forget(_ payment: Payment) {
        queries.forget(BankReference(payment.id, .payment, attempt: payment.attempt))
    }

    private func follow(_ refund: Refund, of payment: Payment, _ context: RequestContext) {
        guard let channel = payment.channel else { return }
        queries.add(
            OpenQuestion(
                about: BankReference(refund.id, .refund, attempt: 1),
                payment: BankReference(payment.id, .payment, attempt: payment.attempt), channel: channel,
                marks: context))
    }

    /// What the store holds that is not at its end. What was with a bank when the process ended is unknown.
    func takeUp() async throws(StoreFailure) {
        let context = RequestContext.recovered(desk.namespace, until: .never)
        var last: RecordID?
        while true {
            let page = try await desk.store.openPayments(after: last, limit: Self.pageRows)
            // A payment of the other namespace got here by what was planted; its banks are not this desk's.
            for payment in page where payment.id.namespace == desk.namespace {
                desk.shelf.put(payment)
                if payment.state == .processing {
                    desk.figures.pending += 1
                    _ = try await desk.record(doubt(of: payment), of: payment.id, seen: payment, context: context)
                } else if payment.state == .unknown {
                    desk.figures.unknown += 1
                    follow(payment, context)
                }
            }
            guard let end = page.last?.id else { break }
            last = end
        }
        try await takeUpRefunds(context)
    }

    /// How often it was sent died with the process.
    private func doubt(of payment: Payment) -> Finding {
        desk.decidesAnew(payment) ? .unknownOfMany : .unknown
    }

    private func takeUpRefunds(_ context: RequestContext) async throws(StoreFailure) {
        var last: RecordID?
        while true {
            let page = try await desk.store.openRefunds(after: last, limit: Self.pageRows)
            for refund in page where refund.id.namespace == desk.namespace {
                guard refund.state == .unknown else {
                    desk.figures.refundsPending += 1
                    _ = try await desk.book(refund, .unknown, "", nil, from: .answer, context)
                    continue
                }
                desk.figures.refundsUnknown += 1
                guard let payment = try await desk.load(refund.payment) else { continue }
                follow(refund, of: payment, context)
            }
            guard let end = page.last?.id else { return }
            last = end
        }
    }

    // MARK: What is heard

    private func hear(_ answer: QueryAnswer) {
        let question = answer.question
        desk.loop.spawn { [self] in
            do throws(StoreFailure) {
                if question.about.kind == .refund {
                    try await settleRefund(question)
                } else {
                    try await settlePayment(question, answer.standing)
                }
            } catch {
                desk.log("\(question.about): what its bank told could not be written down: \(error)")
                askAnew(question)
            }
        }
    }

    /// What was said and not written down is asked for again, from the first wait on.
    private func askAnew(_ question: OpenQuestion) {
        var question = question
        question.asked = 0
        queries.add(question)
    }

    /// One that was not asked has not been asked for the last time.
    private func putOff(_ question: OpenQuestion) {
        guard !queries.has(question.about) else { return }
        var question = question
        question.asked -= 1
        queries.add(question)
    }

    private func settlePayment(_ question: OpenQuestion, _ standing: BankStanding) async throws(StoreFailure) {
        guard let finding = Self.finding(standing), let payment = try await desk.load(question.about.record) else {
            return
        }
        if case .authorised(let amount, _, _) = standing, amount != payment.amount {
            desk.figures.contradictions += 1
            return desk.log("payment \(payment.id) of \(payment.amount): asked for it, its bank says \(amount)")
        }
        _ = try await desk.record(finding, of: payment.id, seen: payment, from: .query, context: question.marks)
    }

    /// Nil for what says nothing.
    private static func finding(_ standing: BankStanding) -> Finding? {
        switch standing {
        case .declined(let word): .declined(word)
        case .authorised(_, captured: let captured, refunded: _): captured > 0 ? .captured(captured) : .authorized
        case .reversed: .reversed
        case .pending, .absent, .untold, .unknown, .unasked: nil
        }
    }

    private func settleRefund(_ question: OpenQuestion) async throws(StoreFailure) {
        let id = question.about.record
        // The call before has not ended: it is asked for when it has.
        guard desk.busy.insert(id).inserted else { return putOff(question) }
        defer { desk.busy.remove(id) }
        guard let refund = try await desk.store.refund(id), !refund.isSettled,
            let channel = desk.channels[question.channel, desk.namespace], channel.hasKey
        else { return queries.forget(question.about) }
        var context = question.marks
        context.deadline = desk.loop.now + desk.setting.bankTimeout
        let after = try await desk.askForRefund(refund, number: question.asked + 1, context)
        if after.state == .done || after.state == .failed { queries.forget(question.about) }
    }
}
