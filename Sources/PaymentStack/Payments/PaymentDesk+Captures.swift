import EventLoop
import HTTPService
import Money
import StackVocabulary
import Timebase

/// What is done to a payment that was authorised.
private enum AuthorizedStep {
    /// So much of it; nil: all.
    case capture(Int64?)
    case cancel

    var kind: BankReference.Kind {
        switch self {
        case .capture: .capture
        case .cancel: .reverse
        }
    }
}

extension PaymentDesk {
    /// `POST /v1/payments/{id}/capture`: takes what was authorised. Done twice it is done once.
    func capture(_ id: RecordID, _ exchange: HTTPExchange, _ caller: Caller) async throws -> StackAnswer {
        let body = try await exchange.collectBody()
        return try await amend(id, .capture(try CaptureInstruction(of: body).amount), caller)
    }

    /// `POST /v1/payments/{id}/cancel`: gives up what was authorised.
    func cancel(_ id: RecordID, _ caller: Caller) async throws -> StackAnswer { try await amend(id, .cancel, caller) }

    /// In at the door, and alone at this payment.
    private func amend(_ id: RecordID, _ step: AuthorizedStep, _ caller: Caller) async throws -> StackAnswer {
        var pass: Pass
        switch await door.enter(
            .settle, caller.urgency, merchant: caller.merchant?.number, until: caller.context.deadline)
        {
        case .admitted(let admitted): pass = admitted
        case .refused(let refusal): return StackAnswer(refusal)
        }
        defer { door.leave(pass) }
        guard busy.insert(id).inserted else {
            throw Problem(
                status: 409, kind: "payment-in-use", detail: "something is being done to this payment; ask again later")
        }
        defer { busy.remove(id) }
        do throws(StoreFailure) {
            guard id.namespace == namespace, let payment = try await load(id), caller.owns(payment) else {
                return StackAnswer(.noSuchPayment)
            }
            if let answer = answerWithoutBank(payment, step) { return answer }
            return try await ask(payment, step, caller, &pass)
        } catch {
            return refuse(error)
        }
    }

    private func answerWithoutBank(_ payment: Payment, _ step: AuthorizedStep) -> StackAnswer? {
        switch (step, payment.state) {
        case (.capture(let part), .authorized) where part ?? 0 > payment.amount.minor:
            StackAnswer(
                Problem(
                    status: 422, kind: "exceeds-authorized",
                    detail: "\(payment.amount.minor) minor units were authorised", field: "amount"))
        case (.capture, .authorized), (.cancel, .authorized): nil
        case (.capture(let part), .captured) where payment.captured == part ?? payment.amount.minor: told(payment)
        case (.cancel, .cancelled): told(payment)
        case (.capture, let state): StackAnswer(.wrongState(state, "captured"))
        case (.cancel, let state): StackAnswer(.wrongState(state, "cancelled"))
        }
    }

    private func ask(
        _ payment: Payment, _ step: AuthorizedStep, _ caller: Caller, _ pass: inout Pass
    ) async throws(StoreFailure) -> StackAnswer {
        guard let channel = payment.channel, let adapter = channels[channel, namespace] else {
            return StackAnswer(Refusal(limit: .channel, retryAfter: .seconds(1)))
        }
        let sentAt = now
        let original = BankReference(payment.id, .payment, attempt: payment.attempt)
        let reply: BankReply
        let done: Finding
        door.pause(&pass)
        switch step {
        case .capture(let part):
            let amount = Money(minor: part ?? payment.amount.minor, payment.amount.currency)
            done = .captured(amount.minor)
            reply = await adapter.capture(
                BankAmendment(
                    reference: BankReference(payment.id, .capture, attempt: 1), payment: original, amount: amount,
                    bin: payment.bin), caller.context)
        case .cancel:
            done = .reversed
            reply = await adapter.reverse(
                BankAmendment(
                    reference: BankReference(payment.id, .reverse, attempt: 1), payment: original,
                    amount: payment.amount, bin: payment.bin), caller.context)
        }
        door.resume(&pass)
        let attempt = AttemptRecord(reply, of: channel, sentAt: sentAt, endedAt: now)
        let finding: Finding
        switch reply.verdict {
        case .approved: finding = done
        case .declined(let word):
            try await note(attempt)
            return StackAnswer(
                Problem(status: 409, kind: "bank-declined", detail: "the bank does not do it: \(word)"))
        case .refused(let refusal):
            try await note(attempt)
            return StackAnswer(
                Problem(
                    status: 503, kind: "bank-\(refusal.word)", detail: "the bank cannot be asked for it now",
                    retryAfter: 1))
        case .pending, .unknown: finding = .amendmentUnknown(step.kind)
        }
        let after = try await record(
            finding, of: payment.id, seen: payment, attempt: attempt, context: caller.context)
        return told(after ?? payment)
    }

    private func told(_ payment: Payment) -> StackAnswer {
        StackAnswer(payment.state == .unknown ? 202 : 200, payment.body(channel: name(payment.channel)))
    }

    /// The store does not take it, or says nothing.
    func refuse(_ failure: StoreFailure) -> StackAnswer {
        figures.storeFailures += 1
        log("\(failure)")
        return StackAnswer(Refusal(limit: .store, retryAfter: .seconds(1)))
    }
}

extension Problem {
    static func wrongState(_ state: PaymentState, _ wanted: String) -> Problem {
        Problem(
            status: 409, kind: "wrong-state", detail: "a payment that is \(state.name) cannot be \(wanted)",
            field: "state")
    }
}
