import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import PlanValues
import TestFolders
import Testing
import Timebase

@testable import ChannelMock

/// What the books make of duplicates, of payments that are pending, and of time that runs out.
@Suite struct BooksTests {
    private func slow(_ cutOff: CutOff? = nil, pending: Double = 0) -> Channel {
        Channel(
            name: BankRig.channel().name, latency: .constant(.milliseconds(10)),
            outcome: OutcomeShares(pending: Ratio(pending)), settlement: .constant(.seconds(6)), cutOff: cutOff)
    }

    private let capture = #", "capture": true"#

    @Test func `what came in twice can go out twice, and no more`() throws {
        try BankRig.run { rig async throws in
            for _ in 0..<2 { _ = try await rig.authorise("pay-1", more: capture) }
            #expect(try await rig.get("/v1/payments/pay-1")["captured"] == "9800")
            for number in 0..<2 {
                let body = #"{"reference": "ref-\#(number)", "payment": "pay-1", "amount": 4900}"#
                #expect(try await rig.post("/v1/refund", body).status == 200)
            }
            let third = #"{"reference": "ref-3", "payment": "pay-1", "amount": 1}"#
            #expect(try await rig.post("/v1/refund", third).status == 422)
        }
    }

    @Test func `a late duplicate takes nothing back that was captured`() throws {
        try BankRig.run { rig async throws in
            _ = try await rig.authorise("pay-1")
            _ = try await rig.post("/v1/capture", #"{"reference": "cap-1", "payment": "pay-1"}"#)
            #expect(try await rig.authorise("pay-1")["status"] == "authorised")
            #expect(
                try await rig.post("/v1/refund", #"{"reference": "ref-1", "payment": "pay-1"}"#)["amount"] == "4900")
            #expect(rig.bank.counters.bookedTwice == 1)
        }
    }

    @Test func `amounts without end do not end the bank`() throws {
        try BankRig.run { rig async throws in
            for _ in 0..<12 {
                let answer = try await rig.authorise("pay-1", amount: 999_999_999_999_999_999, more: capture)
                #expect(answer.status == 201)
            }
            #expect(try await rig.get("/v1/payments/pay-1")["captured"] == String(Int64.max))
        }
    }

    @Test func `a payment that is known takes no other currency`() throws {
        try BankRig.run { rig async throws in
            _ = try await rig.authorise("pay-1")
            let other = try await rig.post(
                "/v1/authorise", #"{"reference": "pay-1", "amount": 5, "currency": "EUR"}"#)
            #expect(other.status == 400)
            #expect(other["field"] == "currency")
            #expect(try await rig.get("/v1/payments/pay-1")["currency"] == "CNY")
        }
    }

    @Test func `a refund that is sent twice without a key is booked twice, and counted`() throws {
        try BankRig.run { rig async throws in
            _ = try await rig.authorise("pay-1", more: capture)
            for _ in 0..<2 {
                let body = #"{"reference": "ref-1", "payment": "pay-1", "amount": 900}"#
                #expect(try await rig.post("/v1/refund", body).status == 200)
            }
            #expect(rig.bank.counters.bookedTwice == 1)
        }
    }

    // MARK: Pending

    @Test func `each pending payment is settled with its own amount`() throws {
        try BankRig.run(slow(pending: 1)) { rig async throws in
            for amount in [100, 200] { _ = try await rig.authorise("pay-1", amount: amount) }
            try await rig.loop.sleep(until: rig.bank.began + .seconds(10))
            #expect(rig.entries.filter { $0.kind == .settlement }.map(\.amount) == [100, 200])
            #expect(try await rig.get("/v1/payments/pay-1")["amount"] == "300")
        }
    }

    @Test func `a pending payment that the book has forgotten is settled all the same`() throws {
        let cutOff = CutOff(opens: .seconds(10), closes: .seconds(20), day: .seconds(60))
        try BankRig.run(slow(cutOff), paymentsMax: 2) { rig async throws in
            let transfer = #"{"reference": "early", "amount": 5, "currency": "EUR"}"#
            #expect(try await rig.post("/v1/transfer", transfer).status == 202)
            for number in 0..<3 { _ = try await rig.authorise("pay-\(number)") }
            try await rig.loop.sleep(until: rig.bank.began + .seconds(20))
            let settled = rig.entries.filter { $0.kind == .settlement }
            #expect(settled.map(\.booking) == [.transferred])
            #expect(settled.map(\.amount) == [5])
        }
    }

    // MARK: Time

    @Test func `what the issuer's timer declined is known as declined`() throws {
        let channel = BankRig.channel(latency: .constant(.seconds(30)), timer: .seconds(10))
        try BankRig.run(channel) { rig async throws in
            _ = try await rig.authorise("pay-1")
            let state = try await rig.get("/v1/payments/pay-1")
            #expect(state["status"] == "declined")
            #expect(state["reason"] == "issuer_timeout")
        }
    }

    // MARK: The journal

    @Test func `without room in the journal nothing is told, and no key remembers an answer`() throws {
        var folder: TestFolder? = try TestFolder()
        // Room for 30 rows.
        let journal = try ChannelJournalWriter(
            folder: try #require(folder).path, runID: "r", channel: "icbc", segmentBytes: 128 + 30 * 128)
        try BankRig.run(journal: journal) { rig async throws in
            for number in 0..<30 { #expect(try await rig.authorise("pay-\(number)").status == 201) }
            folder = nil
            // The next segment may have been made ahead; the one after it has no folder.
            var more = 0
            while more < 31, try await rig.authorise("more-\(more)").status == 201 { more += 1 }
            try #require(more <= 30)
            let failures = rig.bank.counters.journalFailures
            for _ in 0..<2 { #expect(try await rig.authorise("late", key: "k").status == 503) }
            #expect(rig.bank.counters.journalFailures == failures + 2)
            #expect(rig.bank.counters.replayed == 0)
            #expect(rig.bank.isAlarmed)
        }
    }

    // MARK: Keys

    @Test func `a capture that is replayed says what it came to`() throws {
        try BankRig.run(BankRig.channel(idempotency: .stripeV2)) { rig async throws in
            _ = try await rig.authorise("pay-1")
            let capture = #"{"reference": "cap-1", "payment": "pay-1"}"#
            let first = try await rig.post("/v1/capture", capture, key: "k")
            #expect(try await rig.post("/v1/capture", capture, key: "k").text == first.text)
        }
    }

    @Test func `the journal tells a key that was another request's`() throws {
        try BankRig.run { rig async throws in
            _ = try await rig.authorise("pay-1", key: "k")
            #expect(try await rig.authorise("pay-1", amount: 1, key: "k").status == 400)
            #expect(rig.entries.map(\.flags) == [.none, .isConflict])
        }
    }

    @Test(arguments: ["", "shadow=10"])
    func `what is no mark is none`(text: String) throws {
        try BankRig.run { rig async throws in
            #expect(try await rig.authorise("pay-1").status == 201)
            var fields = FieldBlock()
            try fields.add(text.isEmpty ? "x-shadow" : "baggage", text)
            let body = Array(#"{"reference": "pay-2", "amount": 5, "currency": "CNY"}"#.utf8)
            let request = try HTTPRequest(.post, "/v1/authorise", host: "bank", fields: fields, body: body)
            #expect(try await rig.client.send(request, until: rig.loop.now + .seconds(1)).status == 403)
        }
    }
}
