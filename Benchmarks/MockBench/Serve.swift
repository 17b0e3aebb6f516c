import BenchSupport
import ChannelMock
import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import Glibc
import HTTPService
import HTTPWire
import PlanValues

enum Play: String {
    case fixed, full, delayed, calling
}

/// What `full` says of a payment, so that all who are compared send as much.
let fixedBody = Array(
    #"{"reference":"pay-000000000000-bench","operation":"authorise","status":"authorised","amount":4900,"currency":"CNY","channel":"bench"}"#
        .utf8)

nonisolated func serve(_ play: Play, journalIn folder: String?) throws {
    let loop = try EventLoop.live()
    try loop.run {
        var setting = BankSetting(channel(play), seed: 1)
        setting.tagKey = benchKey
        try setting.server.fields.add("server", "spillway")
        setting.server.connectionsMax = 4096
        let journal =
            try folder.map { try ChannelJournalWriter(folder: $0, runID: "bench", channel: "bench") }
            ?? ChannelJournalWriter(inMemoryFor: "bench")
        let bank = MockBank(setting, on: loop, journal: journal)
        print(#"{"address": "\#(try bank.open(on: .loopback()))"}"#)
        _ = fflush(nil)
        try await loop.sleep(until: .never)
    }
}

private func channel(_ play: Play) -> Channel {
    let nowhere = SourceSpan(SourceText(name: "bench", text: ""), 0..<0)
    let name = Located("bench", at: nowhere)
    if play == .fixed { return Channel(name: name, fixedAnswer: FixedAnswer(status: 200, body: fixedBody)) }
    let delay = play == .delayed ? TimeSpan.milliseconds(200) : .zero
    // Every answer is a 201, and each is drawn: the other end has no share.
    let outcome = OutcomeShares(approve: Ratio(1), declines: [("do_not_honour", Ratio(0))])
    return Channel(
        name: name, idempotency: .stripeV1, untagged: .refuse,
        capacity: Capacity(concurrency: 4096, queue: 4096, quota: Rate(perSecond: 100_000)),
        latency: .constant(delay), outcome: play == .calling ? OutcomeShares(pending: Ratio(1)) : outcome,
        callback: play == .calling ? CallbackRule(delay: .constant(.zero)) : nil)
}
