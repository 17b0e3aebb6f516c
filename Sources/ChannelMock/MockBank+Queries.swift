import ChannelProfile
import Containers
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Money
import Timebase

extension MockBank {
    /// How a payment stands. Banks do not like to be asked: too early, too often, too many at once.
    func answerQuery(_ reference: PaymentReference, _ exchange: HTTPExchange) async throws {
        counters.queries += 1
        var visit = Visit(.query, at: loop.now)
        visit.reference = reference
        let step: Step
        do throws(Problem) {
            try admit(exchange, &visit)
            visit.fate = fates.fate(of: reference)
            let asked = book.place(of: reference).map { Int(book[$0].queries) } ?? 0
            visit.trouble = board.troubleOfQuery(attempt: asked + 1, visit.fate, at: visit.at)
            if isTurnedAway(exchange, &visit) { return }
            try takeQuota(&queryQuota, at: visit.at)
            _ = try placeForQuery(reference, &visit)
            let time = visit.trouble.time(
                fates.serviceTime(.query, attempt: Int(visit.attempt), visit.fate))
            guard case .served(let until) = line.enter(at: visit.at, for: time) else {
                counters.overQueue += 1
                throw Problem.full(until: visit.at + .seconds(1), from: visit.at)
            }
            if until > visit.at { await exchange.rest(until: until) }
            await waitOutStall(visit.trouble, exchange)
            // The book may have forgotten it meanwhile, and given its place to another.
            guard let place = book.place(of: reference) else { throw Problem.noSuchPayment }
            step = deliver(BankAnswer(book[place], at: name), exchange, visit)
        } catch {
            if error.status != 429, error.status != 503 { counters.refused += 1 }
            step = deliver(BankAnswer(error), exchange, visit)
        }
        if case .play(let performance) = step { try await play(performance, exchange) }
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
            _ = deliver(BankAnswer(problem), exchange, visit)
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
    init(_ payment: Payment, at channel: String) {
        var text = JSONObjectText()
        text.add("reference", payment.reference)
        text.add("operation", plain: payment.operation.rawValue)
        text.add("status", plain: payment.state.word)
        if let reason = payment.declinedFor, payment.state == .declined { text.add("reason", plain: reason) }
        text.add("amount", payment.authorised)
        text.add("captured", payment.captured)
        text.add("refunded", payment.refunded)
        if let currency = payment.currency { text.add("currency", currency) }
        text.add("channel", plain: channel)
        self.init(200, text.end())
    }
}
