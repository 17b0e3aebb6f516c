import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import PlanValues
import Testing
import Timebase

@testable import ChannelMock

@Suite struct MockBankTests {
    @Test func `a payment is authorised, captured and refunded`() throws {
        try BankRig.run { rig async throws in
            let before = rig.loop.now
            let authorised = try await rig.authorise("pay-1")
            #expect(rig.loop.now - before >= .milliseconds(10))
            #expect(authorised.status == 201)
            #expect(authorised["status"] == "authorised")
            #expect(authorised["reference"] == "pay-1")
            let captured = try await rig.post("/v1/capture", #"{"reference": "cap-1", "payment": "pay-1"}"#)
            #expect(captured.status == 200)
            #expect(captured["amount"] == "4900")
            let refunded = try await rig.post(
                "/v1/refund", #"{"reference": "ref-1", "payment": "pay-1", "amount": 900}"#)
            #expect(refunded["status"] == "refunded")
            let state = try await rig.get("/v1/payments/pay-1")
            #expect(state["status"] == "captured")
            #expect(state["refunded"] == "900")
            #expect(rig.entries.map(\.booking) == [.authorised, .captured, .refunded, .none])
            #expect(rig.entries.map(\.amount) == [4_900, 4_900, 900, 0])
        }
    }

    @Test func `more than came in cannot go out`() throws {
        try BankRig.run { rig async throws in
            _ = try await rig.authorise("pay-1", more: #", "capture": true"#)
            _ = try await rig.post("/v1/refund", #"{"reference": "r1", "payment": "pay-1", "amount": 4000}"#)
            let second = try await rig.post("/v1/refund", #"{"reference": "r2", "payment": "pay-1", "amount": 901}"#)
            #expect(second.status == 422)
            #expect(second["field"] == "amount")
            let third = try await rig.post("/v1/refund", #"{"reference": "r3", "payment": "pay-1"}"#)
            #expect(third["amount"] == "900")
            let fourth = try await rig.post("/v1/refund", #"{"reference": "r4", "payment": "pay-1"}"#)
            #expect(fourth.status == 422)
        }
    }

    @Test(
        arguments: [
            ("/v1/authorise", "[]", 400, nil), ("/v1/authorise", "{", 400, nil), ("/v1/authorise", "{} x", 400, nil),
            ("/v1/authorise", "{}", 400, "reference"), ("/v1/authorise", #"{"reference": 7}"#, 400, "reference"),
            ("/v1/authorise", #"{"reference": "a b"}"#, 400, "reference"),
            ("/v1/authorise", #"{"reference": "a"}"#, 400, "amount"),
            ("/v1/authorise", #"{"reference": "a", "amount": 1.5}"#, 400, "amount"),
            ("/v1/authorise", #"{"reference": "a", "amount": "5"}"#, 400, "amount"),
            ("/v1/authorise", #"{"reference": "a", "amount": 0}"#, 400, "amount"),
            ("/v1/authorise", #"{"reference": "a", "amount": 9999999999999999999}"#, 400, "amount"),
            ("/v1/authorise", #"{"reference": "a", "amount": 5}"#, 400, "currency"),
            ("/v1/authorise", #"{"reference": "a", "amount": 5, "currency": "XXY"}"#, 400, "currency"),
            ("/v1/authorise", #"{"reference": "a", "amount": 5, "currency": "CNY", "capture": 1}"#, 400, "capture"),
            ("/v1/authorise", #"{"reference": "a", "amount": 5, "currency": "CNY", "notify": 1}"#, 400, "notify"),
            ("/v1/capture", #"{"reference": "a"}"#, 400, "payment"),
            ("/v1/capture", #"{"reference": "a", "payment": "b"}"#, 404, "payment"),
            ("/v1/nothing", "{}", 404, nil), ("/v2/authorise", "{}", 404, nil), ("/v1/statement", "{}", 405, nil),
        ] as [(String, String, UInt16, String?)])
    func `a malformed request is told which field is wrong`(
        path: String, body: String, status: UInt16, field: String?
    ) throws {
        try BankRig.run { rig async throws in
            let answer = try await rig.post(path, body)
            #expect(answer.status == status)
            #expect(answer["field"] == field)
            #expect(answer.fields["content-type"] == "application/problem+json")
            #expect(answer["detail"] != nil)
        }
    }

    // MARK: Fates

    @Test func `a payment's end depends on seed and reference alone`() throws {
        let channel = BankRig.channel(
            outcome: OutcomeShares(
                approve: Ratio(0.6), declines: [("insufficient_funds", Ratio(0.3)), ("do_not_honour", Ratio(0.1))]))
        func ends(_ references: [String], seed: UInt64) throws -> [String: String] {
            var ends: [String: String] = [:]
            try BankRig.run(channel, seed: seed) { rig async throws in
                for reference in references {
                    let answer = try await rig.authorise(reference)
                    #expect(answer.status == (answer["reason"] == nil ? 201 : 402))
                    ends[reference] = answer["reason"] ?? "approved"
                }
            }
            return ends
        }
        let references = (0..<200).map { "pay-\($0)" }
        let first = try ends(references, seed: 7)
        #expect(try ends(references.reversed(), seed: 7) == first)
        #expect(try ends(Array(references.suffix(50)), seed: 7) == first.filter { Int($0.key.dropFirst(4))! >= 150 })
        #expect(try ends(references, seed: 8) != first)
        #expect(Set(first.values) == ["approved", "insufficient_funds", "do_not_honour"])
    }

    // MARK: Capacity

    @Test func `latency rises with the load, then the bank refuses`() throws {
        let channel = BankRig.channel(capacity: Capacity(concurrency: 1, queue: 2))
        try BankRig.run(channel) { rig async throws in
            var took: [TimeSpan] = []
            var refused = 0
            var tasks: [SpawnedTask] = []
            for number in 0..<4 {
                tasks.append(
                    rig.loop.spawn {
                        let began = rig.loop.now
                        guard let answer = try? await rig.authorise("pay-\(number)") else { return }
                        if answer.status == 201 {
                            took.append(rig.loop.now - began)
                        } else {
                            #expect(answer.status == 503)
                            #expect(answer.fields["retry-after"] == "1")
                            refused += 1
                        }
                    })
            }
            for task in tasks { await task.join() }
            #expect(refused == 1)
            #expect(took.sorted().map { $0.nanoseconds / 10_000_000 } == [1, 2, 3])
        }
    }

    @Test func `over its quota a bank says when to come again`() throws {
        try BankRig.run(BankRig.channel(capacity: Capacity(quota: Rate(perSecond: 2)))) { rig async throws in
            for number in 0..<2 { #expect(try await rig.authorise("pay-\(number)").status == 201) }
            let third = try await rig.authorise("pay-3")
            #expect(third.status == 429)
            #expect(third.fields["retry-after"] == "1")
            try await rig.loop.sleep(until: rig.loop.now + .seconds(1))
            #expect(try await rig.authorise("pay-3").status == 201)
        }
    }

    @Test func `an issuer's timer ends what takes too long`() throws {
        let channel = BankRig.channel(latency: .constant(.seconds(30)), timer: .seconds(10))
        try BankRig.run(channel) { rig async throws in
            let began = rig.loop.now
            let answer = try await rig.authorise("pay-1")
            #expect(answer["reason"] == "issuer_timeout")
            #expect((9...11).contains((rig.loop.now - began).nanoseconds / 1_000_000_000))
            #expect(rig.entries.map(\.booking) == [.declined])
        }
    }

    // MARK: Idempotency

    @Test func `a key that comes again gets the first answer, and nothing is booked`() throws {
        try BankRig.run { rig async throws in
            let first = try await rig.authorise("pay-1", key: "k1")
            let second = try await rig.authorise("pay-1", key: "k1")
            #expect(second.text == first.text)
            #expect(second.status == 201)
            #expect(second.fields["idempotent-replayed"] == "true")
            #expect(try await rig.authorise("pay-1", amount: 1, key: "k1").status == 400)
            #expect(rig.bank.counters.bookedTwice == 0)
            #expect(rig.entries.map(\.booking) == [.authorised, .none, .none])
            #expect(rig.entries.map(\.attempt) == [1, 2, 3])
        }
    }

    @Test func `who sends twice without a key pays twice`() throws {
        try BankRig.run { rig async throws in
            for _ in 0..<2 { #expect(try await rig.authorise("pay-1").status == 201) }
            #expect(rig.bank.counters.bookedTwice == 1)
            #expect(rig.entries.map(\.booking) == [.authorised, .authorised])
        }
    }

    // MARK: Marks

    @Test(arguments: UntaggedRule.allCases)
    func `a request without a mark is refused, recorded or alarmed`(rule: UntaggedRule) throws {
        try BankRig.run(BankRig.channel(untagged: rule)) { rig async throws in
            let answer = try await rig.post(
                "/v1/authorise", #"{"reference": "pay-1", "amount": 5, "currency": "CNY"}"#, tag: nil)
            #expect(answer.status == (rule == .refuse ? 403 : 201))
            #expect(rig.bank.counters.untagged == 1)
            #expect(rig.entries.map(\.tag) == [.untagged])
            #expect(rig.entries.map(\.booking) == [rule == .refuse ? .none : .authorised])
        }
    }

    /// A stack that has lost the mark may well have lost its way too.
    @Test func `a request for what no bank knows is evidence as well`() throws {
        try BankRig.run { rig async throws in
            #expect(try await rig.post("/v1/nothing", "{}").status == 404)
            #expect(try await rig.post("/v1/nothing", "{}", tag: nil).status == 403)
            #expect(rig.entries.map(\.kind) == [.stray, .stray])
            #expect(rig.entries.map(\.tag) == [.unverified, .untagged])
            #expect(rig.entries.map(\.status) == [404, 403])
            #expect(rig.bank.counters.untagged == 1)
        }
    }

    // MARK: Queries

    @Test func `a query is too early, then answered, then too much`() throws {
        let rule = QueryRule(minAge: .seconds(90), maxPerPayment: 2)
        try BankRig.run(BankRig.channel(query: rule)) { rig async throws in
            #expect(try await rig.get("/v1/payments/pay-1").status == 404)
            _ = try await rig.authorise("pay-1")
            let early = try await rig.get("/v1/payments/pay-1")
            #expect(early.status == 425)
            #expect(early.fields["retry-after"] == "90")
            try await rig.loop.sleep(until: rig.loop.now + .seconds(91))
            for _ in 0..<2 { #expect(try await rig.get("/v1/payments/pay-1").status == 200) }
            #expect(try await rig.get("/v1/payments/pay-1").status == 429)
        }
    }

    @Test(arguments: [("a{b}", "a%7Bb%7d"), ("a%zz", "a%zz"), ("a%41", "a%2541"), ("a/b", "a%2Fb"), ("a?b", "a%3Fb")])
    func `a reference is asked for as paths write it`(reference: String, path: String) throws {
        try BankRig.run { rig async throws in
            _ = try await rig.authorise(reference)
            #expect(try await rig.get("/v1/payments/\(path)")["reference"] == reference)
        }
    }
}
