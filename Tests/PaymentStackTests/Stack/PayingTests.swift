import ChannelMock
import ChannelProfile
import Cryptography
import EventLoop
import HTTPService
import HTTPWire
import JSON
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// Payments through a whole stack: what is answered, what is booked, what the bank has.
struct PayingTests {
    @Test func `a payment is captured, booked twice and told`() throws {
        try StackRig.run { rig in
            let paid = try await rig.pay(4_900, merchant: 17, notify: rig.sinkAddress)
            #expect(paid.status == 201)
            #expect(paid.state == "captured")
            #expect(paid.text("channel") == "icbc")
            let journal = try await rig.export("journal")
            #expect(journal.count == 2)
            #expect(journal.reduce(0) { $0 + ($1.number("amount") ?? 1) } == 0)
            let balances = try await rig.export("balances")
            #expect(balances.first { $0.text("account") == "merchant:merchant-17" }?.number("amount") == 4_900)
            try await rig.sleep(.seconds(1))
            #expect(rig.webhooks.map { $0.text("event") } == ["payment.captured"])
            #expect(rig.webhooks.first?.text("id") == paid.id)
            let asked = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(asked.status == 200 && asked.state == "captured")
        }
    }

    @Test func `a key that comes again is answered again, and nothing is done`() throws {
        try StackRig.run { rig in
            let first = try await rig.pay(4_900, key: "again")
            let second = try await rig.pay(4_900, key: "again")
            #expect(second.status == first.status && second.id == first.id)
            #expect(second.response.field("idempotent-replayed") == "true")
            let other = try await rig.pay(5_000, key: "again")
            #expect(other.status == 422)
            #expect(try await rig.export("payments").count == 1)
            #expect(rig.banks[0].counters.requests == 1)
        }
    }

    @Test func `of two that come at once with one key, one is carried out`() throws {
        try StackRig.run { rig in
            var statuses: [UInt16] = []
            let tasks = (0..<2).map { _ in
                rig.loop.spawn { if let paid = try? await rig.pay(100, key: "twin") { statuses.append(paid.status) } }
            }
            for task in tasks { await task.join() }
            #expect(statuses.sorted() == [201, 409])
            #expect(rig.banks[0].counters.requests == 1)
        }
    }

    @Test func `what the bank declines is declined, and not booked`() throws {
        let channel = ChannelRig.channel(
            outcome: OutcomeShares(approve: Ratio(0), declines: [("insufficient_funds", Ratio(1))]))
        try StackRig.run([channel]) { rig in
            let paid = try await rig.pay()
            #expect(paid.status == 402)
            #expect(paid.state == "failed")
            #expect(try await rig.export("journal").isEmpty)
        }
    }

    @Test func `an answer that is lost leaves the payment unknown, until the bank is asked`() throws {
        var setting = StackSetting()
        setting.bankTimeout = .seconds(1)
        setting.query.first = .seconds(10)
        let fault = ChannelRig.fault(for: .seconds(5), .timeout(rate: Ratio(1), charged: Ratio(1)))
        try StackRig.run(faults: [fault], setting) { rig in
            let paid = try await rig.pay(4_900, notify: rig.sinkAddress)
            #expect(paid.status == 202)
            #expect(paid.state == "unknown")
            let suspense = try await rig.export("balances").first { $0.text("account") == "suspense:icbc" }
            #expect(suspense?.number("amount") == 4_900)
            try await rig.sleep(.seconds(30))
            let asked = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(asked.state == "captured")
            for balance in try await rig.export("balances") {
                switch balance.text("account") {
                case "suspense:icbc": #expect(balance.number("amount") == 0)
                case "merchant:merchant-17": #expect(balance.number("amount") == 4_900)
                default: #expect(balance.number("amount") == -4_900)
                }
            }
            #expect(rig.webhooks.map { $0.text("event") } == ["payment.captured"])
        }
    }

    @Test func `what was authorised is captured in part, or given up`() throws {
        try StackRig.run { rig in
            let first = try await rig.pay(1_000, capture: false)
            #expect(first.status == 201 && first.state == "authorized")
            #expect(try await rig.export("journal").isEmpty)
            let captured = try await rig.send(.post, "/v1/payments/\(first.id)/capture", #"{"amount":400}"#)
            #expect(captured.status == 200 && captured.number("captured") == 400)
            #expect(try await rig.send(.post, "/v1/payments/\(first.id)/capture", #"{"amount":400}"#).status == 200)
            #expect(try await rig.send(.post, "/v1/payments/\(first.id)/cancel").status == 409)
            let second = try await rig.pay(1_000, capture: false)
            let cancelled = try await rig.send(.post, "/v1/payments/\(second.id)/cancel")
            #expect(cancelled.status == 200 && cancelled.state == "cancelled")
            #expect(try await rig.send(.post, "/v1/payments/\(second.id)/capture").status == 409)
        }
    }

    @Test func `of two who ask for all that is left at once, one gets it and the other is told that nothing is left`()
        throws
    {
        try StackRig.run([ChannelRig.channel(latency: .milliseconds(50))]) { rig in
            let paid = try await rig.pay(1_000)
            let answers = Answers()
            await rig.together(2) { _ in answers.statuses.append(try await rig.refund(paid.id).status) }
            #expect(answers.statuses.sorted() == [201, 422])
        }
    }

    private final class Answers {
        var statuses: [UInt16] = []
    }

    @Test func `money goes back once, and never more than came`() throws {
        try StackRig.run { rig in
            let paid = try await rig.pay(1_000)
            let part = try await rig.refund(paid.id, 600, key: "back")
            #expect(part.status == 201 && part.state == "refunded")
            #expect(try await rig.refund(paid.id, 600, key: "back").id == part.id)
            let tooMuch = try await rig.refund(paid.id, 401)
            #expect(tooMuch.status == 422)
            #expect(try await rig.refund(paid.id).number("amount") == 400)
            let asked = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(asked.state == "refunded" && asked.number("refunded") == 1_000)
            for balance in try await rig.export("balances") { #expect(balance.number("amount") == 0) }
        }
    }

    @Test func `live and shadow payments never meet`() throws {
        try StackRig.run { rig in
            let shadow = try await rig.pay(1_000, key: "same")
            let live = try await rig.pay(2_000, key: "same", shadow: false)
            #expect(shadow.status == 201 && live.status == 201)
            #expect(RecordID(shadow.id)?.namespace == .shadow && RecordID(live.id)?.namespace == .live)
            #expect(try await rig.send(.get, "/v1/payments/\(shadow.id)", shadow: false).status == 404)
            #expect(try await rig.send(.get, "/v1/payments/\(live.id)").status == 404)
            #expect(try await rig.export("payments").map { $0.text("id") } == [shadow.id])
            #expect(try await rig.export("payments", shadow: false).map { $0.text("id") } == [live.id])
            #expect(rig.banks.map { $0.counters.requests } == [1, 1])
        }
    }

    @Test(arguments: ["none", "forged", "expired", "baggage"])
    func `a mark that is not signed is refused, and nothing is done`(mark: String) throws {
        try StackRig.run { rig in
            let fields: [(String, String)] =
                switch mark {
                case "forged": [("x-shadow", rig.token(key: HMACKey(Array("another key of some length".utf8))))]
                case "expired": [("x-shadow", rig.token(expires: rig.loop.secondsSince1970 - 1))]
                case "none": [("x-shadow", "1")]
                default: [("baggage", "shadow=1,run=x")]
                }
            let paid = try await rig.pay(4_900, fields, shadow: false)
            #expect(paid.status == 403)
            for shadow in [true, false] { #expect(try await rig.export("payments", shadow: shadow).isEmpty) }
            #expect(rig.banks.allSatisfy { $0.counters.requests == 0 })
        }
    }

    static let badBodies: [(body: String, status: UInt16, field: String?)] = [
        ("", 400, nil), ("[]", 400, nil), ("{", 400, nil), (#"{"amount":1,"currency":"CNY"} x"#, 400, nil),
        (#"{"currency":"CNY"}"#, 400, "amount"), (#"{"amount":0,"currency":"CNY"}"#, 400, "amount"),
        (#"{"amount":-5,"currency":"CNY"}"#, 400, "amount"), (#"{"amount":1.5,"currency":"CNY"}"#, 400, "amount"),
        (#"{"amount":1e3,"currency":"CNY"}"#, 400, "amount"), (#"{"amount":"5","currency":"CNY"}"#, 400, "amount"),
        (#"{"amount":99999999999999999999,"currency":"CNY"}"#, 400, "amount"),
        (#"{"amount":100000001,"currency":"CNY"}"#, 422, "amount"), (#"{"amount":5}"#, 400, "currency"),
        (#"{"amount":5,"currency":"XXX"}"#, 400, "currency"), (#"{"amount":5,"currency":"cny"}"#, 400, "currency"),
        (#"{"amount":5,"currency":"CNY","card":"41x1111111111111"}"#, 400, "card"),
        (#"{"amount":5,"currency":"CNY","capture":"yes"}"#, 400, "capture"),
        (#"{"amount":5,"currency":"CNY","notify":"ftp://x"}"#, 400, "notify"),
        (#"{"amount":5,"currency":"CNY","notify":"http://x/4532-0151-1283-0366"}"#, 400, "notify"),
    ]

    @Test(arguments: badBodies)
    func `a bad body is refused with its field, and leaves nothing`(
        bad: (body: String, status: UInt16, field: String?)
    )
        throws
    {
        try StackRig.run { rig in
            let answer = try await rig.send(
                .post, "/v1/payments", bad.body, [("idempotency-key", "k"), ("x-merchant", "merchant-1")])
            #expect(answer.status == bad.status)
            #expect(answer.text("field") == bad.field)
            #expect(answer.response.field("content-type") == "application/problem+json")
            try await nothingWasDone(rig)
        }
    }

    static let badHeads: [(fields: [(String, String)], status: UInt16)] = [
        ([("x-merchant", "merchant-1")], 400), ([("idempotency-key", "k")], 400),
        ([("idempotency-key", "pay-4532015112830366"), ("x-merchant", "merchant-1")], 400),
        ([("idempotency-key", "k"), ("x-merchant", "merchant-10001")], 422),
        ([("idempotency-key", "k"), ("x-merchant", "merchant-0")], 422),
        ([("idempotency-key", "k"), ("x-merchant", "shop")], 422),
        ([("idempotency-key", String(repeating: "k", count: 49)), ("x-merchant", "merchant-1")], 400),
        ([("idempotency-key", "k"), ("x-merchant", "merchant-1"), ("x-deadline-ms", "soon")], 400),
        ([("idempotency-key", "k"), ("x-merchant", "merchant-1"), ("x-deadline-ms", "0")], 408),
        ([("idempotency-key", "k"), ("x-merchant", "merchant-1"), ("x-priority", "urgent")], 400),
    ]

    @Test(arguments: badHeads)
    func `a bad head is refused, and leaves nothing`(bad: (fields: [(String, String)], status: UInt16)) throws {
        try StackRig.run { rig in
            let answer = try await rig.send(.post, "/v1/payments", #"{"amount":5,"currency":"CNY"}"#, bad.fields)
            #expect(answer.status == bad.status)
            try await nothingWasDone(rig)
        }
    }

    @Test func `callbacks that no bank signed are refused`() throws {
        try StackRig.run { rig in
            let paid = try await rig.pay(1_000, capture: false)
            let body =
                #"{"event":"payment.captured","reference":"\#(paid.id)-p1","status":"captured","amount":1000,"currency":"CNY"}"#
            let unsigned = try await rig.send(.post, "/channel/icbc/callback", body)
            #expect(unsigned.status == 401)
            let forged = try await rig.send(
                .post, "/channel/icbc/callback", body,
                [
                    ("x-timestamp", String(rig.loop.secondsSince1970)),
                    ("x-signature", String(repeating: "ab", count: 32)),
                ])
            #expect(forged.status == 401)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "authorized")
        }
    }

    @Test func `an operator without the token sees nothing`() throws {
        try StackRig.run { rig in
            let before = try await rig.operate(.get, "/admin/defects")
            #expect(before.status == 200)
            #expect(try await rig.operate(.put, "/admin/defects", #"["no-limitr"]"#).status == 422)
            #expect(try await rig.operate(.put, "/admin/defects", #"["no-limiter"]"#).status == 200)
            #expect(rig.stack.order.setting.has(.noLimiter))
            #expect(try await rig.export("log").contains { "\($0)".contains("no-limiter") })
            #expect(try await rig.send(.get, "/admin/defects").status == 404)
        }
    }

    @Test func `an operator is told how many rows each side has`() throws {
        try StackRig.run { rig in
            _ = try await rig.pay(500, key: "key-1")
            let counts = try await rig.operate(.get, "/admin/counts").json
            for (side, isShadow) in [("live", false), ("shadow", true)] {
                let rows = try #require(counts[side]?["rows"])
                for table in ["payments", "refunds", "attempts", "journal", "balances", "notifications"] {
                    let exported = try await rig.export(table, shadow: isShadow).count
                    #expect(rows[table]?.int == exported, "\(side) \(table)")
                }
            }
            #expect(counts["shadow"]?["rows"]?["payments"]?.int == 1 && counts["shadow"]?["rows"]?["claims"]?.int == 1)
            #expect(counts["live"]?["rows"]?["payments"]?.int == 0 && counts["live"]?["watermark"]?.int == 0)
            #expect(try await rig.operate(.put, "/admin/counts", "[]").status == 405)
        }
    }

    private func nothingWasDone(_ rig: StackRig) async throws {
        for shadow in [true, false] {
            for table in ["payments", "journal", "attempts"] {
                #expect(try await rig.export(table, shadow: shadow).isEmpty)
            }
        }
        #expect(rig.banks.allSatisfy { $0.counters.requests == 0 })
    }
}

extension JSONValue {
    func text(_ name: String) -> String? {
        if case .text(let text)? = self[name] { text } else { nil }
    }
    func number(_ name: String) -> Int64? {
        if case .integer(let number)? = self[name] { number } else { nil }
    }
}
