import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Money
import Timebase

extension MockBank {
    /// Writes the entry, and then the answer as the faults of the moment will have it.
    func deliver(_ answer: BankAnswer, _ exchange: HTTPExchange, _ visit: inout Visit) async throws {
        guard record(answer, visit) else { return failClosed(exchange) }
        try await send(answer, exchange, visit)
    }

    /// False when the journal takes no more: then nothing that was booked may be told.
    func record(_ answer: BankAnswer, _ visit: Visit) -> Bool {
        write(visit, status: visit.trouble.ending.isUnheard ? 0 : answer.status)
    }

    func failClosed(_ exchange: HTTPExchange) { exchange.respond(503) }

    /// What has been recorded.
    func send(_ answer: BankAnswer, _ exchange: HTTPExchange, _ visit: Visit) async throws {
        if visit.trouble.ending.isUnheard { counters.disturbed += 1 }
        switch visit.trouble.ending {
        case .silence: await exchange.keepSilent(until: loop.now + Self.silenceMax)
        case .resetAfterCommit: exchange.reset()
        default: try await send(answer, visit.trouble.ending, exchange)
        }
    }

    private func send(_ answer: BankAnswer, _ ending: Trouble.Ending, _ exchange: HTTPExchange) async throws {
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
        case .drip(let bytesPerSecond): try await drip(answer, bytesPerSecond, exchange)
        default: return exchange.respond(answer.status, answer.fields, body: body)
        }
        counters.disturbed += 1
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

    /// False when the journal takes no more: then nothing that was booked may be told.
    @discardableResult
    func write(_ visit: Visit, status: UInt16) -> Bool { write(visit.entry(status: status, since: began)) }

    func write(_ entry: ChannelEntry) -> Bool {
        do throws(EvidenceError) {
            try journal.append(entry)
            return true
        } catch {
            counters.journalFailures += 1
            return false
        }
    }
}

extension BankAnswer {
    /// What a bank says of a payment that it has decided.
    init(_ request: PaymentRequest, _ booked: Booked, at channel: Channel) {
        var text = AnswerText()
        text.add("reference", request.reference)
        text.add("operation", plain: request.operation.rawValue.utf8)
        text.add("status", plain: booked.state.word.utf8)
        if let reason = booked.reasonOfDecline { text.add("reason", plain: reason.utf8) }
        if let payment = request.payment { text.add("payment", payment) }
        text.add("amount", booked.amount)
        if let currency = booked.currency { text.add("currency", plain: currency.code.utf8) }
        text.add("channel", plain: channel.name.value.utf8)
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
