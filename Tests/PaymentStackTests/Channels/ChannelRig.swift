import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Money
import Peers
import PlanValues
import StackVocabulary
import Timebase

@testable import PaymentStack

/// Mock banks on a simulated loop, and the stack's channels to them.
final class ChannelRig {
    let loop: EventLoop
    let channels: Channels
    let banks: [MockBank]
    private var ids: RecordIDs

    private init(_ loop: EventLoop, _ channels: Channels, _ banks: [MockBank]) {
        self.loop = loop
        self.channels = channels
        self.banks = banks
        ids = RecordIDs(.shadow, shard: 0, worker: 0)
    }

    static func run(
        _ profiles: [Channel] = [channel()], seed: UInt64 = 1, faults: [Fault] = [],
        _ setting: StackSetting = StackSetting(), keyField: String? = "idempotency-key", on loop: EventLoop? = nil,
        _ body: @escaping (ChannelRig) async throws -> Void
    ) throws {
        let loop = loop ?? .simulated(seed: seed)
        try loop.run {
            var banks: [MockBank] = []
            var stack: [StackChannel] = []
            for profile in profiles {
                let name = profile.name.value
                var order = BankSetting(profile, seed: seed)
                order.faults = faults.filter { $0.channel.value == name }
                let bank = MockBank(order, on: loop, journal: ChannelJournalWriter(inMemoryFor: name))
                banks.append(bank)
                stack.append(Self.stackChannel(name, HTTPOrigin(try bank.open(on: .loopback()), host: name), keyField))
                stack[stack.count - 1].keepsDeclines = profile.idempotency.savesFailures
            }
            let channels = try Channels(
                Self.order(setting, stack, seed: seed), publicAddress: "http://127.0.0.1:1", on: loop)
            try await body(ChannelRig(loop, channels, banks))
            channels.close()
            for bank in banks { await bank.close(until: loop.now + .seconds(200)) }
        }
    }

    static func stackChannel(_ name: String, _ shadow: HTTPOrigin?, _ keyField: String?) -> StackChannel {
        var channel = StackChannel(name, callbackKey: HMACKey(Array("0123456789abcdef".utf8)))
        channel.shadow = shadow
        channel.idempotencyField = keyField
        return channel
    }

    static func order(_ setting: StackSetting, _ channels: [StackChannel], seed: UInt64) -> StackOrder {
        StackOrder(
            setting, channels: channels, operatorToken: "0123456789abcdef",
            notifyPolicy: PeerPolicy(planAllow: [], permitted: []), notifyKey: HMACKey(Array("notify".utf8)),
            seed: seed)
    }

    static func channel(
        _ name: String = "icbc", idempotency: IdempotencyPreset = .stripeV1, capacity: Capacity = Capacity(),
        latency: TimeSpan = .milliseconds(10), outcome: OutcomeShares = OutcomeShares(), query: QueryRule = QueryRule()
    ) -> Channel {
        Channel(
            name: Located(name, at: nowhere), idempotency: idempotency, capacity: capacity,
            latency: .constant(latency), outcome: outcome, query: query)
    }

    static let nowhere = SourceSpan(SourceText(name: "rig", text: ""), 0..<0)

    static func fault(
        channel: String = "icbc", at offset: TimeSpan = .zero, for span: TimeSpan = .seconds(3_600),
        match: PaymentMatch = PaymentMatch(), rate: Double = 1, _ effects: Effect...
    ) -> Fault {
        Fault(
            at: Located(DrillInstant(offset: offset), at: nowhere), span: span, channel: Located(channel, at: nowhere),
            match: match, rate: Ratio(rate), effects: effects)
    }

    // MARK: Asking

    subscript(channel: ChannelNumber) -> ChannelAdapter {
        guard let adapter = channels[channel, .shadow] else { preconditionFailure("no channel \(channel)") }
        return adapter
    }

    var milliseconds: Int64 { loop.secondsSince1970 * 1_000 + loop.now.nanoseconds / 1_000_000 % 1_000 }

    func newID() -> RecordID { ids.next(at: milliseconds) }

    func context(within span: TimeSpan = .seconds(10)) -> RequestContext {
        .shadow(Self.mark, until: loop.now + span)
    }

    static let mark: FieldBlock = {
        var fields = FieldBlock()
        try? fields.add("x-shadow", "v1.run.9.x")
        return fields
    }()

    func order(
        _ id: RecordID? = nil, amount: Int64 = 4_900, card: String = "4111111111111111", captures: Bool = false
    ) throws -> BankOrder {
        BankOrder(
            reference: BankReference(id ?? newID(), .payment, attempt: 1),
            amount: Money(minor: amount, try Currency("CNY")),
            card: CardNumber(card), merchant: MerchantID(number: 17), capturesAtOnce: captures)
    }

    func amendment(
        _ kind: BankReference.Kind, of order: BankOrder, amount: Int64? = nil, attempt: UInt8 = 1
    ) -> BankAmendment {
        BankAmendment(
            reference: BankReference(
                kind == .refund ? newID() : order.reference.record, kind, attempt: attempt),
            payment: order.reference, amount: Money(minor: amount ?? order.amount.minor, order.amount.currency),
            bin: order.bin)
    }
}
