import ChannelProfile
import EventLoop
import HTTPService
import Money
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// Traffic over two banks of which one is sick from second 20 to second 50.
@Suite struct RoutingTests {
    static let fellIll = 20
    static let healed = 50
    static let end = 90

    /// Payments that each channel was chosen for, second by second.
    final class Tally {
        var chosen: [[Int]]
        /// The router's share of the first channel, at the end of each second.
        var shares: [Double] = []
        var verdicts: [BankVerdict] = []

        init(channels: Int) {
            chosen = Array(repeating: Array(repeating: 0, count: channels), count: RoutingTests.end)
        }

        /// Of what was sent in these seconds, how much the first channel got.
        func share(_ seconds: Range<Int>) -> Double {
            let all = seconds.reduce(0) { $0 + chosen[$1].reduce(0, +) }
            return Double(seconds.reduce(0) { $0 + chosen[$1][0] }) / Double(max(1, all))
        }

        /// How often the share turns round, looked at with blinkers for moves of a tenth of what it was.
        var turns: Int {
            var (low, high, direction, turns) = (shares[0], shares[0], 0, 0)
            for share in shares {
                low = direction < 0 ? min(low, share) : low
                high = direction > 0 ? max(high, share) : high
                if direction <= 0, share - low > 0.05 {
                    if direction < 0 { turns += 1 }
                    (direction, high) = (1, share)
                } else if direction >= 0, high - share > 0.05 {
                    turns += 1
                    (direction, low) = (-1, share)
                }
            }
            return turns
        }
    }

    static func run(
        seed: UInt64, _ effects: [Effect], rate: Double = 1, perSecond: Int = 40, _ defects: DefectSwitches = [],
        channels: Int = 2
    ) throws -> Tally {
        let tally = Tally(channels: channels)
        var setting = StackSetting()
        setting.defects = defects
        let names = (0..<channels).map { "bank-\($0)" }
        let faults = effects.map {
            ChannelRig.fault(
                channel: names[0], at: .seconds(Int64(fellIll)), for: .seconds(Int64(healed - fellIll)), rate: rate, $0)
        }
        try ChannelRig.run(
            names.map { ChannelRig.channel($0, latency: .milliseconds(40)) }, seed: seed, faults: faults, setting
        ) { rig in
            var tasks: [SpawnedTask] = []
            for number in 0..<(end * perSecond) {
                let due = Instant(nanoseconds: Int64(number) * 1_000_000_000 / Int64(perSecond))
                if due > rig.loop.now { try await rig.loop.sleep(until: due) }
                tasks.append(rig.loop.spawn { await pay(rig, tally, number / perSecond) })
                if number % perSecond == perSecond - 1 {
                    tally.shares.append(rig.channels.gauges(.shadow)[0].share)
                }
            }
            for task in tasks { await task.join() }
        }
        return tally
    }

    private static func pay(_ rig: ChannelRig, _ tally: Tally, _ second: Int) async {
        guard let order = try? rig.order(card: "\(rig.loop.now.nanoseconds / 1_000 % 10)111111111111111"),
            let channel = rig.channels.choose(order.reference.record, bin: order.bin, now: rig.loop.now)
        else { return }
        tally.chosen[second][Int(channel)] += 1
        tally.verdicts.append(await rig[channel].authorise(order, rig.context()).verdict)
    }

    struct Illness: Sendable, CustomTestStringConvertible {
        let name: String
        let effects: [Effect]
        var rate = 1.0
        var testDescription: String { name }
    }

    static let illnesses = [
        Illness(name: "no answers", effects: [.timeout(rate: Ratio(1), charged: Ratio(0.5))]),
        Illness(name: "errors", effects: [.error(status: 500, rate: Ratio(1))]),
        Illness(name: "half of it errors", effects: [.error(status: 500, rate: Ratio(0.5))]),
        Illness(name: "nobody listens", effects: [.refusal]),
        Illness(name: "ten times as slow", effects: [.latency(multiply: Factor(10), add: nil)]),
    ]

    @Test(arguments: illnesses, [UInt64(1), 2])
    func `a sick channel loses its share, is not forgotten, and gets it back`(_ illness: Illness, _ seed: UInt64) throws
    {
        // With its breakers, and by itself.
        for defects in [DefectSwitches(), [.breakerNeverOpens]] where seed == 1 || !defects.isEmpty {
            let tally = try Self.run(seed: seed, illness.effects, rate: illness.rate, defects)
            let before = tally.share(5..<Self.fellIll)
            let note: Comment = "seed \(seed), \(defects): \(tally.shares.map { Int($0 * 100) })"
            #expect(0.4...0.6 ~= before, note)
            #expect(tally.share((Self.fellIll + 12)..<Self.healed) < 0.2 * before, note)
            for start in stride(from: Self.fellIll, to: Self.healed, by: 10) {
                #expect((start..<(start + 10)).reduce(0) { $0 + tally.chosen[$1][0] } > 0, note)
            }
            #expect(tally.share((Self.healed + 30)..<Self.end) > 0.8 * before, note)
            #expect(tally.turns <= 2, note)
        }
    }

    @Test func `planted: a router that ignores feedback goes on paying at a sick channel`() throws {
        let tally = try Self.run(
            seed: 1, [.error(status: 500, rate: Ratio(1))], [.routerIgnoresFeedback, .breakerNeverOpens])
        #expect(tally.share((Self.fellIll + 12)..<Self.healed) > 0.4)
    }

    @Test func `planted: a router that flaps sends all of it to the best second`() throws {
        let tally = try Self.run(seed: 1, [.error(status: 500, rate: Ratio(0.5))], [.routerFlaps, .breakerNeverOpens])
        let seconds = tally.chosen[Self.fellIll..<Self.healed]
        #expect(seconds.count { $0[0] == 0 } > 10 && seconds.count { $0[1] == 0 } > 10)
        #expect(tally.share((Self.fellIll + 12)..<Self.healed) > 0.4)
    }

    @Test func `the same payment in the same state takes the same channel`() throws {
        let one = try Self.run(seed: 7, [.refusal], perSecond: 20)
        let other = try Self.run(seed: 7, [.refusal], perSecond: 20)
        #expect(one.chosen == other.chosen)
    }

    @Test func `no channel is chosen that was tried, has no origin, or is closed`() throws {
        let names = ["a", "b", "c"]
        try ChannelRig.run(names.map { ChannelRig.channel($0) }) { rig in
            var tried = ChannelsTried()
            tried.insert(0)
            for _ in 0..<100 {
                #expect(rig.channels.choose(rig.newID(), bin: 411_111, excluding: tried, now: rig.loop.now) != 0)
            }
            tried.insert(1)
            tried.insert(2)
            #expect(rig.channels.choose(rig.newID(), bin: 0, excluding: tried, now: rig.loop.now) == nil)
            let live = RecordID(milliseconds: rig.milliseconds, .live, shard: 0, worker: 0, sequence: 0)
            #expect(rig.channels.choose(live, bin: 0, now: rig.loop.now) == nil)
        }
    }

    @Test func `live and shadow traffic never have one address`() throws {
        let loop = EventLoop.simulated(seed: 1)
        loop.run {
            var channel = ChannelRig.stackChannel("icbc", HTTPOrigin(.loopback(port: 7)), nil)
            channel.live = channel.shadow
            #expect(throws: StackFault.self) {
                _ = try Channels(ChannelRig.order(StackSetting(), [channel], seed: 1), publicAddress: nil, on: loop)
            }
        }
    }
}
