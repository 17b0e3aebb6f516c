import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Money
import Timebase

extension MockBank {
    /// Writes the entry, and then the answer as the faults of the moment will have it.
    func deliver(_ answer: BankAnswer, _ exchange: HTTPExchange, _ visit: Visit) -> Step {
        guard record(answer, visit) else { return failClosed(exchange) }
        return send(answer, exchange, visit)
    }

    /// False when the journal takes no more: then nothing that was booked may be told.
    func record(_ answer: BankAnswer, _ visit: Visit) -> Bool {
        write(visit, status: visit.trouble.ending.isUnheard ? 0 : answer.status)
    }

    func failClosed(_ exchange: HTTPExchange) -> Step {
        exchange.respond(503)
        return .answered
    }

    /// What has been recorded.
    func send(_ answer: BankAnswer, _ exchange: HTTPExchange, _ visit: Visit) -> Step {
        switch visit.trouble.ending {
        case .answer:
            exchange.respond(answer.status, answer.fields, body: answer.body)
            return .answered
        case .silence:
            counters.disturbed += 1
            return .play(.silence)
        case .resetAfterCommit:
            counters.disturbed += 1
            exchange.reset()
            return .answered
        default: return sendBroken(answer, visit.trouble.ending, exchange)
        }
    }

    private func sendBroken(_ answer: BankAnswer, _ ending: Trouble.Ending, _ exchange: HTTPExchange) -> Step {
        counters.disturbed += 1
        let body = answer.body
        switch ending {
        case .truncatedBody:
            exchange.end(
                with: exchange.rawHead(answer.status, answer.fields, announcing: body.count)
                    + body.prefix(body.count / 2))
        case .wrongLength:
            exchange.end(with: exchange.rawHead(answer.status, answer.fields, announcing: body.count / 2) + body)
        case .malformedBody:
            exchange.respond(answer.status, answer.fields, body: body.dropLast() + Array(",".utf8))
        case .drip(let bytesPerSecond): return .play(.drip(answer, bytesPerSecond: bytesPerSecond))
        default: exchange.respond(answer.status, answer.fields, body: body)
        }
        return .answered
    }

    // MARK: Answers that take time

    func play(_ performance: Performance, _ exchange: HTTPExchange) async throws {
        switch performance {
        case .silence: await exchange.keepSilent(until: loop.now + Self.silenceMax)
        case .drip(let answer, let bytesPerSecond): try await drip(answer, bytesPerSecond, exchange)
        }
    }

    /// Ten pieces a second, or a byte at a time where that is more.
    private func drip(_ answer: BankAnswer, _ bytesPerSecond: Int, _ exchange: HTTPExchange) async throws {
        exchange.startResponse(answer.status, answer.fields, length: UInt64(answer.body.count))
        let size = min(max(1, bytesPerSecond / 10), max(1, answer.body.count))
        let gap = TimeSpan(nanoseconds: Int64(size) * 1_000_000_000 / Int64(bytesPerSecond))
        for start in stride(from: 0, to: answer.body.count, by: size) {
            try await exchange.write(Array(answer.body[start..<min(start + size, answer.body.count)]))
            try await loop.sleep(until: loop.now + gap)
        }
        exchange.finishResponse()
    }

    // MARK: Journal

    /// False when the journal takes no more: then nothing that was booked may be told.
    @discardableResult
    func write(_ visit: Visit, status: UInt16) -> Bool {
        write(visit.entry(status: status, since: began, now: loop.now))
    }

    func write(_ entry: ChannelEntry) -> Bool {
        do throws(EvidenceError) {
            try journal.append(entry)
            if journal.wantsNext { prepareSegment() }
            return true
        } catch {
            counters.journalFailures += 1
            return false
        }
    }

    /// The journal's segments are made ahead of need, on a thread of their own. A disk that stands still keeps a bank's
    /// end waiting this long and no longer.
    private static let preparationMax = TimeSpan.seconds(5)

    private func prepareSegment() {
        guard let order = journal.orderNext() else { return }
        preparation = loop.spawn { [loop, journal] in
            let prepared = try? await loop.offload("journal", until: loop.now + Self.preparationMax) {
                try? order.make()
            }
            journal.adopt(prepared ?? nil)
        }
    }
}

extension BankAnswer {
    /// What a bank says of a payment that it has decided.
    init(_ request: PaymentRequest, _ booked: Booked, at channel: String) {
        var text = JSONObjectText()
        text.add("reference", request.reference)
        text.add("operation", plain: request.operation.rawValue)
        text.add("status", plain: booked.state.word)
        if let reason = booked.reasonOfDecline { text.add("reason", plain: reason) }
        if let payment = request.payment { text.add("payment", payment) }
        text.add("amount", booked.amount)
        if let currency = booked.currency { text.add("currency", currency) }
        text.add("channel", plain: channel)
        let status: UInt16 =
            switch booked.state {
            case .declined: 402
            case .pending: 202
            default: request.operation.isNew ? 201 : 200
            }
        self.init(status, text.end(), booking: booked.booking)
    }
}

extension Payment.State {
    var word: String {
        switch self {
        case .none: "unknown"
        case .pending: "pending"
        case .declined: "declined"
        case .authorised: "authorised"
        case .captured: "captured"
        case .reversed: "reversed"
        case .refunded: "refunded"
        case .transferred: "transferred"
        }
    }
}
