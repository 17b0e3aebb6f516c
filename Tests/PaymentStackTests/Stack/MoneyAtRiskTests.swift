import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import HTTPService
import HTTPWire
import JSON
import Money
import Peers
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// Where money could be lost, doubled or forgotten between a bank and the books.
struct MoneyAtRiskTests {
    private static var quick: StackSetting {
        var setting = StackSetting()
        setting.bankTimeout = .seconds(1)
        setting.query.first = .seconds(10)
        return setting
    }

    @Test func `what the books did not take is answered as it stands, and not called at work for ever`() throws {
        try StackRig.run(faults: [], Self.quick) { rig in
            let store = try rig.fickleStore()
            store.refuses = { $0.reply != nil }
            let first = try await rig.pay(key: "lost")
            #expect(first.status == 202 && store.refused == 1)
            store.refuses = { _ in false }
            let second = try await rig.pay(key: "lost")
            #expect(second.status == 202 && second.id == first.id)
            try await rig.sleep(.seconds(20))
            let third = try await rig.pay(key: "lost")
            #expect(third.status == 201 && third.id == first.id)
            #expect(try await rig.pay(5_000, key: "lost").status == 422)
            #expect(rig.banks[0].counters.requests == 2)
        }
    }

    @Test func `what no bank took is refused with a time to come back, also when it is asked for again`() throws {
        let fault = ChannelRig.fault(for: .seconds(60), .maintenance(status: 503))
        try StackRig.run(faults: [fault], Self.quick) { rig in
            for _ in 1...2 {
                let refused = try await rig.pay(key: "closed")
                #expect(refused.status == 503 && refused.response.field("retry-after") == "1")
            }
        }
    }

    @Test func `a refund that the books did not take is asked for again`() throws {
        try StackRig.run(faults: [], Self.quick) { rig in
            let paid = try await rig.pay(1_000)
            let store = try rig.fickleStore()
            store.refuses = { $0.refund?.state == .done }
            let back = try await rig.refund(paid.id, key: "back")
            #expect(back.status == 202 && store.refused == 1)
            store.refuses = { _ in false }
            try await rig.sleep(.seconds(20))
            let again = try await rig.refund(paid.id, key: "back")
            #expect(again.status == 201 && again.id == back.id)
            for balance in try await rig.export("balances") { #expect(balance.number("amount") == 0) }
        }
    }

    @Test func `what a bank told when it was asked, and the books did not take, is asked for again`() throws {
        let fault = ChannelRig.fault(for: .seconds(5), .timeout(rate: Ratio(1), charged: Ratio(1)))
        try StackRig.run(faults: [fault], Self.quick) { rig in
            let paid = try await rig.pay()
            #expect(paid.state == "unknown")
            let store = try rig.fickleStore()
            store.refuses = { $0.payment?.state == .captured }
            try await rig.sleep(.seconds(15))
            #expect(store.refused == 1)
            store.refuses = { _ in false }
            try await rig.sleep(.seconds(15))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "captured")
        }
    }

    @Test func `a refund of which nobody knows is asked for as often as a payment`() throws {
        let match = PaymentMatch(operations: [.refund])
        let fault = ChannelRig.fault(for: .seconds(25), match: match, .timeout(rate: Ratio(1), charged: Ratio(0)))
        try StackRig.run(faults: [fault], Self.quick) { rig in
            let paid = try await rig.pay(1_000)
            let back = try await rig.refund(paid.id)
            #expect(back.status == 202 && back.state == "unknown")
            try await rig.sleep(.seconds(120))
            #expect(try await rig.send(.get, "/v1/refunds/\(back.id)").state == "refunded")
            for balance in try await rig.export("balances") { #expect(balance.number("amount") == 0) }
        }
    }

    @Test func `no bank is asked in the name of a payment that is another's`() throws {
        try StackRig.run { rig in
            let desk = try rig.shadowDesk()
            // The clock of a former process was ahead: its ids come again.
            desk.ids = Self.idsAhead()
            #expect(try await rig.pay().status == 201)
            desk.ids = Self.idsAhead()
            #expect(try await rig.pay(5_000).status == 503)
            #expect(rig.banks[0].counters.requests == 1)
            #expect(try await rig.pay(5_000).status == 201)
        }
    }

    private static func idsAhead() -> RecordIDs {
        var ids = RecordIDs(.shadow, shard: 0, worker: 0)
        _ = ids.next(at: 1_900_000_000_000)
        return ids
    }

    @Test func `a capture that its bank declines later leaves what was authorised`() throws {
        let match = PaymentMatch(operations: [.capture])
        let fault = ChannelRig.fault(for: .seconds(25), match: match, .timeout(rate: Ratio(1), charged: Ratio(0)))
        try StackRig.run(faults: [fault], Self.quick) { rig in
            let paid = try await rig.pay(1_000, capture: false)
            #expect(try await rig.send(.post, "/v1/payments/\(paid.id)/capture").state == "unknown")
            let told = try await rig.callBack("\(paid.id)-c1", "declined", 1_000)
            #expect(told.status == 204)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "authorized")
            for balance in try await rig.export("balances") { #expect(balance.number("amount") == 0) }
        }
    }

    /// The bank has taken the money, with every answer lost; a decline of one of three sends comes late.
    @Test(arguments: [(IdempotencyPreset.stripeV2, "captured"), (.checkout, "captured"), (.stripeV1, "failed")])
    func `a decline of one of many sends ends a payment only where the bank keeps its declines`(
        preset: IdempotencyPreset, state: String
    ) throws {
        let bank = ChannelRig.channel(idempotency: preset)
        let fault = ChannelRig.fault(
            for: .seconds(5), match: PaymentMatch(operations: [.authorise]), .timeout(rate: Ratio(1), charged: Ratio(1))
        )
        try StackRig.run([bank], faults: [fault], Self.quick) { rig in
            let paid = try await rig.pay()
            #expect(paid.state == "unknown")
            #expect(try await rig.export("attempts").compactMap { $0.number("sends") } == [3])
            _ = try await rig.callback("declined", of: paid.id, 4_900)
            let told = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(told.state == (preset == .stripeV1 ? "failed" : "unknown"))
            try await rig.sleep(.seconds(20))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == state)
        }
    }

    @Test
    func `a decline of the only send ends a payment, and one that is told before its call is at its end does not`()
        throws
    {
        let bank = ChannelRig.channel(idempotency: .stripeV2)
        var once = Self.quick
        once.bankTimeout = .milliseconds(400)
        let fault = ChannelRig.fault(
            for: .seconds(5), match: PaymentMatch(operations: [.authorise]), .timeout(rate: Ratio(1), charged: Ratio(0))
        )
        try StackRig.run([bank], faults: [fault], once) { rig in
            let hasty = try await rig.pay(key: "hasty", [("x-deadline-ms", "300")])
            #expect(hasty.state == "unknown")
            #expect(try await rig.export("attempts").compactMap { $0.number("sends") } == [1])
            _ = try await rig.callback("declined", of: hasty.id, 4_900)
            #expect(try await rig.send(.get, "/v1/payments/\(hasty.id)").state == "failed")
            let paying = rig.loop.spawn { _ = try? await rig.pay(key: "working") }
            try await rig.sleep(.milliseconds(100))
            let id = try #require(try await rig.export("payments").last?.text("id"))
            _ = try await rig.callback("declined", of: id, 4_900)
            #expect(try await rig.send(.get, "/v1/payments/\(id)").state == "processing")
            await paying.join()
            #expect(try await rig.send(.get, "/v1/payments/\(id)").state == "unknown")
        }
    }

    /// A bank that answers `pending`, and declines an hour later.
    private static func slowDecline(after seconds: Int64 = 3_600) -> Channel {
        Channel(
            name: Located("icbc", at: ChannelRig.nowhere), idempotency: .stripeV2,
            latency: .constant(.milliseconds(200)),
            outcome: OutcomeShares(
                approve: Ratio(0), declines: [(reason: "do_not_honour", share: Ratio(1))], pending: Ratio(1)),
            settlement: .constant(.seconds(seconds)))
    }

    @Test(arguments: [false, true])
    func `a decline that cannot be believed has its bank asked once more, however long nobody has asked`(
        dies: Bool
    ) throws {
        let lost = ChannelRig.fault(
            for: .milliseconds(150),
            .connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(dies ? 0 : 1), emptyReply: Ratio(0)))
        try StackRig.run([Self.slowDecline()], faults: [lost], Self.quick) { rig in
            let paid = try await rig.pay()
            #expect(paid.state == (dies ? "processing" : "unknown"))
            if dies { try await rig.crash() }
            try await rig.sleep(.seconds(3_700))
            #expect(try await rig.export("queues").first?.number("open_questions") == 0)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "unknown")
            _ = try await rig.callback("declined", of: paid.id, 4_900)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "unknown")
            try await rig.sleep(.seconds(12))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "failed")
        }
    }

    @Test func `a bank that is being asked for the last time is asked once more when it tells of a decline`() throws {
        let lost = ChannelRig.fault(
            for: .milliseconds(150),
            .connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(1), emptyReply: Ratio(0)))
        try StackRig.run([Self.slowDecline(after: 100)], faults: [lost], Self.quick) { rig in
            let paid = try await rig.pay()
            #expect(paid.state == "unknown")
            // Asked after some 10, 30 and 70 s; here the last question waits.
            try await rig.sleep(.seconds(60))
            _ = try await rig.callback("declined", of: paid.id, 4_900)
            try await rig.sleep(.seconds(100))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "failed")
        }
    }

    @Test func `a decline that comes before its call has ended counts when it has`() throws {
        try StackRig.run([Self.slowDecline()], Self.quick) { rig in
            let paying = rig.loop.spawn { _ = try? await rig.pay() }
            try await rig.sleep(.milliseconds(100))
            let id = try #require(try await rig.export("payments").last?.text("id"))
            _ = try await rig.callback("declined", of: id, 4_900)
            #expect(try await rig.send(.get, "/v1/payments/\(id)").state == "processing")
            await paying.join()
            #expect(try await rig.send(.get, "/v1/payments/\(id)").state == "failed")
            // Told once more, and behind a refusal of which nothing came, it is no contradiction.
            _ = try await rig.callback("declined", of: id, 4_900)
            #expect(rig.stack.parts?.desks.allSatisfy { $0.figures.contradictions == 0 && $0.declines.isEmpty } == true)
        }
    }

    @Test func `a decline of a payment whose end could not be written down has its bank asked`() throws {
        try StackRig.run([Self.slowDecline()], Self.quick) { rig in
            let store = try rig.fickleStore()
            store.refuses = { $0.reply != nil }
            let paid = try await rig.pay()
            store.refuses = { _ in false }
            try await rig.sleep(.seconds(3_700))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "processing")
            _ = try await rig.callback("declined", of: paid.id, 4_900)
            try await rig.sleep(.seconds(12))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "failed")
            #expect(rig.stack.parts?.desks.allSatisfy(\.declines.isEmpty) == true)
        }
    }

    /// With its timer a bank answers that it declines before it is done.
    @Test(arguments: ["capture", "cancel"])
    func `what a bank declines to do to a payment leaves it as it was, whatever else is in doubt later`(
        step: String
    ) throws {
        let other = step == "capture" ? "cancel" : "capture"
        let bank = Channel(
            name: Located("icbc", at: ChannelRig.nowhere), latency: .constant(.milliseconds(10)),
            timer: .milliseconds(300))
        let slow = ChannelRig.fault(
            for: .seconds(3), match: PaymentMatch(operations: [.capture, .reverse]),
            .latency(multiply: nil, add: .seconds(1)))
        let lost = ChannelRig.fault(
            at: .seconds(3), for: .seconds(60), match: PaymentMatch(operations: [.capture, .reverse]),
            .timeout(rate: Ratio(1), charged: Ratio(1)))
        try StackRig.run([bank], faults: [slow, lost], Self.quick) { rig in
            let paid = try await rig.pay(1_000, capture: false)
            let no = try await rig.send(.post, "/v1/payments/\(paid.id)/\(step)")
            #expect(no.status == 409 && no.text("type")?.hasSuffix("bank-declined") == true, "\(no.json)")
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "authorized")
            try await rig.sleep(.seconds(3))
            #expect(try await rig.send(.post, "/v1/payments/\(paid.id)/\(other)").state == "unknown")
            // The bank declined the first step, and did the second.
            _ = try await rig.callBack("\(paid.id)-\(step == "capture" ? "c1" : "v1")", "declined", 1_000)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "unknown")
            try await rig.sleep(.seconds(12))
            let after = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(after.state == (other == "capture" ? "captured" : "cancelled"))
        }
    }

    @Test func `an old decline of its authorisation ends no payment that was authorised`() throws {
        let fault = ChannelRig.fault(
            for: .seconds(25), match: PaymentMatch(operations: [.capture]), .timeout(rate: Ratio(1), charged: Ratio(0)))
        try StackRig.run(faults: [fault], Self.quick) { rig in
            let paid = try await rig.pay(1_000, capture: false)
            #expect(try await rig.send(.post, "/v1/payments/\(paid.id)/capture").state == "unknown")
            _ = try await rig.callback("declined", of: paid.id, 1_000)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "unknown")
        }
    }

    /// The bank has taken what was authorised, with every answer lost.
    @Test func `a decline of one send, of a payment or its capture, ends no capture that is in doubt`() throws {
        let bank = ChannelRig.channel(idempotency: .stripeV2)
        let fault = ChannelRig.fault(
            for: .seconds(25), match: PaymentMatch(operations: [.capture]), .timeout(rate: Ratio(1), charged: Ratio(1)))
        try StackRig.run([bank], faults: [fault], Self.quick) { rig in
            let paid = try await rig.pay(1_000, capture: false)
            #expect(try await rig.send(.post, "/v1/payments/\(paid.id)/capture").state == "unknown")
            for reference in ["c1", "p1"] {
                #expect(try await rig.callBack("\(paid.id)-\(reference)", "declined", 1_000).status == 204)
                #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "unknown")
            }
            try await rig.sleep(.seconds(20))
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "captured")
        }
    }

    @Test func `a bank says nothing of another bank's refunds`() throws {
        let match = PaymentMatch(operations: [.refund])
        let fault = ChannelRig.fault(
            channel: "icbc", for: .seconds(25), match: match, .timeout(rate: Ratio(1), charged: Ratio(0)))
        let other = ChannelRig.fault(
            channel: "abc", for: .seconds(25), match: match, .timeout(rate: Ratio(1), charged: Ratio(0)))
        try StackRig.run(
            [ChannelRig.channel(), ChannelRig.channel("abc")], faults: [fault, other], Self.quick
        ) { rig in
            let paid = try await rig.pay(1_000)
            let own = try #require(paid.text("channel"))
            let back = try await rig.refund(paid.id)
            #expect(back.state == "unknown")
            _ = try await rig.callBack("\(back.id)-r1", "refunded", 1_000, channel: own == "abc" ? "icbc" : "abc")
            let asked = try await rig.send(.get, "/v1/refunds/\(back.id)")
            #expect(asked.state == "unknown")
            _ = try await rig.callBack("\(back.id)-r1", "refunded", 1_000, channel: own)
            #expect(try await rig.send(.get, "/v1/refunds/\(back.id)").state == "refunded")
        }
    }

    private static func yuan() -> Currency {
        guard let yuan = Currency("CNY".utf8Span.span) else { preconditionFailure("CNY is a currency") }
        return yuan
    }

    private static func payment(_ number: Int, version: Int32) throws -> Payment {
        var payment = Payment(
            id: RecordID(
                milliseconds: 1_700_000_000_000 + Int64(number), .live, shard: 0, worker: 0, sequence: 0),
            merchant: MerchantID(number: 1), key: try #require(PaymentReference("k")),
            amount: Money(minor: 1, yuan()), bin: 0, capturesAtOnce: true, notify: nil, createdAt: 0, changedAt: 0)
        payment.version = version
        return payment
    }

    @Test func `what was read before a change and comes after it does not hide it`() throws {
        let shelf = PaymentShelf()
        let payment = try Self.payment(0, version: 2)
        shelf.put(payment)
        shelf.put(try Self.payment(0, version: 1))
        #expect(shelf[payment.id]?.version == 2)
    }

    @Test func `a full shelf forgets what came first, and a place that was emptied costs nobody's`() throws {
        let shelf = PaymentShelf()
        let payments = try (0..<PaymentShelf.paymentsMax + 2).map { try Self.payment($0, version: 1) }
        for payment in payments.dropLast(2) { shelf.put(payment) }
        shelf.forget(payments[0].id)
        #expect(shelf[payments[0].id] == nil && shelf[payments[1].id] != nil)
        shelf.put(payments[payments.count - 2])
        #expect(shelf[payments[1].id] != nil, "the empty place is taken first")
        shelf.put(payments[payments.count - 1])
        #expect(shelf[payments[1].id] == nil && shelf[payments[2].id] != nil)
        #expect(payments.suffix(2).allSatisfy { shelf[$0.id] != nil })
    }
}

/// What the gateway says to those who ask in a wrong way, or too early.
struct GatewayTests {
    @Test(arguments: [[("x-shadow", "")], [("baggage", "a=b"), ("baggage", "shadow=1")]])
    func `a mark that lost its token is no live traffic`(fields: [(String, String)]) throws {
        try StackRig.run { rig in
            let paid = try await rig.pay(4_900, fields, shadow: false)
            #expect(paid.status == 403)
            #expect(rig.banks.allSatisfy { $0.counters.requests == 0 })
        }
    }

    @Test func `before all that the store holds is taken up nothing is taken`() throws {
        try StackRig.run { rig in
            rig.stack.parts?.gateway.phase = .opening
            #expect(try await rig.send(.get, "/healthz").status == 200)
            #expect(try await rig.send(.get, "/readyz").status == 503)
            let refused = try await rig.pay()
            #expect(refused.status == 503 && refused.response.field("retry-after") == "1")
            #expect(try await rig.send(.post, "/channel/icbc/callback", "{}").status == 503)
            rig.stack.parts?.gateway.phase = .ready
            #expect(try await rig.pay().status == 201)
        }
    }

    @Test func `a method that a path does not take is told which it takes`() throws {
        try StackRig.run { rig in
            let answer = try await rig.send(.get, "/v1/payments")
            #expect(answer.status == 405)
            #expect(answer.response.field("allow") == "POST")
        }
    }

    @Test func `a body that is too large is a problem, and nothing is done`() throws {
        try StackRig.run { rig in
            let answer = try await rig.send(
                .post, "/v1/payments",
                #"{"amount":1,"currency":"CNY","x":"\#(String(repeating: "x", count: 20_000))"}"#,
                [("idempotency-key", "k"), ("x-merchant", "merchant-1")])
            #expect(answer.status == 413)
            #expect(answer.response.field("content-type") == "application/problem+json")
            #expect(rig.banks.allSatisfy { $0.counters.requests == 0 })
        }
    }

    @Test func `who sends slowly holds no place inside`() throws {
        try StackRig.run { rig in
            let mark = rig.token()
            var streams: [any ByteStream] = []
            for number in 0..<100 {
                let stream = try await rig.loop.connect(to: rig.places.front, until: rig.loop.now + .seconds(1))
                let head =
                    "POST /v1/payments HTTP/1.1\r\nhost: stack\r\nx-shadow: \(mark)\r\nx-merchant: merchant-1\r\n"
                    + "idempotency-key: slow-\(number)\r\ncontent-length: 40\r\n\r\n{"
                try await stream.write(Array(head.utf8), until: rig.loop.now + .seconds(1))
                streams.append(stream)
            }
            try await rig.sleep(.milliseconds(100))
            let inside = try rig.shadowDesk().door.figures.inside
            let paid = try await rig.pay()
            #expect(inside == 0 && paid.status == 201)
            for stream in streams { stream.close() }
        }
    }

    /// The ledger knows the channels of former starts; what merchants verify notifications with verifies no callback.
    @Test func `nobody signs for a bank that this start was not given`() throws {
        let loop = EventLoop.simulated(seed: 1)
        try loop.run {
            let key = HMACKey(Array("notify".utf8))
            let order = StackOrder(
                StackSetting(), channels: [StackChannel("icbc", callbackKey: HMACKey(Array("icbc".utf8)))],
                operatorToken: StackRig.operatorToken, notifyPolicy: PeerPolicy(planAllow: [], permitted: []),
                notifyKey: key, seed: 1)
            let stores = try await LedgerStores.open(LedgerOrder(channels: ["gone", "icbc"]), on: loop)
            let parts = try StackParts(order, stores, at: "http://stack", on: loop) { [] }
            parts.gateway.phase = .ready
            let server = HTTPServer(on: loop) { try await parts.gateway.handle($0) }
            let client = HTTPClient(on: loop, to: HTTPOrigin(try server.listen(on: .loopback())))
            var statuses: [UInt16] = []
            for channel in ["gone", "icbc"] {
                let request = try Self.callback(channel, key, loop.secondsSince1970)
                let response = try await client.send(request, until: loop.now + .seconds(1))
                statuses.append(response.status)
                if channel == "gone" { #expect(response.bodyText.contains("no-such-channel")) }
            }
            #expect(statuses == [404, 401])
            client.close()
            await server.drain(until: loop.now + .seconds(1))
            await parts.close(until: loop.now + .seconds(1))
        }
    }

    private static func callback(_ channel: String, _ key: HMACKey, _ second: Int64) throws -> HTTPRequest {
        let body = Array(
            #"{"reference":"0sa25sqye0000-p1","status":"captured","amount":1,"currency":"CNY"}"#.utf8)
        var fields = FieldBlock()
        try fields.add(StampedSignature.timestampField, String(second))
        try fields.add(
            StampedSignature.signatureField,
            StampedSignature.of(body.span, stamp: String(second).utf8Span.span, key: key).hexadecimal)
        return try HTTPRequest(.post, "/channel/\(channel)/callback", host: "stack", fields: fields, body: body)
    }

    @Test func `unknown payments are counted as they come and go`() throws {
        var setting = StackSetting()
        setting.bankTimeout = .seconds(1)
        setting.query.first = .seconds(10)
        let fault = ChannelRig.fault(for: .seconds(5), .timeout(rate: Ratio(1), charged: Ratio(1)))
        try StackRig.run(faults: [fault], setting) { rig in
            _ = try await rig.pay()
            func unknown() async throws -> Bool {
                try await rig.send(.get, "/metrics").response.bodyText.contains(
                    "spillway_stack_unknown{namespace=\"shadow\"} 1\n")
            }
            let before = try await unknown()
            try await rig.sleep(.seconds(30))
            let after = try await unknown()
            #expect(before && !after)
        }
    }
}

extension StackRig {
    /// A callback as the bank of a channel signs it.
    func callBack(
        _ reference: String, _ status: String, _ amount: Int, channel: String = "icbc"
    ) async throws -> Answer {
        let body =
            #"{"event":"payment.\#(status)","reference":"\#(reference)","status":"\#(status)","amount":\#(amount),"currency":"CNY"}"#
        let stamp = String(loop.secondsSince1970)
        return try await send(
            .post, "/channel/\(channel)/callback", body,
            [
                (StampedSignature.timestampField, stamp),
                (StampedSignature.signatureField, Self.signature(Array(body.utf8), stamp)),
            ])
    }

    /// Spans stay in plain functions.
    private static func signature(_ body: [UInt8], _ stamp: String) -> String {
        StampedSignature.of(
            body.span, stamp: stamp.utf8Span.span, key: HMACKey(Array(CallbackSignature.testKey.utf8))
        ).hexadecimal
    }
}
