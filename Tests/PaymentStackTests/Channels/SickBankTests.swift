import ChannelMock
import ChannelProfile
import EventLoop
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// Steady traffic to banks of which one is sick: what the others and the sick one feel of it.
@Suite struct SickBankTests {
    /// So many a second for so long, in turn to each of the banks, whatever the router would say.
    static func traffic(
        _ rig: ChannelRig, seconds: Int, perSecond: Int, within span: TimeSpan = .seconds(10)
    ) async throws -> [[BankReply]] {
        let replies = Replies(rig.banks.count)
        var tasks: [SpawnedTask] = []
        for number in 0..<(seconds * perSecond) {
            let due = Instant(nanoseconds: Int64(number) * 1_000_000_000 / Int64(perSecond))
            if due > rig.loop.now { try await rig.loop.sleep(until: due) }
            let order = try rig.order(card: "\(number % 10)111111111111111")
            let channel = number % rig.banks.count
            tasks.append(
                rig.loop.spawn {
                    let reply = await rig[ChannelNumber(channel)].authorise(order, rig.context(within: span))
                    replies.all[channel].append(reply)
                })
        }
        for task in tasks { await task.join() }
        return replies.all
    }

    private final class Replies {
        var all: [[BankReply]]

        init(_ count: Int) {
            all = Array(repeating: [], count: count)
        }
    }

    static func setting(_ defects: DefectSwitches) -> StackSetting {
        var setting = StackSetting()
        setting.defects = DefectSwitches(defects.inOrder + [.breakerNeverOpens])
        return setting
    }

    /// Sends for each call, while a bank answers nothing but errors.
    static func amplification(
        _ defects: DefectSwitches, seed: UInt64 = 1, seconds: Int = 10, perSecond: Int = 100
    ) throws -> Double {
        var sends = 0.0
        try ChannelRig.run(
            seed: seed, faults: [ChannelRig.fault(.error(status: 500, rate: Ratio(1)))], setting(defects)
        ) {
            rig in
            _ = try await traffic(rig, seconds: seconds, perSecond: perSecond, within: .seconds(3))
            sends = Double(rig[0].figures.sends) / Double(rig[0].figures.attempts)
        }
        return sends
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `retries add a tenth to what a sick bank gets`(_ seed: UInt64) throws {
        #expect(1...1.111 ~= (try Self.amplification([], seed: seed)))
    }

    @Test func `planted: without a budget each call is sent three times`() throws {
        #expect(try Self.amplification([.noRetryBudget]) > 2.9)
    }

    @Test func `planted: metastable retries go on without end`() throws {
        #expect(try Self.amplification([.metastableRetries], seconds: 2, perSecond: 10) > 20)
    }

    /// Of the payments to the bank that is well, how many came through while the other answered nothing.
    static func wellShare(_ defects: DefectSwitches) throws -> Double {
        var share = 0.0
        let faults = [ChannelRig.fault(channel: "b", .timeout(rate: Ratio(1), charged: Ratio(0)))]
        try ChannelRig.run(
            [ChannelRig.channel("a"), ChannelRig.channel("b")], faults: faults, setting(defects), keyField: nil
        ) { rig in
            let replies = try await traffic(rig, seconds: 6, perSecond: 400)
            share = Double(replies[0].count { $0.outcome == .approved }) / Double(replies[0].count)
        }
        return share
    }

    @Test func `a bank that answers nothing takes nothing from the others`() throws {
        #expect(try Self.wellShare([]) == 1)
    }

    @Test func `planted: with one pool for all, a bank that answers nothing takes the others down`() throws {
        #expect(try Self.wellShare([.sharedPool]) < 0.5)
    }

    @Test func `the limit follows what a bank carries`() throws {
        let small = ChannelRig.channel(
            capacity: Capacity(concurrency: 16, queue: 10_000), latency: .milliseconds(50))
        try ChannelRig.run([small], Self.setting([])) { rig in
            let replies = try await Self.traffic(rig, seconds: 10, perSecond: 600)
            // It carries 320 a second.
            #expect(rig.channels.gauges(.shadow)[0].limit < 64)
            let approved = replies[0].count { $0.outcome == .approved }
            #expect(approved > 280 * 10)
            #expect(replies[0].allSatisfy { $0.outcome == .approved || $0.verdict == .refused(.limit) })
        }
    }

    @Test func `a breaker stands for one group of cards`() throws {
        let sick = ChannelRig.fault(match: PaymentMatch(bin: "4"), .error(status: 500, rate: Ratio(1)))
        try ChannelRig.run(faults: [sick]) { rig in
            let replies = try await Self.traffic(rig, seconds: 6, perSecond: 200)
            let gauges = rig.channels.gauges(.shadow)[0]
            #expect(gauges.breakersOpen + gauges.breakersHalfOpen == 1)
            #expect(replies[0].count { $0.outcome == .approved } == 1_080)
            #expect(replies[0].count { $0.verdict == .refused(.breaker) } > 50)
        }
    }

    @Test func `a short deadline of a sender opens no breaker`() throws {
        try ChannelRig.run([ChannelRig.channel(latency: .milliseconds(100))], keyField: nil) { rig in
            let replies = try await Self.traffic(rig, seconds: 5, perSecond: 200, within: .milliseconds(50))
            #expect(replies[0].allSatisfy { $0.verdict == .unknown(.timeout) })
            #expect(rig.channels.gauges(.shadow)[0].opened == 0)
        }
    }
}
