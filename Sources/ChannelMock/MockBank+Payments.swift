import ChannelProfile
import Containers
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import SeededRandom
import ShadowTag
import Timebase

extension MockBank {
    func handle(_ exchange: HTTPExchange) async throws {
        counters.requests += 1
        if let fixed = channel.fixedAnswer {
            return exchange.respond(UInt16(fixed.status), fixedFields, body: fixed.body)
        }
        let head = exchange.headBytes
        switch Route(exchange.method, head.span.extracting(exchange.head.target.range)) {
        case .payment(let operation): try await pay(operation, exchange)
        case .query(let reference): try await answerQuery(reference, exchange)
        case .statement: try await answerStatement(exchange)
        case .nowhere(let problem): refuse(problem, exchange)
        }
    }

    /// What no bank knows is evidence all the same, above all when it bears no mark.
    private func refuse(_ problem: Problem, _ exchange: HTTPExchange) {
        var visit = Visit(.query, at: loop.now)
        visit.kind = .stray
        var problem = problem
        do throws(Problem) { try admit(exchange, &visit) } catch { problem = error }
        counters.refused += 1
        _ = deliver(BankAnswer(problem), exchange, visit)
    }

    /// One request for a payment, from its arrival to its answer. All that needs no wait is in plain functions: an
    /// `async` call costs more than most of what is done in it.
    private func pay(_ operation: Operation, _ exchange: HTTPExchange) async throws {
        let body: [UInt8]
        if let whole = exchange.takeBody() { body = whole } else { body = try await exchange.collectBody() }
        var visit = Visit(operation, at: loop.now)
        var step = begin(body, exchange, &visit)
        if case .work(let work) = step {
            if work.decided > visit.at { await exchange.rest(until: work.decided) }
            await waitOutStall(visit.trouble, exchange)
            step = finish(work, body, exchange, &visit)
        }
        if case .tell(let order, let answer) = step {
            await desk?.sendBeforeAnswer(order)
            step = send(answer, exchange, visit)
        }
        if case .play(let performance) = step { try await play(performance, exchange) }
    }

    private func begin(_ body: [UInt8], _ exchange: HTTPExchange, _ visit: inout Visit) -> Step {
        do throws(Problem) {
            try admit(exchange, &visit)
            let request = try PaymentRequest(visit.operation, body: body)
            visit.note(request)
            (visit.place, visit.attempt) = book.noteAttempt(request.reference, request.operation, at: visit.at)
            // Also of a request that a fault turns away: whether a retry bears the same key is what an audit asks.
            let key = try idempotencyKey(exchange, visit.operation)
            visit.key = key ?? 0
            visit.fate = fates.fate(of: request.reference)
            visit.trouble = board.trouble(
                of: request, body, attempt: Int(visit.attempt), visit.fate, at: visit.at)
            if isTurnedAway(exchange, &visit) { return .answered }
            try takeQuota(&quota, at: visit.at)
            switch claim(key, visit.operation, body, at: visit.at) {
            case .execute(let ticket): return enterLine(request, ticket, exchange, visit)
            case .unkeyed: return enterLine(request, nil, exchange, visit)
            case .replay(let saved): return replay(saved, request, exchange, &visit)
            case .running:
                visit.flags = .isConflict
                throw Problem(channel.idempotency.conflict)
            case .mismatch:
                visit.flags = .isConflict
                throw Problem(channel.idempotency.mismatch)
            }
        } catch {
            count(error)
            return deliver(BankAnswer(error), exchange, visit)
        }
    }

    // MARK: At the door

    func admit(_ exchange: HTTPExchange, _ visit: inout Visit) throws(Problem) {
        visit.tag = tags.tag(of: exchange, now: loop.secondsSince1970)
        switch visit.tag {
        case .verified: counters.verified += 1
        case .unverified: return
        case .untagged:
            counters.untagged += 1
            guard channel.untagged == .refuse else { return }
            throw Problem(
                status: 403, kind: "untagged",
                detail: "this is a mock bank: it takes requests that are marked as shadow traffic only",
                field: MarkJudge.fieldName)
        case .forged, .expired:
            counters.mistagged += 1
            throw Problem(
                status: 403, kind: visit.tag == .forged ? "forged-tag" : "expired-tag",
                detail: "the mark of shadow traffic is not this run's, or is too old", field: MarkJudge.fieldName)
        }
    }

    /// Faults that come before the work.
    func isTurnedAway(_ exchange: HTTPExchange, _ visit: inout Visit) -> Bool {
        switch visit.trouble.ending {
        case .error(let status):
            answerPlainly(
                Problem(status: UInt16(status), kind: "bank-error", detail: "an error was put on this bank"),
                exchange, &visit)
        case .maintenance(let status, let end):
            var problem = Problem(
                status: UInt16(status), kind: "maintenance", detail: "this bank is closed for maintenance")
            problem.retryAfter = max(1, Int((end - loop.now).seconds.rounded(.up)))
            answerPlainly(problem, exchange, &visit)
        case .resetBeforeReply:
            write(visit, status: 0)
            exchange.reset()
        case .emptyReply:
            write(visit, status: 0)
            exchange.end()
        default: return false
        }
        counters.disturbed += 1
        return true
    }

    private func answerPlainly(_ problem: Problem, _ exchange: HTTPExchange, _ visit: inout Visit) {
        let answer = BankAnswer(problem)
        write(visit, status: answer.status)
        exchange.respond(answer.status, answer.fields, body: answer.body)
    }

    func takeQuota(_ quota: inout Quota?, at now: Instant) throws(Problem) {
        guard let wait = quota?.take(at: now) else { return }
        counters.overQuota += 1
        throw Problem(
            status: 429, kind: "quota", detail: "this bank takes fewer requests a second",
            retryAfter: max(1, Int(wait.seconds.rounded(.up))))
    }

    private func idempotencyKey(_ exchange: HTTPExchange, _ operation: Operation) throws(Problem) -> UInt128? {
        let head = exchange.headBytes
        guard let keyField, let field = exchange.head.fields.first(keyField, in: head.span) else { return nil }
        do throws(IdempotencyKeyMistake) {
            return try channel.idempotency.key(head.span.extracting(field.range), of: operation)
        } catch {
            var problem = Problem(error.problem)
            problem.field = keyField
            throw problem
        }
    }

    private func claim(
        _ key: UInt128?, _ operation: Operation, _ body: [UInt8], at now: Instant
    ) -> IdempotencyShelf.Claim {
        let fingerprint = Seed(UInt64(operation.place)).split(body.span).bits
        return shelf.claim(key: key, fingerprint: fingerprint, at: now)
    }

    // MARK: The work

    private func enterLine(
        _ request: PaymentRequest, _ ticket: IdempotencyShelf.Ticket?, _ exchange: HTTPExchange, _ visit: Visit
    ) -> Step {
        let time = visit.trouble.time(
            fates.serviceTime(request.operation, attempt: Int(visit.attempt), visit.fate))
        switch line.enter(at: visit.at, for: time) {
        case .full(let nextFree):
            if let ticket { shelf.abandon(ticket) }
            counters.overQueue += 1
            return deliver(BankAnswer(.full(until: nextFree, from: visit.at)), exchange, visit)
        case .served(let ends):
            let decided = channel.timer.map { min(ends, visit.at + $0) } ?? ends
            return .work(Work(request: request, ticket: ticket, ends: ends, decided: decided))
        }
    }

    /// The time has passed. Also for a bank that is closing, what was claimed is given back, and what was begun is booked.
    private func finish(
        _ work: Work, _ body: [UInt8], _ exchange: HTTPExchange, _ visit: inout Visit
    ) -> Step {
        if case .silence(charged: false) = visit.trouble.ending {
            if let ticket = work.ticket { shelf.abandon(ticket) }
            write(visit, status: 0)
            counters.disturbed += 1
            return .play(.silence)
        }
        let request = work.request
        let notice = notice(of: request, body, exchange)
        let (answer, booked, wait) =
            work.decided < work.ends ? timedOut(request, visit) : decide(request, visit)
        if let booked { visit.note(booked) }
        // Before anybody is told, by an answer, by a callback or by the answer to a duplicate.
        guard record(answer, visit) else {
            if let ticket = work.ticket { shelf.abandon(ticket) }
            return failClosed(exchange)
        }
        if let ticket = work.ticket { shelf.finish(ticket, status: answer.status, body: answer.body, at: loop.now) }
        if let wait {
            settlements.enter(
                SettlementLine.Pending(
                    reference: request.reference, charge: Charge(request), fate: visit.fate, notice: notice),
                until: loop.now + wait)
        } else if let desk, let booked, let notice {
            let order = order(request.reference, booked, notice)
            if desk.sendsBeforeAnswer(request.reference) { return .tell(order, answer) }
            desk.take(order)
        }
        return send(answer, exchange, visit)
    }

    /// A stall may be taken down before its time, so who waits for its end looks up now and then.
    func waitOutStall(_ trouble: Trouble, _ exchange: HTTPExchange) async {
        if trouble.stalledUntil == .zero { return }
        while loop.now < trouble.stalledUntil, board.has(.stall, at: loop.now), !Task.isCancelled {
            await exchange.rest(until: min(trouble.stalledUntil, loop.now + .milliseconds(250)))
        }
    }

    private func timedOut(_ request: PaymentRequest, _ visit: Visit) -> (BankAnswer, Booked?, TimeSpan?) {
        counters.declined += 1
        let reason = "issuer_timeout"
        let booked =
            request.operation.isNew
            ? book.decide(Charge(request), at: place(of: request, visit), declinedFor: reason)
            : declined(request, for: reason)
        return (BankAnswer(request, booked, at: name), booked, nil)
    }

    /// A cancellation names no amount: it is about all that was authorised.
    private func declined(_ request: PaymentRequest, for reason: String) -> Booked {
        let payment = request.payment.flatMap { book.place(of: $0) }.map { book[$0] }
        return Booked(
            state: .declined, amount: request.amount ?? payment?.authorised ?? 0,
            currency: request.currency ?? payment?.currency, reasonOfDecline: reason)
    }

    /// The answer, what was booked, and how long a pending one waits for its end.
    private func decide(_ request: PaymentRequest, _ visit: Visit) -> (BankAnswer, Booked?, TimeSpan?) {
        do throws(Problem) {
            let wait = request.operation.isNew ? waitForSettlement(request, visit.fate) : nil
            let booked = try apply(request, visit, isPending: wait != nil)
            switch booked.state {
            case .declined: counters.declined += 1
            case .pending: counters.pending += 1
            default: counters.approved += 1
            }
            return (BankAnswer(request, booked, at: name), booked, wait)
        } catch {
            counters.refused += 1
            return (BankAnswer(error), nil, nil)
        }
    }

    /// Others may have come while it waited, and the book have forgotten it.
    private func place(of request: PaymentRequest, _ visit: Visit) -> Int {
        book.place(of: request.reference, oncePlace: visit.place)
            ?? book.placeOrNew(request.reference, request.operation)
    }

    private func apply(_ request: PaymentRequest, _ visit: Visit, isPending: Bool) throws(Problem) -> Booked {
        guard request.operation.isNew else { return try change(request) }
        let place = place(of: request, visit)
        let booked = try book.open(
            Charge(request), at: place, declinedFor: fates.reasonOfDecline(visit.fate), isPending: isPending)
        if booked.state.isMoney, book[place].bookings > 1 { counters.bookedTwice += 1 }
        return booked
    }

    /// A capture or refund that is done once more under its own name has moved money again as well.
    private func change(_ request: PaymentRequest) throws(Problem) -> Booked {
        let booked = try book.change(request)
        guard request.payment != request.reference else { return booked }
        if book.countBooking(request.reference, request.operation) > 1 { counters.bookedTwice += 1 }
        return booked
    }

    private func replay(
        _ saved: IdempotencyShelf.SavedAnswer, _ request: PaymentRequest, _ exchange: HTTPExchange,
        _ visit: inout Visit
    ) -> Step {
        counters.replayed += 1
        visit.flags = .isReplay
        var answer = BankAnswer(saved.status, saved.body)
        // How a capture or refund stands is what it came to; under its reference the book has no payment.
        if channel.idempotency.replaysAsOfNow, request.operation.isNew,
            let place = book.place(of: request.reference), book[place].state != .none
        {
            answer = BankAnswer(saved.status, BankAnswer(book[place], at: name).body)
        }
        answer.isProblem = saved.status >= 400 && saved.status != 402
        answer.replayMark = channel.idempotency.replayMark
        return deliver(answer, exchange, visit)
    }

    private func count(_ problem: Problem) {
        if problem.status != 429 { counters.refused += 1 }
    }
}

extension Problem {
    init(_ problem: IdempotencyProblem) {
        self.init(status: problem.status, kind: problem.code.replacing("_", with: "-"), detail: problem.detail)
    }

    static func full(until free: Instant, from now: Instant) -> Problem {
        Problem(
            status: 503, kind: "queue-full", detail: "too many requests wait here already",
            retryAfter: max(1, Int((free - now).seconds.rounded(.up))))
    }
}

extension Operation {
    /// What makes a payment; the others are done to one.
    var isNew: Bool { self == .authorise || self == .transfer }
}

extension Payment.State {
    var isMoney: Bool { self == .authorised || self == .captured || self == .transferred }
}
