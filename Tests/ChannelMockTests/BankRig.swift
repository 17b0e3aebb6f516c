import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import PlanValues
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock

/// A bank on a simulated loop, and one who asks it.
struct BankRig {
    let loop: EventLoop
    let bank: MockBank
    let client: HTTPClient

    static func run(
        _ channel: Channel = Self.channel(), seed: UInt64 = 1, faults: [Fault] = [],
        paymentsMax: Int = PaymentBook.paymentsMax, journal: ChannelJournalWriter? = nil,
        _ body: @escaping (BankRig) async throws -> Void
    ) throws {
        let loop = EventLoop.simulated(seed: seed)
        try loop.run {
            var setting = BankSetting(channel, seed: seed)
            setting.faults = faults
            setting.paymentsMax = paymentsMax
            let bank = MockBank(
                setting, on: loop, journal: journal ?? ChannelJournalWriter(inMemoryFor: channel.name.value))
            let address = try bank.open(on: .loopback())
            let client = HTTPClient(on: loop, to: HTTPOrigin(address, host: "bank"))
            try await body(BankRig(loop: loop, bank: bank, client: client))
            client.close()
            await bank.close(until: loop.now + .seconds(200))
        }
    }

    static func channel(
        idempotency: IdempotencyPreset = .stripeV1, untagged: UntaggedRule = .refuse, capacity: Capacity = Capacity(),
        latency: PlanValues.Distribution<TimeSpan> = .constant(.milliseconds(10)), timer: TimeSpan? = nil,
        outcome: OutcomeShares = OutcomeShares(), query: QueryRule = QueryRule()
    ) -> Channel {
        Channel(
            name: Located("icbc", at: nowhere), idempotency: idempotency, untagged: untagged, capacity: capacity,
            latency: latency, timer: timer, outcome: outcome, query: query)
    }

    static let nowhere = SourceSpan(SourceText(name: "rig", text: ""), 0..<0)

    static func fault(
        at offset: TimeSpan = .zero, for span: TimeSpan = .seconds(3_600), match: PaymentMatch = PaymentMatch(),
        rate: Ratio = Ratio(1), _ effects: Effect...
    ) -> Fault {
        Fault(
            at: Located(DrillInstant(offset: offset), at: nowhere), span: span, channel: Located("icbc", at: nowhere),
            match: match, rate: rate, effects: effects)
    }

    // MARK: Asking

    func post(
        _ path: String, _ body: String, key: String? = nil, tag: String? = "v1.run.9.x",
        within span: TimeSpan = .seconds(60)
    ) async throws -> Answer {
        var fields = FieldBlock()
        if let tag { try fields.add("x-shadow", tag) }
        if let key { try fields.add("idempotency-key", key) }
        let request = try HTTPRequest(.post, path, host: "bank", fields: fields, body: Array(body.utf8))
        return Answer(try await client.send(request, until: loop.now + span))
    }

    func get(_ path: String, tag: String? = "v1.run.9.x") async throws -> Answer {
        var fields = FieldBlock()
        if let tag { try fields.add("x-shadow", tag) }
        return Answer(
            try await client.send(
                try HTTPRequest(.get, path, host: "bank", fields: fields), until: loop.now + .seconds(60)))
    }

    func authorise(
        _ reference: String, amount: Int = 4_900, key: String? = nil, more: String = "",
        within span: TimeSpan = .seconds(60)
    ) async throws -> Answer {
        try await post(
            "/v1/authorise", #"{"reference": "\#(reference)", "amount": \#(amount), "currency": "CNY"\#(more)}"#,
            key: key, within: span)
    }

    struct Answer {
        let status: UInt16
        let text: String
        let fields: [String: String]

        init(_ response: HTTPResponse) {
            status = response.status
            text = String(decoding: response.body, as: UTF8.self)
            var fields: [String: String] = [:]
            for name in ["retry-after", "content-type", "idempotent-replayed"] { fields[name] = response.field(name) }
            self.fields = fields
        }

        subscript(name: String) -> String? {
            guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
            return value[name]?.string ?? value[name]?.int64.map(String.init)
        }
    }

    var entries: [ChannelEntry] { bank.journal.entriesInMemory }
}
