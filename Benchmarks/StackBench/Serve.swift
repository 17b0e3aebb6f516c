import BenchSupport
import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Evidence
import Glibc
import HTTPService
import HTTPWire
import PaymentStack
import Peers
import PlanValues
import StackVocabulary
import Timebase

nonisolated func serve(bank: UInt16, _ words: Words) throws {
    let loop = try EventLoop.live()
    try loop.run {
        var setting = StackSetting()
        setting.bankPipeline = words.number("--pipeline", default: 1)
        if setting.bankPipeline > 1 { setting.bankConnections = 16 }
        let cost = words.number("--cost-us", default: 0)
        if cost > 0 { setting.service = ServiceCosts(pay: .microseconds(Int64(cost))) }
        var order = benchOrder(setting, bank: .loopback(port: bank))
        order.database = words.text("--database")
        let stack = PaymentStack(order, on: loop)
        let places = try await stack.open()
        print(#"{"address": "\#(places.front)"}"#)
        _ = fflush(nil)
        try await loop.sleep(until: .never)
    }
}

func benchOrder(_ setting: StackSetting, bank: Address) -> StackOrder {
    var channel = StackChannel("bench", callbackKey: HMACKey(Array(CallbackSignature.testKey.utf8)))
    channel.shadow = HTTPOrigin(bank)
    channel.idempotencyField = "idempotency-key"
    var order = StackOrder(
        setting, channels: [channel], operatorToken: "operator-of-a-benchmark",
        notifyPolicy: PeerPolicy(planAllow: [], permitted: []), notifyKey: HMACKey(Array("notify".utf8)), seed: 1)
    order.shadowKey = benchKey
    return order
}

nonisolated func serveSink() throws {
    let loop = try EventLoop.live()
    try loop.run {
        var heard = 0
        let server = HTTPServer(on: loop) { exchange in
            if exchange.method == .get { return exchange.respond(200, body: Array("\(heard)".utf8)) }
            _ = try await exchange.collectBody()
            heard += 1
            exchange.respond(204)
        }
        print(#"{"address": "\#(try server.listen(on: .loopback()))"}"#)
        _ = fflush(nil)
        try await loop.sleep(until: .never)
    }
}

/// A bank that approves everything at once.
func benchBank(on loop: EventLoop) throws -> (bank: MockBank, address: Address) {
    let nowhere = SourceSpan(SourceText(name: "bench", text: ""), 0..<0)
    let channel = Channel(name: Located("bench", at: nowhere), latency: .constant(.milliseconds(5)))
    var setting = BankSetting(channel, seed: 1)
    setting.tagKey = benchKey
    let bank = MockBank(setting, on: loop, journal: ChannelJournalWriter(inMemoryFor: "bench"))
    return (bank, try bank.open(on: .loopback()))
}
