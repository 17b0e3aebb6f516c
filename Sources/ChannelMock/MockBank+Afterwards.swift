package import ChannelProfile
import EventLoop
package import Evidence
import HTTPService
import HTTPWire
import Money
import ShadowTag
import Timebase

extension MockBank {
    /// Whom the request wants to be told, if this channel tells anyone.
    func notice(of request: PaymentRequest, _ body: [UInt8], _ exchange: HTTPExchange) -> CallbackNotice? {
        guard desk != nil, let place = request.notify else { return nil }
        return CallbackNotice(
            destination: String(decoding: body[place], as: UTF8.self),
            marks: .marks(from: { exchange.field($0) }, tag: MarkJudge.fieldName))
    }

    // MARK: Pending

    /// Nil when the payment is decided now; otherwise how long that takes.
    func waitForSettlement(_ request: PaymentRequest, _ fate: Fate) -> TimeSpan? {
        let closed =
            request.operation == .transfer ? channel.cutOff?.wait(at: loop.now - began) ?? .zero : TimeSpan.zero
        guard closed > .zero || fates.isPending(fate) else { return nil }
        return closed + fates.settlementTime(fate)
    }

    /// A payment that was answered `pending` comes to its end.
    func settle(_ pending: SettlementLine.Pending) {
        // One that the book has forgotten meanwhile comes to its end as well: its sender waits for it.
        let place = book.placeOrNew(pending.reference, pending.charge.operation)
        let booked = book.decide(pending.charge, at: place, declinedFor: fates.reasonOfDecline(pending.fate))
        counters.settled += 1
        if booked.state.isMoney, book[place].bookings > 1 { counters.bookedTwice += 1 }
        var entry = ChannelEntry(
            kind: .settlement, at: loop.now - began, operation: pending.charge.operation, reference: pending.reference)
        entry.booking = booked.booking
        entry.amount = booked.amount
        entry.currency = booked.currency
        guard write(entry) else { return }
        if let notice = pending.notice { desk?.take(order(pending.reference, booked, notice)) }
    }

    // MARK: Callbacks

    func order(_ reference: PaymentReference, _ booked: Booked, _ notice: CallbackNotice) -> CallbackOrder {
        CallbackOrder(
            reference: reference, event: "payment.\(booked.state.word)", status: booked.state.word,
            amount: booked.amount, currency: booked.currency?.code ?? "", destination: notice.destination,
            marks: notice.marks)
    }

    /// Each attempt leaves an entry, and so does each callback that came to none.
    func note(_ outcome: CallbackOutcome) {
        var entry = ChannelEntry(
            kind: .callback, at: outcome.beganAt - began,
            operation: book.place(of: outcome.reference).map { book[$0].operation } ?? .authorise,
            attempt: UInt16(clamping: outcome.attempt), status: outcome.status ?? 0, reference: outcome.reference)
        let fate = desk?.fates.fate(of: outcome.reference) ?? CallbackFate()
        if fate.isLost {
            entry.disturbance = .lostCallback
        } else if fate.isBeforeAnswer {
            entry.disturbance = .earlyCallback
        } else if fate.isReordered {
            entry.disturbance = .reorderedCallback
        }
        _ = write(entry)
    }

    // MARK: Statement

    /// Streamed, in memory that does not depend on its length.
    func sendStatement(_ exchange: HTTPExchange, form: StatementRule.Form?) async throws {
        var statement: ChannelStatement
        do throws(EvidenceError) {
            statement = try self.statement(form: form)
        } catch {
            let answer = BankAnswer(
                Problem(status: 500, kind: "no-statement", detail: "the journal cannot be read: \(error)"))
            return exchange.respond(answer.status, answer.fields, body: answer.body)
        }
        var fields = FieldBlock()
        try fields.add("content-type", (form ?? rule.form).mediaType)
        exchange.startResponse(200, fields)
        while let piece = try statement.nextPiece() {
            if !piece.isEmpty { try await exchange.write(piece) }
            // A reader that is fast enough never lets a write wait.
            await Task.yield()
        }
        exchange.finishResponse()
    }

    package func statement(form: StatementRule.Form? = nil) throws(EvidenceError) -> ChannelStatement {
        ChannelStatement(try journal.reader(), rule: rule, seed: seed, form: form)
    }
}
