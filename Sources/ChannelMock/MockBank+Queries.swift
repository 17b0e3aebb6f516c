import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Money
import Timebase

extension MockBank {
    /// How a payment stands. Banks do not like to be asked: too early, too often, too many at once.
    func answerQuery(_ reference: PaymentReference, _ exchange: HTTPExchange) async throws {
        counters.queries += 1
        var visit = Visit(.query, at: loop.now)
        visit.reference = reference
        do {
            try admit(exchange, &visit)
            visit.fate = fates.fate(of: reference)
            let asked = book.place(of: reference).map { Int(book[$0].queries) } ?? 0
            visit.trouble = board.troubleOfQuery(attempt: asked + 1, visit.fate, at: visit.at)
            if await isTurnedAway(exchange, &visit) { return }
            try takeQuota(&queryQuota, at: visit.at)
            _ = try placeForQuery(reference, &visit)
            let time = visit.trouble.time(
                fates.serviceTime(.query, attempt: Int(visit.attempt), visit.fate))
            guard case .served(let until) = line.enter(at: visit.at, for: time) else {
                counters.overQueue += 1
                throw Problem.full(until: visit.at + .seconds(1), from: visit.at)
            }
            if until > visit.at { _ = try? await loop.sleep(until: until) }
            await waitOutStall(visit.trouble)
            // The book may have forgotten it meanwhile, and given its place to another.
            guard let place = book.place(of: reference) else { throw Problem.noSuchPayment }
            try await deliver(BankAnswer(book[place], at: channel), exchange, &visit)
        } catch let problem as Problem {
            if problem.status != 429, problem.status != 503 { counters.refused += 1 }
            try await deliver(BankAnswer(problem), exchange, &visit)
        }
    }

    private func placeForQuery(_ reference: PaymentReference, _ visit: inout Visit) throws(Problem) -> Int {
        guard let place = book.place(of: reference), book[place].state != .none else {
            throw Problem.noSuchPayment
        }
        let rule = channel.query
        let age = visit.at - book[place].firstSeenAt
        guard age >= rule.minAge else {
            throw Problem(
                status: 425, kind: "too-early", detail: "a payment may be asked for when it is older",
                retryAfter: max(1, Int((rule.minAge - age).seconds.rounded(.up))))
        }
        if book[place].queries < .max { book[place].queries += 1 }
        visit.attempt = book[place].queries
        if let most = rule.maxPerPayment, Int(book[place].queries) > most {
            counters.overQuota += 1
            throw Problem(
                status: 429, kind: "query-limit", detail: "a payment may be asked for \(most) times at most")
        }
        return place
    }

    /// `GET /v1/statement?form=ndjson`: only for who bears the mark of a drill, as all that a bank tells.
    func answerStatement(_ exchange: HTTPExchange) async throws {
        var visit = Visit(.statement, at: loop.now)
        do {
            try admit(exchange, &visit)
            let form = try Self.form(exchange.target)
            write(visit, status: 200)
            try await sendStatement(exchange, form: form)
        } catch let problem as Problem {
            counters.refused += 1
            try await deliver(BankAnswer(problem), exchange, &visit)
        }
    }

    static func form(_ target: String) throws(Problem) -> StatementRule.Form? {
        guard let query = target.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        let words = StatementRule.Form.allCases.map(\.rawValue)
        guard query.hasPrefix("form="), let form = StatementRule.Form(rawValue: String(query.dropFirst(5))) else {
            throw .wrong("form", "one of " + words.joined(separator: ", "))
        }
        return form
    }
}

extension BankAnswer {
    init(_ payment: Payment, at channel: Channel) {
        var text = AnswerText()
        text.add("reference", payment.reference)
        text.add("operation", plain: payment.operation.rawValue.utf8)
        text.add("status", plain: payment.state.word.utf8)
        if let reason = payment.declinedFor, payment.state == .declined { text.add("reason", plain: reason.utf8) }
        text.add("amount", payment.authorised)
        text.add("captured", payment.captured)
        text.add("refunded", payment.refunded)
        if let currency = payment.currency { text.add("currency", plain: currency.code.utf8) }
        text.add("channel", plain: channel.name.value.utf8)
        self.init(200, text.end())
    }
}
