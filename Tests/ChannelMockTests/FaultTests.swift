import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import PlanValues
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock

@Suite struct FaultTests {
    @Test func `answers come later for a while`() throws {
        let fault = BankRig.fault(
            at: .seconds(5), for: .seconds(5), .latency(multiply: Factor(8), add: .milliseconds(20)))
        try BankRig.run(faults: [fault]) { rig async throws in
            var took: [Int64] = []
            for number in 0..<3 {
                let began = rig.loop.now
                _ = try await rig.authorise("pay-\(number)")
                took.append((rig.loop.now - began).nanoseconds / 1_000_000)
                try await rig.loop.sleep(until: rig.bank.began + .seconds(Int64(number + 1) * 6))
            }
            #expect(took.map { $0 / 10 } == [1, 10, 1])
            #expect(rig.entries.map(\.disturbance) == [.none, .latency, .none])
        }
    }

    @Test func `a stall answers everything at its end`() throws {
        try BankRig.run(faults: [BankRig.fault(for: .seconds(3), .stall)]) { rig async throws in
            _ = try await rig.authorise("pay-1")
            #expect((3_000...3_001).contains((rig.loop.now - rig.bank.began).nanoseconds / 1_000_000))
        }
    }

    @Test(arguments: [0.0, 1])
    func `no answer comes, and the money has moved or not`(charged: Double) throws {
        let fault = BankRig.fault(for: .seconds(5), .timeout(rate: Ratio(1), charged: Ratio(charged)))
        try BankRig.run(faults: [fault]) { rig async throws in
            await #expect(throws: HTTPClientError.self) {
                _ = try await rig.authorise("pay-1", key: "k", within: .seconds(2))
            }
            #expect(rig.entries.map(\.status) == [0])
            #expect(rig.entries.map(\.booking) == [charged > 0 ? .authorised : .none])
            #expect(rig.entries.map(\.disturbance) == [charged > 0 ? .timeoutAfterCommit : .timeout])
            try await rig.loop.sleep(until: rig.bank.began + .seconds(6))
            // Its key is known where the money moved: no second booking.
            #expect(try await rig.authorise("pay-1", key: "k").status == 201)
            #expect(rig.entries.last?.flags == (charged > 0 ? .isReplay : ChannelEntry.Flags.none))
            #expect(rig.bank.counters.bookedTwice == 0)
        }
    }

    @Test(
        arguments: [
            (.connection(resetBeforeReply: Ratio(1), resetAfterCommit: Ratio(0), emptyReply: Ratio(0)), .none),
            (.connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(1), emptyReply: Ratio(0)), .authorised),
            (.connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(0), emptyReply: Ratio(1)), .none),
            (.truncatedBody, .authorised),
        ] as [(Effect, ChannelEntry.Booking)])
    func `a connection breaks before or after the money moved`(effect: Effect, booking: ChannelEntry.Booking) throws {
        try BankRig.run(faults: [BankRig.fault(effect)]) { rig async throws in
            await #expect(throws: HTTPClientError.self) { _ = try await rig.authorise("pay-1") }
            #expect(rig.entries.map(\.booking) == [booking])
            #expect(rig.bank.counters.disturbed == 1)
        }
    }

    @Test(arguments: [Effect.malformedBody, .wrongLength])
    func `what should be JSON is none`(effect: Effect) throws {
        try BankRig.run(faults: [BankRig.fault(effect)]) { rig async throws in
            let answer = try await rig.authorise("pay-1")
            #expect(answer.status == 201)
            #expect(!answer.text.isEmpty)
            #expect(answer["reference"] == nil)
            #expect(rig.entries.map(\.booking) == [.authorised])
        }
    }

    @Test func `a body crawls`() throws {
        try BankRig.run(faults: [BankRig.fault(.drippingBody(ByteRate(perSecond: ByteSize(bytes: 20))))]) {
            rig async throws in
            let began = rig.loop.now
            let answer = try await rig.authorise("pay-1")
            #expect(answer["reference"] == "pay-1")
            let seconds = Int((rig.loop.now - began).nanoseconds / 1_000_000_000)
            #expect((answer.text.utf8.count / 20 - 1...answer.text.utf8.count / 20 + 1).contains(seconds))
        }
    }

    @Test func `a bank is closed for maintenance, and says until when`() throws {
        try BankRig.run(faults: [BankRig.fault(for: .seconds(30), .maintenance(status: 503))]) { rig async throws in
            let answer = try await rig.authorise("pay-1")
            #expect(answer.status == 503)
            #expect(answer["type"] == "/problems/maintenance")
            #expect(answer.fields["retry-after"] == "30")
        }
    }

    @Test func `nobody listens, and then somebody does again`() throws {
        try BankRig.run(faults: [BankRig.fault(at: .seconds(1), for: .seconds(5), .refusal)]) { rig async throws in
            #expect(try await rig.authorise("pay-1").status == 201)
            try await rig.loop.sleep(until: rig.bank.began + .seconds(2))
            await #expect(throws: HTTPClientError.self) { _ = try await rig.authorise("pay-2") }
            try await rig.loop.sleep(until: rig.bank.began + .seconds(7))
            #expect(try await rig.authorise("pay-3").status == 201)
        }
    }

    @Test func `connections are taken, and nothing is read`() throws {
        try BankRig.run(faults: [BankRig.fault(for: .seconds(5), .deafness)]) { rig async throws in
            await #expect(throws: HTTPClientError.self) {
                _ = try await rig.authorise("pay-1", within: .seconds(2))
            }
            #expect(rig.bank.server.counters.connections == 1)
            #expect(rig.entries.isEmpty)
            // Who waits long enough is heard.
            #expect(try await rig.authorise("pay-2").status == 201)
            #expect((rig.loop.now - rig.bank.began) >= .seconds(5))
        }
    }

    @Test func `only these payments fail`() throws {
        let match = PaymentMatch(bin: "4111", merchant: "m-1", amount: 100...200, operations: [.authorise])
        let fault = BankRig.fault(match: match, .error(status: 503, rate: Ratio(1)))
        try BankRig.run(faults: [fault]) { rig async throws in
            func status(card: String, merchant: String, amount: Int) async throws -> UInt16 {
                let more = #", "card": "\#(card)", "merchant": "\#(merchant)""#
                return try await rig.authorise("p\(card)\(merchant)\(amount)", amount: amount, more: more).status
            }
            #expect(try await status(card: "4111222233334444", merchant: "m-1", amount: 150) == 503)
            #expect(try await status(card: "4112222233334444", merchant: "m-1", amount: 150) == 201)
            #expect(try await status(card: "4111222233334444", merchant: "m-2", amount: 150) == 201)
            #expect(try await status(card: "4111222233334444", merchant: "m-1", amount: 201) == 201)
            #expect(try await rig.authorise("bare", amount: 150).status == 201)
        }
    }

    @Test func `of the requests, so many fail, the same ones each time`() throws {
        let faults = [BankRig.fault(rate: Ratio(0.5), .error(status: 500, rate: Ratio(0.5)))]
        func failed(seed: UInt64) throws -> Set<Int> {
            var failed: Set<Int> = []
            try BankRig.run(seed: seed, faults: faults) { rig async throws in
                for number in 0..<2_000 where try await rig.authorise("pay-\(number)").status == 500 {
                    failed.insert(number)
                }
            }
            return failed
        }
        let first = try failed(seed: 3)
        #expect(try failed(seed: 3) == first)
        #expect((430...570).contains(first.count), "\(first.count) of 2,000 at 25 %")
    }

    @Test func `a fault that was put up later counts from then, and can be taken down`() throws {
        try BankRig.run { rig async throws in
            rig.bank.post([BankRig.fault(.error(status: 500, rate: Ratio(1)))], from: rig.loop.now)
            #expect(try await rig.authorise("pay-1").status == 500)
            #expect(rig.bank.faults.count == 1)
            rig.bank.clearFaults()
            #expect(try await rig.authorise("pay-1").status == 201)
        }
    }

    @Test func `maintenance says when it is over, whatever else begins meanwhile`() throws {
        let faults = [
            BankRig.fault(for: .seconds(30), .maintenance(status: 503)),
            BankRig.fault(at: .seconds(2), for: .seconds(1), .latency(multiply: Factor(2), add: nil)),
        ]
        try BankRig.run(faults: faults) { rig async throws in
            #expect(try await rig.authorise("pay-1").fields["retry-after"] == "30")
        }
    }

    @Test func `a stall that is taken down lets go who waits`() throws {
        try BankRig.run(faults: [BankRig.fault(.stall)]) { rig async throws in
            let task = rig.loop.spawn { _ = try? await rig.authorise("pay-1") }
            try await rig.loop.sleep(until: rig.bank.began + .seconds(5))
            rig.bank.clearFaults()
            await task.join()
            #expect(rig.loop.now - rig.bank.began < .seconds(6))
            #expect(rig.entries.map(\.status) == [201])
        }
    }

    @Test func `an issuer's timer does not answer for a bank that is stalled`() throws {
        let fault = BankRig.fault(for: .seconds(30), .stall)
        try BankRig.run(BankRig.channel(timer: .seconds(10)), faults: [fault]) { rig async throws in
            #expect(try await rig.authorise("pay-1").status == 201)
            #expect(rig.loop.now - rig.bank.began >= .seconds(30))
        }
    }

    @Test func `queries meet faults as well`() throws {
        let faults = [
            BankRig.fault(at: .seconds(1), for: .seconds(10), .maintenance(status: 503)),
            BankRig.fault(
                at: .seconds(1), for: .seconds(10), match: PaymentMatch(bin: "4111"),
                .error(status: 500, rate: Ratio(1))),
            BankRig.fault(at: .seconds(20), for: .seconds(10), .stall),
        ]
        try BankRig.run(faults: faults) { rig async throws in
            _ = try await rig.authorise("pay-1")
            try await rig.loop.sleep(until: rig.bank.began + .seconds(2))
            #expect(try await rig.get("/v1/payments/pay-1").status == 503)
            try await rig.loop.sleep(until: rig.bank.began + .seconds(22))
            #expect(try await rig.get("/v1/payments/pay-1").status == 200)
            #expect(rig.loop.now - rig.bank.began >= .seconds(30))
        }
    }

    @Test func `what was not booked was not committed`() throws {
        let effect = Effect.connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(1), emptyReply: Ratio(0))
        try BankRig.run(faults: [BankRig.fault(effect)]) { rig async throws in
            let body = #"{"reference": "cap-1", "payment": "nothing"}"#
            await #expect(throws: HTTPClientError.self) { _ = try await rig.post("/v1/capture", body) }
            #expect(rig.entries.map(\.disturbance) == [.resetBeforeReply])
        }
    }

    @Test func `faults without measure do not end the bank`() throws {
        let year = TimeSpan.seconds(366 * 24 * 3600)
        let slow = (0..<400).map { _ in BankRig.fault(.latency(multiply: Factor(1e6), add: year)) }
        let drip = BankRig.fault(
            match: PaymentMatch(operations: [.capture]), .drippingBody(ByteRate(perSecond: ByteSize(bytes: .max))))
        try BankRig.run(faults: slow) { rig async throws in
            await #expect(throws: HTTPClientError.self) {
                _ = try await rig.authorise("pay-1", within: .seconds(1))
            }
        }
        try BankRig.run(faults: [drip]) { rig async throws in
            _ = try await rig.authorise("pay-1")
            let capture = #"{"reference": "cap-1", "payment": "pay-1"}"#
            #expect(try await rig.post("/v1/capture", capture).status == 200)
        }
    }

    @Test func `faults that are over take no room`() {
        var board = FaultBoard()
        let faults = Array(
            repeating: BankRig.fault(for: .seconds(1), .stall), count: FaultBoard.faultsMax)
        board.post(faults, from: .zero, now: .zero)
        board.post(faults, from: .zero, now: .zero + .seconds(2))
        #expect(board.all(at: .zero + .seconds(2)).isEmpty)
    }

    @Test func `the key of a request that a fault turns away is in the journal`() throws {
        let fault = BankRig.fault(for: .seconds(1), .error(status: 503, rate: Ratio(1)))
        try BankRig.run(faults: [fault]) { rig async throws in
            #expect(try await rig.authorise("pay-1", key: "k").status == 503)
            try await rig.loop.sleep(until: rig.bank.began + .seconds(2))
            #expect(try await rig.authorise("pay-1", key: "k").status == 201)
            #expect(rig.entries.map(\.key) == Array(repeating: PaymentDigest.of("k".utf8Span.span), count: 2))
        }
    }

    @Test func `deaf and gone at once, and then there again`() throws {
        let faults = [
            BankRig.fault(for: .seconds(20), .deafness), BankRig.fault(at: .seconds(5), for: .seconds(5), .refusal),
        ]
        try BankRig.run(faults: faults) { rig async throws in
            let early = rig.loop.spawn {
                await #expect(throws: HTTPClientError.self) { _ = try await rig.authorise("pay-1") }
            }
            await early.join()
            try await rig.loop.sleep(until: rig.bank.began + .seconds(12))
            #expect(try await rig.authorise("pay-2").status == 201)
            #expect(rig.loop.now - rig.bank.began >= .seconds(20))
        }
    }
}
