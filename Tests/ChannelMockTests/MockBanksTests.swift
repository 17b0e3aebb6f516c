import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import PlanLanguage
import PlanValues
import Testing
import Timebase

@testable import ChannelMock

@Suite struct MockBanksTests {
    private static let token = "0123456789abcdef"

    private struct World {
        let loop: EventLoop
        let banks: MockBanks
        let admin: HTTPClient

        func ask(
            _ method: HTTPWire.Method, _ path: String, _ body: String? = nil, token: String? = MockBanksTests.token
        ) async throws -> (status: UInt16, text: String) {
            var fields = FieldBlock()
            if let token { try fields.add("authorization", "Bearer \(token)") }
            let response = try await admin.send(
                try HTTPRequest(method, path, host: "admin", fields: fields, body: body.map { Array($0.utf8) }),
                until: loop.now + .seconds(10))
            return (response.status, String(decoding: response.body, as: UTF8.self))
        }

        func authorise(_ reference: String, at bank: Int, tag: String? = "t") async throws -> UInt16 {
            let client = HTTPClient(on: loop, to: HTTPOrigin(banks.addresses[bank], host: "bank"))
            defer { client.close() }
            var fields = FieldBlock()
            if let tag { try fields.add("x-shadow", tag) }
            let body = #"{"reference": "\#(reference)", "amount": 7, "currency": "EUR"}"#
            return try await client.send(
                try HTTPRequest(.post, "/v1/authorise", host: "bank", fields: fields, body: Array(body.utf8)),
                until: loop.now + .seconds(10)
            ).status
        }
    }

    private static let profile = """
        profile: two
        channels:
          one: {latency: 1ms}
          two: {latency: 1ms, shadow: {untagged: alarm}}
        faults:
          - {at: 0s, for: 10s, channel: two, error: {status: 500, rate: 100%}}
        """

    private func run(_ text: String = profile, _ body: @escaping (World) async throws -> Void) throws {
        let outcome = ChannelProfile.parse(SourceText(name: "two.yaml", text: text))
        let profile = try #require(outcome.profile, "\(outcome.diagnostics)")
        let loop = EventLoop.simulated(seed: 1)
        try loop.run { () async throws in
            let banks = try MockBanks(profile, MockSetting(runID: "test"), on: loop)
            try await banks.open()
            let desk = AdminDesk(over: banks, token: Self.token) { text, channels in
                let outcome = Fault.parse(list: SourceText(name: "faults", bytes: text), channels: channels)
                return outcome.faults.map { .faults($0) } ?? .mistakes(outcome.diagnostics.map(\.message))
            }
            let client = HTTPClient(on: loop, to: HTTPOrigin(try desk.open(on: .loopback()), host: "admin"))
            try await body(World(loop: loop, banks: banks, admin: client))
            client.close()
            await desk.close(until: loop.now + .seconds(1))
            await banks.close(until: loop.now + .seconds(1))
        }
    }

    @Test func `a fault goes to the bank that it names`() throws {
        try run { world async throws in
            #expect(try await world.authorise("a", at: 0) == 201)
            #expect(try await world.authorise("a", at: 1) == 500)
        }
    }

    @Test func `faults are put up, listed, added and taken down while the banks run`() throws {
        try run { world async throws in
            let fault = #"[{"at": "0s", "for": "20s", "channel": "one", "maintenance": {"status": 503}}]"#
            #expect(try await world.ask(.put, "/_mock/faults", fault).status == 204)
            #expect(try await world.authorise("a", at: 0) == 503)
            #expect(try await world.authorise("a", at: 1) == 201)
            let later = "- {at: 5s, for: 1s, channel: two, refuse: true}\n"
            #expect(try await world.ask(.post, "/_mock/faults", later).status == 204)
            let listed = try JSONValue(parsing: Array(try await world.ask(.get, "/_mock/faults").text.utf8))
            #expect(listed.elements?.compactMap { $0["up"]?.bool } == [true, false])
            // What is listed can be put up again.
            let again = Fault.parse(
                list: SourceText(name: "l", bytes: listed.withoutStates.bytes()), channels: ["one", "two"])
            #expect(again.faults?.count == 2, "\(again.diagnostics)")
            #expect(try await world.ask(.get, "/_mock/faults?channel=two").text.contains("refuse"))
            #expect(try await world.ask(.delete, "/_mock/faults").status == 204)
            #expect(try await world.authorise("b", at: 0) == 201)
        }
    }

    @Test func `as many faults as a bank holds can be put up instead of as many`() throws {
        try run { world async throws in
            let fault = #"{"at":"0s","for":"20s","channel":"one","stall":true}"#
            let faults = "[" + Array(repeating: fault, count: 6_000).joined(separator: ",") + "]"
            for _ in 0..<2 { #expect(try await world.ask(.put, "/_mock/faults", faults).status == 204) }
            #expect(try await world.ask(.post, "/_mock/faults", faults).status == 422)
        }
    }

    @Test func `what is wrong with a list of faults is told in words, and nothing of it is put up`() throws {
        try run { world async throws in
            let wrong =
                #"[{"at":"0s","for":"1s","channel":"on","stall":true},{"at":"0s","channel":"one","stall":true}]"#
            let answer = try await world.ask(.put, "/_mock/faults", wrong)
            #expect(answer.status == 400)
            #expect(answer.text.contains("there is no channel 'on'"))
            #expect(answer.text.contains("has no 'for'"))
            #expect(world.banks.banks[1].faults.count == 1)
        }
    }

    @Test(arguments: [nil, "wrong-token-here", "0123456789abcde"] as [String?])
    func `nobody without the token looks or changes`(token: String?) throws {
        try run { world async throws in
            for (method, path) in [
                (.get, "/_mock/faults"), (.put, "/_mock/faults"), (.delete, "/_mock/faults"), (.get, "/_mock/metrics"),
                (.get, "/_mock/statement?channel=one"),
            ] as [(HTTPWire.Method, String)] {
                #expect(try await world.ask(method, path, method == .put ? "[]" : nil, token: token).status == 401)
            }
            #expect(world.banks.banks[1].faults.count == 1)
            #expect(try await world.ask(.get, "/_mock/healthz", token: nil).status == 200)
        }
    }

    @Test func `an alarm stays until someone looks`() throws {
        try run { world async throws in
            #expect(try await world.ask(.get, "/_mock/healthz").status == 200)
            _ = try await world.authorise("a", at: 1, tag: nil)
            let answer = try await world.ask(.get, "/_mock/healthz")
            #expect(answer.status == 503)
            #expect(answer.text.contains(#""status": "alarm""#))
        }
    }

    @Test func `statement and metrics are the banks' own`() throws {
        try run { world async throws in
            #expect(try await world.authorise("pay-1", at: 0) == 201)
            let statement = try await world.ask(.get, "/_mock/statement?channel=one")
            #expect(statement.text.contains("pay-1,,authorise,authorised,7,EUR"))
            #expect(try await world.ask(.get, "/_mock/statement").status == 400)
            #expect(try await world.ask(.get, "/_mock/statement?channel=ones").text.contains("did you mean 'one'?"))
            let metrics = try await world.ask(.get, "/_mock/metrics").text
            #expect(metrics.contains(#"spillway_mock_approved{channel="one"} 1"#))
        }
    }

    @Test func `a port that is taken says who was to listen there`() throws {
        let outcome = ChannelProfile.parse(
            SourceText(name: "p", text: "profile: p\nchannels: {one: {latency: 1ms}, two: {latency: 1ms}}\n"))
        let profile = try #require(outcome.profile)
        let loop = EventLoop.simulated(seed: 1)
        try loop.run { () async throws in
            let taken = try loop.listen(on: .loopback())
            let listen = HostPort("127.0.0.1:\(taken.address.port)")
            let channels = profile.channels.map { channel in
                channel.name.value == "one"
                    ? channel
                    : Channel(
                        name: channel.name, listen: listen.map { Located($0, at: channel.name.span) },
                        latency: channel.latency)
            }
            let banks = try MockBanks(
                ChannelProfile(
                    name: "p", about: nil, seed: 1, allow: [], channels: channels, faults: [],
                    statement: StatementRule()), MockSetting(runID: "test"), on: loop)
            let fault = await #expect(throws: MockFault.self) { try await banks.open() }
            #expect(fault?.description.hasPrefix("channel 'two' was to listen at 127.0.0.1:") == true)
            taken.close()
        }
    }

    /// Every effect there is comes back from its JSON as it was.
    @Test(
        arguments: [
            .latency(multiply: Factor(8), add: nil), .latency(multiply: nil, add: .seconds(2)), .stall,
            .timeout(rate: Ratio(0.3), charged: Ratio(0.6)),
            .connection(resetBeforeReply: Ratio(0.1), resetAfterCommit: Ratio(0.2), emptyReply: Ratio(0.3)),
            .error(status: 503, rate: Ratio(0.5)), .truncatedBody, .malformedBody, .wrongLength,
            .drippingBody(ByteRate(perSecond: ByteSize(bytes: 20))), .heldCallbacks, .maintenance(status: 503),
            .refusal, .deafness,
        ] as [Effect])
    func `a fault is read from its own JSON`(effect: Effect) throws {
        let match = PaymentMatch(bin: "4111", merchant: "m", amount: 5...9, operations: [.authorise, .refund])
        let fault = BankRig.fault(at: .milliseconds(1_500), for: .seconds(9), match: match, rate: Ratio(0.25), effect)
        let text = JSONValue.array([fault.json]).bytes()
        let outcome = Fault.parse(list: SourceText(name: "f", bytes: text), channels: ["icbc"])
        let read = try #require(outcome.faults?.first, "\(outcome.diagnostics.map(\.message))")
        #expect(read.effects == [effect])
        #expect(read.match == match)
        #expect(read.rate == Ratio(0.25))
        #expect(read.at.value.offset == .milliseconds(1_500))
        #expect(read.span == .seconds(9))
    }
}

extension JSONValue {
    /// As it was put up: `up` is the desk's word.
    fileprivate var withoutStates: JSONValue {
        .array((elements ?? []).map { .object(($0.members ?? []).filter { $0.0 != "up" }) })
    }
}
