import ChannelProfile
import EventLoop
import HTTPService
import Money
import StackVocabulary
import Timebase

extension PaymentDesk {
    /// `POST /v1/payments`, from its arrival to its answer.
    func pay(_ exchange: HTTPExchange, _ caller: Caller) async throws -> StackAnswer {
        figures.payments += 1
        guard let merchant = caller.merchant else { throw Problem.missing("X-Merchant", "whose payment it is") }
        guard let key = caller.key else {
            throw Problem.missing("Idempotency-Key", "the payment's own name, which makes asking twice safe")
        }
        // Before it comes in: who sends slowly is to hold no place.
        let body: [UInt8]
        if let whole = exchange.takeBody() { body = whole } else { body = try await exchange.collectBody() }
        var pass: Pass
        switch door.begin(.pay, caller.urgency, merchant: merchant.number, until: caller.context.deadline) {
        case .admitted(let admitted): pass = admitted
        case .refused(let refusal): return StackAnswer(refusal)
        case .waits(let turn):
            switch await door.wait(for: turn) {
            case .admitted(let admitted): pass = admitted
            case .refused(let refusal): return StackAnswer(refusal)
            }
        }
        defer { door.leave(pass) }
        let instruction = try PaymentInstruction(of: body)
        try judge(instruction)
        let own = ClientKey(merchant: merchant, key: key)
        // Planted (claim-after-effect): nobody looks whether the key is at work.
        guard setting.has(.claimAfterEffect) || atWork.insert(own).inserted else { throw conflict() }
        defer { atWork.remove(own) }
        do throws(StoreFailure) {
            return try await execute(instruction, own, Self.fingerprint(of: body), caller, &pass)
        } catch {
            return refuse(error)
        }
    }

    func conflict() -> Problem {
        figures.conflicts += 1
        return Problem(
            status: 409, kind: "key-in-use",
            detail: "a request with this key is at work; ask again when it is answered",
            field: "Idempotency-Key")
    }

    static func fingerprint(of body: [UInt8]) -> UInt128 { PaymentDigest.of(body.span) }

    /// Risk: what this stack does for nobody.
    private func judge(_ instruction: PaymentInstruction) throws(Problem) {
        guard instruction.amount.minor <= setting.amountMax else {
            throw Problem(
                status: 422, kind: "amount-too-large",
                detail: "payments of more than \(setting.amountMax) minor units are not taken", field: "amount")
        }
    }

    private func execute(
        _ instruction: PaymentInstruction, _ own: ClientKey, _ fingerprint: UInt128, _ caller: Caller,
        _ pass: inout Pass
    ) async throws(StoreFailure) -> StackAnswer {
        let id = newID()
        let bin = instruction.card?.bin ?? 0
        guard let channel = channels.choose(id, bin: bin, now: loop.now) else {
            // What was answered before is answered again, also while no channel can be asked.
            if let claim = try await store.claim(own.merchant, own.key) { return try await replay(claim, fingerprint) }
            figures.channelRefusals += 1
            return StackAnswer(Refusal(limit: .channel, retryAfter: .seconds(1)))
        }
        var payment = Payment(
            id: id, merchant: own.merchant, key: own.key, amount: instruction.amount, bin: bin,
            capturesAtOnce: instruction.capturesAtOnce, notify: instruction.notify, createdAt: now, changedAt: now)
        payment.state = .processing
        payment.channel = channel
        payment.attempt = 1
        let claim = Claim(merchant: own.merchant, key: own.key, fingerprint: fingerprint, record: id)
        // Neither the store's time nor the bank's is this stack's work: others come in meanwhile.
        door.pause(&pass)
        // Planted (claim-after-effect): the bank is asked first.
        if !setting.has(.claimAfterEffect), let earlier = try await begin(&payment, claim) {
            return try await replay(earlier, fingerprint)
        }
        let call = await callBanks(&payment, instruction.card, caller)
        if setting.has(.claimAfterEffect), let earlier = try await begin(&payment, claim) {
            declines[payment.id] = nil
            return try await replay(earlier, fingerprint)
        }
        let answer = await conclude(payment, call, caller)
        door.resume(&pass)
        return answer
    }

    /// The key is claimed and the payment is known to be with a bank, before the bank hears of it. Returns who was first
    /// with this key, if anybody was.
    private func begin(_ payment: inout Payment, _ claim: Claim) async throws(StoreFailure) -> Claim? {
        var change = LedgerChange(at: now)
        change.payment = payment
        change.claim = claim
        switch try await place(payment).commit(change) {
        case .done:
            payment.version = 1
            shelf.put(payment)
            figures.pending += 1
            figures.entered[Int(payment.state.rawValue)] += 1
        case .keyTaken(let earlier): return earlier
        case .stale, .belowFloor:
            // The id is another's, of a process whose clock was ahead; nothing was done, and the next has another id.
            guard setting.has(.clockRollbackIDs) else {
                throw StoreFailure(operation: "begin \(payment.id)", cause: .database(code: 0, "the id is taken"))
            }
        }
        return nil
    }

    /// Nobody is at work on the key here. A claim without its reply is then of a request whose process ended, or whose
    /// end could not be written down: it is answered with how the payment or refund stands.
    func replay(_ claim: Claim, _ fingerprint: UInt128) async throws(StoreFailure) -> StackAnswer {
        guard claim.fingerprint == fingerprint else {
            figures.mismatches += 1
            return StackAnswer(
                Problem(
                    status: 422, kind: "key-reused", detail: "this key came with another request before",
                    field: "Idempotency-Key"))
        }
        figures.replays += 1
        if let reply = claim.reply { return StackAnswer(replaying: reply) }
        return try await standing(of: claim)
    }

    /// Nobody is at work on it, and no answer was saved: the process was killed in between, or the store took no more.
    private func standing(of claim: Claim) async throws(StoreFailure) -> StackAnswer {
        if let payment = try await load(claim.record) {
            return StackAnswer(status(payment), payment.body(channel: name(payment.channel)))
        }
        if let refund = try await store.refund(claim.record) { return StackAnswer(refund.status, refund.body) }
        return StackAnswer(conflict())
    }

    // MARK: Banks

    /// What the last bank that was asked said, and the attempt that is to be noted with it.
    private struct BankCall {
        let finding: Finding
        let attempt: AttemptRecord
    }

    /// Asks a bank; another one only where the first has surely not executed it.
    private func callBanks(
        _ payment: inout Payment, _ card: CardNumber?, _ caller: Caller
    ) async -> BankCall {
        var tried = ChannelsTried()
        while true {
            let channel = payment.channel ?? 0
            tried.insert(channel)
            guard let adapter = channels[channel, namespace] else {
                preconditionFailure("channel \(channel) was chosen and is not there")
            }
            let order = BankOrder(
                reference: BankReference(payment.id, .payment, attempt: payment.attempt), amount: payment.amount,
                card: card, merchant: payment.merchant, capturesAtOnce: payment.capturesAtOnce)
            if adapter.decidesAnew || !declines.isEmpty { declines[payment.id] = adapter.decidesAnew ? "" : nil }
            let sentAt = now
            let reply = await adapter.authorise(order, caller.context)
            let attempt = AttemptRecord(reply, of: channel, sentAt: sentAt, endedAt: now)
            let call = BankCall(finding: finding(reply, of: payment, by: adapter), attempt: attempt)
            guard case .refused(let refusal) = call.finding,
                await reroute(&payment, tried, attempt, refusal)
            else { return call }
        }
    }

    /// True when another channel is to be asked, which is durable then.
    private func reroute(
        _ payment: inout Payment, _ tried: ChannelsTried, _ attempt: AttemptRecord, _ word: String
    ) async -> Bool {
        guard payment.version > 0, Int(payment.attempt) < Self.channelsPerPayment, word != Limit.deadline.rawValue,
            let next = channels.choose(payment.id, bin: payment.bin, excluding: tried, now: loop.now)
        else { return false }
        var change = LedgerChange(at: now)
        var moved = payment
        moved.channel = next
        moved.attempt += 1
        moved.changedAt = change.at
        change.payment = moved
        change.attempt = attempt
        guard let outcome = try? await home(of: moved.id).commit(change), outcome == .done else { return false }
        moved.version += 1
        payment = moved
        shelf.put(moved)
        figures.rerouted += 1
        return true
    }

    private func finding(_ reply: BankReply, of payment: Payment, by bank: ChannelAdapter) -> Finding {
        switch reply.verdict {
        case .approved(captured: true): .captured(payment.amount.minor)
        case .approved(captured: false): .authorized
        case .declined(let word): .declined(word)
        case .pending: .pending
        case .refused(let refusal): .refused(refusal.word)
        // Planted (timeout-is-failure).
        case .unknown where setting.has(.timeoutIsFailure): .declined("timeout")
        case .unknown: reply.executions > 1 && bank.decidesAnew ? .unknownOfMany : .unknown
        }
    }

    /// What was found out is brought into the books, and said. When the store takes no more, the payment stays with its
    /// bank in the books, which a query settles later; its sender hears that nobody knows.
    private func conclude(_ payment: Payment, _ call: BankCall, _ caller: Caller) async -> StackAnswer {
        do throws(StoreFailure) {
            let known = try await record(
                call.finding, of: payment.id, seen: payment, attempt: call.attempt, context: caller.context
            ) { [self] after in
                SavedReply(
                    merchant: after.merchant, key: after.key, status: status(after),
                    body: after.body(channel: name(after.channel)))
            }
            let after = known ?? payment
            if after.state == .processing { chase(after, caller.context) }
            await takeDecline(of: after, caller.context)
            return StackAnswer(status(after), after.body(channel: name(after.channel)))
        } catch {
            figures.storeFailures += 1
            log("payment \(payment.id): \(call.finding) could not be written down: \(error)")
            chase(payment, caller.context)
            return StackAnswer(202, payment.body(channel: name(payment.channel)))
        }
    }

    /// 201 done, 202 not decided or not known, 402 declined, 503 surely not executed.
    func status(_ payment: Payment) -> UInt16 {
        switch payment.state {
        case .authorized, .captured, .partiallyRefunded, .refunded: 201
        case .failed: BankRefusal.words.contains(payment.reason) ? 503 : 402
        case .cancelled, .expired: 409
        case .created, .riskReview, .routing, .processing, .unknown: 202
        }
    }
}

extension BankRefusal {
    /// Why nobody executed it, in a word for the books.
    var word: String {
        switch self {
        case .deadline: Limit.deadline.rawValue
        case .noOrigin, .breaker, .limit: Limit.channel.rawValue
        case .unreachable, .unsent: "unreachable"
        case .overloaded: "overloaded"
        case .rejected: "rejected"
        }
    }

    static let words: Set<String> = [
        Limit.deadline.rawValue, Limit.channel.rawValue, "unreachable", "overloaded", "rejected",
    ]
}
