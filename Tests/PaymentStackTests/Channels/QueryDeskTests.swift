import ChannelMock
import ChannelProfile
import EventLoop
import Money
import PlanValues
import SeededRandom
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct QueryDeskTests {
    /// What was told, and when.
    final class Told {
        var answers: [(at: Instant, answer: QueryAnswer)] = []
    }

    static func setting(
        _ defects: DefectSwitches = [], first: TimeSpan = .seconds(2), rate: Double = 100
    ) -> StackSetting {
        var setting = StackSetting()
        setting.query.first = first
        setting.query.rate = rate
        setting.bankTimeout = .seconds(1)
        setting.defects = defects
        return setting
    }

    /// Pending for ever, as far as these tests look.
    static let slow = Channel(
        name: ChannelRig.channel().name, outcome: OutcomeShares(pending: Ratio(1)),
        settlement: .constant(.seconds(3_000)))

    static func run(
        _ channel: Channel = ChannelRig.channel(), faults: [Fault] = [], setting: StackSetting = setting(),
        seed: UInt64 = 1, _ body: @escaping (ChannelRig, QueryDesk, Told) async throws -> Void
    ) throws {
        try ChannelRig.run([channel], seed: seed, faults: faults, setting, keyField: nil) { rig in
            let told = Told()
            let desk = QueryDesk(rig.channels, setting, seed: Seed(seed), on: rig.loop) {
                told.answers.append((rig.loop.now, $0))
            }
            try await body(rig, desk, told)
            desk.close()
        }
    }

    static func ask(_ rig: ChannelRig, _ desk: QueryDesk) async throws -> BankOrder {
        let order = try rig.order()
        _ = await rig[0].authorise(order, rig.context())
        desk.add(
            OpenQuestion(about: order.reference, payment: order.reference, channel: 0, marks: rig.context()))
        return order
    }

    @Test func `what is unknown is asked for after the first wait, and told`() throws {
        let silent = ChannelRig.fault(for: .seconds(1), .timeout(rate: Ratio(1), charged: Ratio(1)))
        try Self.run(faults: [silent]) { rig, desk, told in
            let order = try await Self.ask(rig, desk)
            let began = rig.loop.now
            try await rig.loop.sleep(until: began + .seconds(10))
            #expect(told.answers.count == 1 && desk.figures.waiting == 0)
            let answer = try #require(told.answers.first)
            #expect(answer.answer.standing == .authorised(order.amount, captured: 0, refunded: 0))
            #expect(answer.answer.isLast && answer.at - began > .seconds(2) && answer.at - began < .milliseconds(2_250))
        }
    }

    @Test func `waits grow, and a payment is asked for so often and no more`() throws {
        try Self.run(Self.slow) { rig, desk, told in
            let began = rig.loop.now
            _ = try await Self.ask(rig, desk)
            try await rig.loop.sleep(until: began + .seconds(100))
            #expect(told.answers.map { $0.answer.isLast } == [false, false, true])
            let whole = told.answers.map { ($0.at - began).seconds }
            #expect(2...2.3 ~= whole[0] && 6...6.7 ~= whole[1] && 14...15.5 ~= whole[2])
            #expect(desk.figures.givenUp == 1 && desk.figures.waiting == 0)
        }
    }

    @Test func `a bank is not asked more often than its rate, however many are unknown`() throws {
        let setting = Self.setting(rate: 50)
        try Self.run(Self.slow, setting: setting) { rig, desk, told in
            for _ in 0..<600 { _ = try await Self.ask(rig, desk) }
            let bank = rig.banks[0]
            var before = bank.counters.queries
            var most: UInt64 = 0
            for _ in 0..<60 {
                try await rig.loop.sleep(until: rig.loop.now + .seconds(1))
                most = max(most, bank.counters.queries - before)
                before = bank.counters.queries
            }
            // A second's worth may come at once.
            #expect(most <= 100 && bank.counters.queries == 1_800 && desk.figures.putOff > 0)
        }
    }

    @Test func `planted: a storm of queries comes at once`() throws {
        var counts: [UInt64] = []
        for defects in [DefectSwitches(), [.queryStorm]] {
            try Self.run(Self.slow, setting: Self.setting(defects)) { rig, desk, _ in
                for _ in 0..<50 { _ = try await Self.ask(rig, desk) }
                try await rig.loop.sleep(until: rig.loop.now + .seconds(5))
                counts.append(rig.banks[0].counters.queries)
            }
        }
        #expect(counts[0] == 50 && counts[1] > 40 * counts[0])
    }

    @Test func `what a callback has told is not asked for`() throws {
        try Self.run { rig, desk, told in
            let order = try await Self.ask(rig, desk)
            desk.forget(order.reference)
            desk.forget(order.reference)
            try await rig.loop.sleep(until: rig.loop.now + .seconds(20))
            #expect(told.answers.isEmpty && rig.banks[0].counters.queries == 0)
        }
    }

    @Test func `it may be forgotten and asked for anew while it is being asked`() throws {
        try Self.run(ChannelRig.channel(latency: .milliseconds(500))) { rig, desk, told in
            let order = try await Self.ask(rig, desk)
            try await rig.loop.sleep(until: rig.loop.now + .milliseconds(2_400))
            #expect(rig.banks[0].counters.queries == 1)
            desk.forget(order.reference)
            desk.add(
                OpenQuestion(about: order.reference, payment: order.reference, channel: 0, marks: rig.context()))
            try await rig.loop.sleep(until: rig.loop.now + .seconds(20))
            #expect(told.answers.count == 1)
        }
    }

    @Test func `a bank that cannot be reached is asked later, which does not count`() throws {
        let away = ChannelRig.fault(at: .seconds(1), for: .seconds(20), .refusal)
        try Self.run(faults: [away]) { rig, desk, told in
            _ = try await Self.ask(rig, desk)
            try await rig.loop.sleep(until: rig.loop.now + .seconds(60))
            #expect(told.answers.count == 1 && told.answers[0].answer.question.asked == 1)
        }
    }

    @Test func `a question of a shadow payment is marked, also after a restart`() throws {
        for (defects, isLost) in [(DefectSwitches(), false), ([.shadowLeakAsync], true)] {
            try Self.run(setting: Self.setting(defects)) { rig, desk, told in
                _ = try await Self.ask(rig, desk)
                let found = try rig.order()
                _ = await rig[0].authorise(found, rig.context())
                desk.add(
                    OpenQuestion(
                        about: found.reference, payment: found.reference, channel: 0,
                        marks: .recovered(.shadow, until: .never)))
                try await rig.loop.sleep(until: rig.loop.now + .seconds(4))
                #expect((rig.banks[0].counters.untagged > 0) == isLost)
                #expect(told.answers.count { $0.answer.standing.isOpen } == (isLost ? 2 : 0))
            }
        }
    }
}
