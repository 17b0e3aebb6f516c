import ChannelProfile
import HTTPService
import Money
import StackVocabulary
import Timebase

extension PaymentDesk {
    /// `POST /v1/refunds`
    func refund(_ exchange: HTTPExchange, _ caller: Caller) async throws -> StackAnswer {
        figures.refunds += 1
        guard let key = caller.key else {
            throw Problem.missing("Idempotency-Key", "the refund's own name, which makes asking twice safe")
        }
        let body = try await exchange.collectBody()
        var pass: Pass
        switch await door.enter(
            .refund, caller.urgency, merchant: caller.merchant?.number, until: caller.context.deadline)
        {
        case .admitted(let admitted): pass = admitted
        case .refused(let refusal): return StackAnswer(refusal)
        }
        defer { door.leave(pass) }
        let instruction = try RefundInstruction(of: body)
        guard instruction.payment.namespace == namespace else { throw Problem.noSuchPayment }
        do throws(StoreFailure) {
            return try await refund(instruction, Self.fingerprint(of: body), key, caller, &pass)
        } catch {
            return refuse(error)
        }
    }

    private func refund(
        _ instruction: RefundInstruction, _ fingerprint: UInt128, _ key: PaymentReference,
        _ caller: Caller, _ pass: inout Pass
    ) async throws(StoreFailure) -> StackAnswer {
        let id = instruction.payment
        guard let first = try await load(id), caller.owns(first) else { return StackAnswer(.noSuchPayment) }
        let own = ClientKey(merchant: first.merchant, key: key)
        guard atWork.insert(own).inserted else { return StackAnswer(conflict()) }
        defer { atWork.remove(own) }
        door.pause(&pass)
        switch try await reserve(id, instruction, fingerprint, own) {
        case .answered(let answer): return answer
        case .reserved(let refund, let payment):
            let after = await askFirst(refund, of: payment, caller.context)
            door.resume(&pass)
            return StackAnswer(after.status, after.body)
        }
    }

    /// When the store does not take what the bank said, nobody knows, and it is asked for later.
    private func askFirst(_ refund: Refund, of payment: Payment, _ context: RequestContext) async -> Refund {
        do throws(StoreFailure) {
            return try await askForRefund(refund, number: 1, context)
        } catch {
            figures.storeFailures += 1
            log("refund \(refund.id): what its bank said could not be written down: \(error)")
            chaseRefund(refund, payment, context)
            return refund
        }
    }

    private enum Reservation {
        case answered(StackAnswer)
        case reserved(Refund, of: Payment)
    }

    private func reserve(
        _ id: RecordID, _ instruction: RefundInstruction, _ fingerprint: UInt128, _ own: ClientKey
    ) async throws(StoreFailure) -> Reservation {
        for _ in 0..<Self.triesMax {
            guard let payment = try await load(id) else { return .answered(StackAnswer(.noSuchPayment)) }
            let amount = Money(
                minor: instruction.amount ?? payment.refundable, instruction.currency ?? payment.amount.currency)
            if let fault = payment.fault(in: amount) {
                let claim = try await store.claim(own.merchant, own.key)
                guard let claim else { return .answered(StackAnswer(Problem(fault))) }
                return .answered(try await replay(claim, fingerprint))
            }
            let refund = Refund(
                id: newID(), payment: id, merchant: own.merchant, key: own.key, amount: amount,
                createdAt: now, changedAt: now)
            let claim = Claim(merchant: own.merchant, key: own.key, fingerprint: fingerprint, record: refund.id)
            let (change, reserved) = reservation(refund, payment, claim)
            switch try await home(of: id).commit(change) {
            case .done:
                figures.refundsPending += 1
                if let reserved { shelf.put(reserved) }
                return .reserved(refund.durable, of: reserved ?? payment)
            case .keyTaken(let earlier): return .answered(try await replay(earlier, fingerprint))
            case .stale: shelf.forget(id)
            case .belowFloor: return .answered(StackAnswer(.notEnough))
            }
        }
        return .answered(StackAnswer(Refusal(limit: .store, retryAfter: .seconds(1))))
    }

    /// Claimed, and the money set aside, before the bank hears of it; and the payment as it stands then.
    private func reservation(_ refund: Refund, _ payment: Payment, _ claim: Claim) -> (LedgerChange, Payment?) {
        var change = LedgerChange(at: now)
        change.refund = refund
        change.claim = claim
        // Planted (refund-race): what was looked at is taken for granted, and booked when the bank has answered.
        if setting.has(.refundRace) { return (change, nil) }
        var after = payment
        change.postings = after.reserve(refund.amount, at: change.at)
        change.payment = after
        after.version += 1
        return (change, after)
    }

    /// Asks the bank, with the same reference each time, and books what it says.
    func askForRefund(
        _ refund: Refund, number: UInt8, _ context: RequestContext
    ) async throws(StoreFailure) -> Refund {
        guard let payment = try await load(refund.payment), let channel = payment.channel,
            let adapter = channels[channel, namespace]
        else { return refund }
        let sentAt = now
        let reply = await adapter.refund(
            BankAmendment(
                reference: BankReference(refund.id, .refund, attempt: 1),
                payment: BankReference(payment.id, .payment, attempt: payment.attempt), amount: refund.amount,
                bin: payment.bin), context)
        let attempt = AttemptRecord(reply, of: channel, sentAt: sentAt, endedAt: now)
        let (state, reason) = Self.ending(reply.verdict, number: number)
        return try await book(refund, state, reason, attempt, from: number == 1 ? .answer : .query, context)
    }

    private static func ending(_ verdict: BankVerdict, number: UInt8) -> (Refund.State, String) {
        switch verdict {
        case .approved: (.done, "")
        case .declined(let word): (.failed, word)
        // A bank that refuses a repetition says nothing of what came before.
        case .refused(let refusal): number == 1 ? (.failed, refusal.word) : (.unknown, "")
        case .pending, .unknown: (.unknown, "")
        }
    }

    /// Books what became of a refund, once: who comes second finds it done.
    func book(
        _ refund: Refund, _ state: Refund.State, _ reason: String, _ attempt: AttemptRecord?,
        from witness: Witness, _ context: RequestContext
    ) async throws(StoreFailure) -> Refund {
        // One that was sent once more is not what it was: from then on it may be under way.
        if refund.state == state, attempt?.sends ?? 0 == 0 {
            try await note(attempt)
            return refund
        }
        for _ in 0..<Self.triesMax {
            guard let payment = try await load(refund.payment) else { return refund }
            let booking = RefundBooking(
                refund, becomes: state, reason, of: payment, at: now, attempt, channel: name(payment.channel),
                races: setting.has(.refundRace))
            switch try await home(of: payment.id).commit(booking.change) {
            case .done:
                settle(booking, refund.state, witness, context)
                return booking.refund
            case .stale:
                shelf.forget(refund.payment)
                // Somebody else may have booked this refund meanwhile.
                let stored = try await store.refund(refund.id)
                if let stored, stored.version != refund.version {
                    if stored.isSettled, state == .done || state == .failed, stored.state != state {
                        figures.contradictions += 1
                        log("refund \(refund.id) is \(stored.state.name), and its bank says \(state.name)")
                    }
                    try await note(attempt)
                    return stored
                }
            case .keyTaken, .belowFloor:
                throw StoreFailure(operation: "refund \(refund.id)", cause: .database(code: 0, "a change was refused"))
            }
        }
        throw StoreFailure(operation: "refund \(refund.id)", cause: .behind(waiting: Self.triesMax))
    }

    /// Of a call that changed nothing.
    func note(_ attempt: AttemptRecord?) async throws(StoreFailure) {
        guard let attempt else { return }
        var change = LedgerChange(at: now)
        change.attempt = attempt
        _ = try await store.commit(change)
    }

    /// It is durable.
    private func settle(
        _ booking: RefundBooking, _ before: Refund.State, _ witness: Witness, _ context: RequestContext
    ) {
        let after = booking.refund.state
        if before == .pending { figures.refundsPending -= 1 }
        if before == .unknown { figures.refundsUnknown -= 1 }
        if after == .unknown { figures.refundsUnknown += 1 }
        if before == .unknown, after != .unknown { figures.resolved[Int(witness.rawValue)] += 1 }
        if let payment = booking.payment { shelf.put(payment) }
        if let notification = booking.change.notification { tell(notification, context) }
        if after == .unknown, before != .unknown { chaseRefund(booking.refund, booking.found, context) }
    }
}

/// What is written when it is known, or known to be unknown, what became of a refund.
private struct RefundBooking {
    var change: LedgerChange
    /// As they stand afterwards; the payment only where it changes.
    private(set) var refund: Refund
    private(set) var payment: Payment?
    /// The payment as it stood before.
    let found: Payment

    init(
        _ refund: Refund, becomes state: Refund.State, _ reason: String, of payment: Payment, at milliseconds: Int64,
        _ attempt: AttemptRecord?, channel: String?, races: Bool
    ) {
        found = payment
        change = LedgerChange(at: milliseconds)
        var after = refund
        after.state = state
        after.reason = reason
        after.changedAt = milliseconds
        change.refund = after
        change.attempt = attempt
        var paid = payment
        switch state {
        case .done:
            if races { change.postings = paid.reserve(refund.amount, at: milliseconds) }
            change.postings += paid.complete(refund.amount, at: milliseconds)
        case .failed: if !races { change.postings = paid.giveUp(refund.amount, at: milliseconds) }
        case .pending, .unknown: break
        }
        after.version += 1
        self.refund = after
        if refund.state == .pending {
            change.reply = SavedReply(
                merchant: refund.merchant, key: refund.key, status: after.status, body: after.body)
        }
        guard paid != payment else { return }
        change.payment = paid
        paid.version += 1
        self.payment = paid
        if state == .done {
            change.notification = paid.notification(channel: channel, version: paid.version, at: milliseconds)
        }
    }
}

extension Refund {
    /// As it is committed first.
    fileprivate var durable: Refund {
        var durable = self
        durable.version = 1
        return durable
    }

    /// 201 done, 202 not known, 402 declined, 503 surely not executed.
    var status: UInt16 {
        switch state {
        case .done: 201
        case .pending, .unknown: 202
        case .failed: BankRefusal.words.contains(reason) ? 503 : 402
        }
    }
}

extension Caller {
    /// Who names a merchant sees that merchant's payments only.
    func owns(_ payment: Payment) -> Bool { merchant == nil || merchant == payment.merchant }
}

extension Problem {
    fileprivate static let notEnough = Problem(
        status: 422, kind: "not-enough", detail: "the merchant's account does not hold so much", field: "amount")

    init(_ fault: RefundFault) {
        switch fault {
        case .notCaptured(let state):
            self.init(
                status: 409, kind: "not-captured", detail: "a payment that is \(state.name) has nothing to give back",
                field: "payment")
        case .exceeds(let left):
            self.init(
                status: 422, kind: "exceeds-captured", detail: "\(left) minor units are left to give back",
                field: "amount")
        case .otherCurrency:
            self.init(
                status: 422, kind: "other-currency", detail: "money goes back in the currency in which it came",
                field: "currency")
        }
    }
}

extension PaymentDesk {
    /// What a callback or a statement says of a refund. True when that settles it.
    func conclude(
        _ refund: Refund, _ status: BankAnswer.Status, from witness: Witness, _ context: RequestContext
    ) async throws(StoreFailure) -> Bool {
        guard refund.state == .pending || refund.state == .unknown else {
            if (status == .refunded) != (refund.state == .done) { figures.contradictions += 1 }
            return false
        }
        switch status {
        case .refunded: _ = try await book(refund, .done, "", nil, from: witness, context)
        case .declined:
            guard let payment = try await load(refund.payment) else { return false }
            // Where each send is decided by itself it is of one of them.
            guard !decidesAnew(payment) else {
                let isAtWork = atWork.contains(ClientKey(merchant: refund.merchant, key: refund.key))
                if !isAtWork { chaseRefund(refund, payment, context) }
                return false
            }
            _ = try await book(refund, .failed, "declined", nil, from: witness, context)
        case .pending, .authorised, .captured, .reversed: return false
        }
        return true
    }
}
