import EventLoop
import HTTPService
import HTTPWire
import Money
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// The table at `BankVerdict`, row by row, against a bank that says what it is told to.
@Suite struct AnswerTableTests {
    struct Row: Sendable, CustomStringConvertible {
        let status: UInt16
        let body: String
        let verdict: BankVerdict
        var isProblem = false

        var description: String { "\(status) \(body)" }

        static func answer(_ status: UInt16, _ word: String, _ verdict: BankVerdict) -> Row {
            Row(status: status, body: text(word), verdict: verdict)
        }

        static func text(
            _ word: String, reference: String = "REF", amount: String = "4900", currency: String = "CNY"
        ) -> String {
            #"{"reference":"\#(reference)","operation":"authorise","status":"\#(word)","reason":"stolen","#
                + #""amount":\#(amount),"currency":"\#(currency)"}"#
        }

        static func problem(_ status: UInt16, _ kind: String, _ verdict: BankVerdict) -> Row {
            Row(status: status, body: #"{"type":"/problems/\#(kind)"}"#, verdict: verdict, isProblem: true)
        }
    }

    static let rows: [Row] = [
        .answer(201, "authorised", .approved(captured: false)),
        .answer(200, "authorised", .approved(captured: false)),
        .answer(202, "pending", .pending),
        .answer(201, "pending", .pending),
        .answer(402, "declined", .declined("stolen")),
        .answer(202, "declined", .declined("stolen")),
        .answer(201, "captured", .unknown(.mismatched)),
        .answer(201, "refunded", .unknown(.mismatched)),
        .answer(201, "reversed", .unknown(.mismatched)),
        .answer(402, "authorised", .unknown(.mismatched)),
        .answer(201, "paid", .unknown(.malformed)),
        Row(status: 201, body: Row.text("authorised", amount: "4901"), verdict: .unknown(.mismatched)),
        Row(status: 201, body: Row.text("authorised", amount: "4900.0"), verdict: .unknown(.malformed)),
        Row(status: 201, body: Row.text("authorised", amount: "\"4900\""), verdict: .unknown(.malformed)),
        Row(status: 201, body: Row.text("authorised", currency: "JPY"), verdict: .unknown(.mismatched)),
        Row(status: 201, body: Row.text("authorised", currency: "XXX"), verdict: .unknown(.malformed)),
        Row(status: 201, body: Row.text("authorised", reference: "0000000000000-p1"), verdict: .unknown(.mismatched)),
        Row(status: 201, body: Row.text("authorised", reference: "someone"), verdict: .unknown(.malformed)),
        Row(status: 402, body: Row.text("declined", amount: "1"), verdict: .unknown(.mismatched)),
        Row(status: 201, body: "", verdict: .unknown(.malformed)),
        Row(status: 201, body: "[]", verdict: .unknown(.malformed)),
        Row(status: 201, body: Row.text("authorised") + "}", verdict: .unknown(.malformed)),
        Row(status: 201, body: #"{"status":"authorised"}"#, verdict: .unknown(.malformed)),
        .problem(429, "quota", .refused(.overloaded(status: 429))),
        .problem(503, "queue-full", .refused(.overloaded(status: 503))),
        .problem(503, "maintenance", .refused(.overloaded(status: 503))),
        Row(status: 503, body: "", verdict: .unknown(.failed(status: 503))),
        Row(status: 429, body: "busy", verdict: .unknown(.failed(status: 429))),
        .problem(400, "wrong-field", .refused(.rejected(status: 400, "wrong-field"))),
        .problem(403, "untagged", .refused(.rejected(status: 403, "untagged"))),
        .problem(404, "no-such-path", .refused(.rejected(status: 404, "no-such-path"))),
        .problem(405, "wrong-method", .refused(.rejected(status: 405, "wrong-method"))),
        .problem(409, "wrong-state", .refused(.rejected(status: 409, "wrong-state"))),
        .problem(422, "amount-too-large", .refused(.rejected(status: 422, "amount-too-large"))),
        .problem(425, "too-early", .refused(.rejected(status: 425, "too-early"))),
        .problem(409, "idempotency-key-in-use", .unknown(.underWay)),
        .problem(400, "idempotency-error", .unknown(.underWay)),
        Row(status: 400, body: "what?", verdict: .unknown(.failed(status: 400))),
        .problem(408, "timeout", .unknown(.failed(status: 408))),
        .problem(500, "bank-error", .unknown(.failed(status: 500))),
        .problem(502, "bank-error", .unknown(.failed(status: 502))),
        .problem(504, "bank-error", .unknown(.failed(status: 504))),
        Row(status: 204, body: "", verdict: .unknown(.failed(status: 204))),
        Row(status: 302, body: "", verdict: .unknown(.failed(status: 302))),
    ]

    @Test(arguments: rows) func `each answer has one meaning`(_ row: Row) throws {
        let reply = try ask { exchange, reference in
            var fields = FieldBlock()
            try fields.add("content-type", row.isProblem ? "application/problem+json" : "application/json")
            exchange.respond(row.status, fields, body: Array(row.body.replacing("REF", with: reference).utf8))
        }
        #expect(reply.verdict == row.verdict)
    }

    @Test func `what breaks on its way leaves the payment unknown`() throws {
        let reset = try ask { exchange, _ in exchange.reset() }
        #expect(reset.verdict == .unknown(.broken))
        let ended = try ask { exchange, _ in exchange.end() }
        #expect(ended.verdict == .unknown(.broken))
        let cut = try ask { exchange, reference in
            exchange.end(with: exchange.rawHead(201, announcing: 500) + Array(Row.text("authorised").utf8))
        }
        #expect(cut.verdict == .unknown(.malformed))
        let foreign = try ask { exchange, _ in exchange.end(with: Array("SSH-2.0-OpenSSH\r\n".utf8)) }
        #expect(foreign.verdict == .unknown(.malformed))
        let silent = try ask { exchange, _ in await exchange.keepSilent(until: exchange.loop.now + .seconds(60)) }
        #expect(silent.verdict == .unknown(.timeout))
    }

    @Test func `once unknown, a refusal of a later send does not make it known`() throws {
        var count = 0
        let reply = try ask(keyField: "idempotency-key") { exchange, _ in
            count += 1
            if count == 1 { return exchange.reset() }
            var fields = FieldBlock()
            try fields.add("content-type", "application/problem+json")
            exchange.respond(403, fields, body: Array(#"{"type":"/problems/untagged"}"#.utf8))
        }
        #expect(reply.verdict == .unknown(.broken) && reply.sends == 2)
    }

    /// The second of two sends is answered so, and the first is lost.
    private func second(_ status: UInt16, _ word: String, keepsDeclines: Bool) throws -> BankReply {
        var count = 0
        return try ask(keyField: "idempotency-key", keepsDeclines: keepsDeclines) { exchange, reference in
            count += 1
            if count == 1 { return exchange.reset() }
            exchange.respond(status, FieldBlock(), body: Array(Row.text(word, reference: reference).utf8))
        }
    }

    @Test(arguments: [(402 as UInt16, "declined"), (202, "pending")])
    func `what a later send is told counts for those before it where the bank keeps its declines`(
        status: UInt16, word: String
    ) throws {
        let anew = try second(status, word, keepsDeclines: false)
        #expect(anew.verdict == .unknown(.broken) && anew.sends == 2)
        let kept = try second(status, word, keepsDeclines: true)
        #expect(kept.verdict == (status == 202 ? .pending : .declined("stolen")) && kept.sends == 2)
        #expect(try second(201, "authorised", keepsDeclines: false).verdict == .approved(captured: false))
    }

    @Test func `no beginning of an answer, and no change of a byte, is read as another payment's`() throws {
        let id = RecordID(milliseconds: RecordID.epochMilliseconds + 7, .shadow, shard: 0, worker: 0, sequence: 1)
        let amount = Money(minor: 4_900, try Currency("CNY"))
        let judge = BankJudge(
            reference: BankReference(id, .payment, attempt: 1), amount: amount, capturesAtOnce: false)
        let whole = Array(Row.text("authorised", reference: "\(judge.reference)").utf8)
        func verdict(_ bytes: [UInt8]) -> BankVerdict {
            let response = HTTPResponse(
                status: 201, bytes: bytes, headCount: 0, poolWait: .zero, isFirstOnConnection: false)
            return judge.finding(response).verdict
        }
        #expect(verdict(whole) == .approved(captured: false))
        for count in whole.indices { #expect(verdict(Array(whole.prefix(count))) == .unknown(.malformed)) }
        for index in whole.indices {
            for byte in UInt8.min...UInt8.max where byte != whole[index] {
                var changed = whole
                changed[index] = byte
                guard verdict(changed) == .approved(captured: false) else { continue }
                let answer = BankAnswer(changed.span)
                #expect(answer?.reference == judge.reference && answer?.amount == 4_900)
                #expect(answer?.currency == amount.currency)
            }
        }
    }

    /// One authorisation at a bank that answers so.
    func ask(
        keyField: String? = nil, keepsDeclines: Bool = false,
        _ answer: @escaping (HTTPExchange, String) async throws -> Void
    ) throws -> BankReply {
        let loop = EventLoop.simulated(seed: 1)
        return try loop.run {
            let server = HTTPServer(on: loop) { exchange in
                let body = String(decoding: try await exchange.collectBody(), as: UTF8.self)
                try await answer(exchange, String(body.split(separator: "\"")[3]))
            }
            let origin = HTTPOrigin(try server.listen(on: .loopback()), host: "bank")
            var bank = ChannelRig.stackChannel("bank", origin, keyField)
            bank.keepsDeclines = keepsDeclines
            let channels = try Channels(
                ChannelRig.order(StackSetting(), [bank], seed: 1), publicAddress: nil, on: loop)
            let id = RecordID(milliseconds: RecordID.epochMilliseconds + 7, .shadow, shard: 0, worker: 0, sequence: 1)
            let order = BankOrder(
                reference: BankReference(id, .payment, attempt: 1), amount: Money(minor: 4_900, try Currency("CNY")),
                card: nil, merchant: MerchantID(number: 1), capturesAtOnce: false)
            let context = RequestContext.shadow(ChannelRig.mark, until: loop.now + .seconds(2))
            let reply = await channels[0, .shadow]?.authorise(order, context)
            channels.close()
            _ = await server.drain(until: loop.now)
            return try #require(reply)
        }
    }
}
