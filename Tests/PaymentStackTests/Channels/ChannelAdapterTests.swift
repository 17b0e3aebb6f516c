import ChannelMock
import ChannelProfile
import EventLoop
import HTTPService
import Histogram
import Money
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct ChannelAdapterTests {
    @Test func `a payment is authorised, captured and refunded`() throws {
        try ChannelRig.run { rig in
            let order = try rig.order()
            let bank = rig[0]
            #expect(await bank.authorise(order, rig.context()).verdict == .approved(captured: false))
            let capture = await bank.capture(rig.amendment(.capture, of: order), rig.context())
            #expect(capture.verdict == .approved(captured: true))
            let refund = await bank.refund(rig.amendment(.refund, of: order, amount: 900), rig.context())
            #expect(refund.verdict == .approved(captured: true))
            #expect(
                await bank.query(order.reference, rig.context())
                    == .authorised(order.amount, captured: 4_900, refunded: 900))
            #expect(bank.figures.attempts == 3 && bank.figures.sends == 3 && bank.figures.approved == 3)
            #expect(bank.figures.latency.count(in: 0...1_000_000_000) == 3)
        }
    }

    @Test func `a payment that is captured at once is, and one that is given up is`() throws {
        try ChannelRig.run { rig in
            let order = try rig.order(captures: true)
            #expect(await rig[0].authorise(order, rig.context()).verdict == .approved(captured: true))
            let other = try rig.order()
            #expect(await rig[0].authorise(other, rig.context()).verdict == .approved(captured: false))
            #expect(
                await rig[0].reverse(rig.amendment(.reverse, of: other), rig.context()).verdict
                    == .approved(captured: true))
            #expect(await rig[0].query(other.reference, rig.context()) == .reversed)
        }
    }

    @Test func `a decline comes with the bank's word, and is no failure`() throws {
        let declining = ChannelRig.channel(
            outcome: OutcomeShares(approve: Ratio(0), declines: [("insufficient_funds", Ratio(1))]))
        try ChannelRig.run([declining]) { rig in
            for _ in 0..<50 {
                let reply = await rig[0].authorise(try rig.order(), rig.context())
                #expect(reply.verdict == .declined("insufficient_funds"))
            }
            #expect(rig[0].figures.declined == 50)
            #expect(rig[0].breakers.allSatisfy { $0.state == .closed })
        }
    }

    @Test func `what is pending is told when it is asked for`() throws {
        let pending = ChannelRig.channel(outcome: OutcomeShares(pending: Ratio(1)))
        try ChannelRig.run([pending]) { rig in
            let order = try rig.order()
            #expect(await rig[0].authorise(order, rig.context()).verdict == .pending)
            try await rig.loop.sleep(until: rig.loop.now + .seconds(1))
            #expect(
                await rig[0].query(order.reference, rig.context())
                    == .authorised(order.amount, captured: 0, refunded: 0))
        }
    }

    @Test func `a bank that never answers leaves the payment unknown, and is asked again under the same key`() throws {
        let silent = ChannelRig.fault(.timeout(rate: Ratio(1), charged: Ratio(1)))
        try ChannelRig.run(faults: [silent]) { rig in
            let began = rig.loop.now
            let reply = await rig[0].authorise(try rig.order(), rig.context(within: .seconds(20)))
            #expect(reply.verdict == .unknown(.timeout))
            #expect(reply.sends == 3 && rig.loop.now - began < .seconds(16))
            #expect(rig.banks[0].counters.bookedTwice == 0)
        }
    }

    @Test func `a bank without keys is not asked twice for what it may have done`() throws {
        let silent = ChannelRig.fault(.timeout(rate: Ratio(1), charged: Ratio(1)))
        try ChannelRig.run([ChannelRig.channel(idempotency: .none)], faults: [silent], keyField: nil) { rig in
            let reply = await rig[0].authorise(try rig.order(), rig.context(within: .seconds(20)))
            #expect(reply.verdict == .unknown(.timeout) && reply.sends == 1)
        }
    }

    @Test func `a broken answer is asked for again, and its saved answer counts`() throws {
        let broken = ChannelRig.fault(for: .milliseconds(30), .truncatedBody)
        try ChannelRig.run(faults: [broken]) { rig in
            let reply = await rig[0].authorise(try rig.order(), rig.context())
            #expect(reply.verdict == .approved(captured: false) && reply.sends == 2)
            #expect(rig.banks[0].counters.replayed == 1 && rig.banks[0].counters.bookedTwice == 0)
        }
    }

    @Test func `nothing is sent when too little time is left`() throws {
        try ChannelRig.run { rig in
            let reply = await rig[0].authorise(try rig.order(), rig.context(within: .milliseconds(4)))
            #expect(reply.verdict == .refused(.deadline) && reply.sends == 0)
            #expect(rig.banks[0].counters.requests == 0)
        }
    }

    @Test func `the sender's deadline is the bank's when it is earlier`() throws {
        try ChannelRig.run([ChannelRig.channel(latency: .seconds(4))]) { rig in
            let began = rig.loop.now
            let reply = await rig[0].authorise(try rig.order(), rig.context(within: .milliseconds(300)))
            #expect(reply.verdict == .unknown(.timeout))
            #expect(rig.loop.now - began == .milliseconds(300))
        }
    }

    @Test func `a bank that cannot be reached has surely done nothing`() throws {
        try ChannelRig.run(faults: [ChannelRig.fault(.refusal)]) { rig in
            let reply = await rig[0].authorise(try rig.order(), rig.context())
            #expect(reply.verdict == .refused(.unreachable) && reply.outcome == .refused)
        }
    }

    @Test func `overload is refused, and its Retry-After is waited for`() throws {
        let tight = ChannelRig.channel(capacity: Capacity(quota: try Rate(parsing: "1/s")))
        try ChannelRig.run([tight]) { rig in
            #expect(await rig[0].authorise(try rig.order(), rig.context()).verdict == .approved(captured: false))
            let began = rig.loop.now
            let second = await rig[0].authorise(try rig.order(), rig.context())
            #expect(second.verdict == .approved(captured: false) && second.sends == 2)
            #expect(rig.loop.now - began >= .seconds(1))
            let third = await rig[0].authorise(try rig.order(), rig.context(within: .milliseconds(900)))
            #expect(third.verdict == .refused(.overloaded(status: 429)) && third.sends == 1)
        }
    }

    @Test func `planted: a retry under a new reference is paid twice`() throws {
        let broken = ChannelRig.fault(for: .milliseconds(30), .truncatedBody)
        var setting = StackSetting()
        setting.defects = [.newReferenceOnRetry]
        try ChannelRig.run(faults: [broken], setting) { rig in
            let order = try rig.order()
            let reply = await rig[0].authorise(order, rig.context())
            #expect(reply.verdict == .approved(captured: false))
            #expect(reply.reference == BankReference(order.reference.record, .payment, attempt: 2))
            #expect(rig.banks[0].counters.approved == 2)
        }
    }

    @Test func `live work is not marked, and shadow work is`() throws {
        try ChannelRig.run { rig in
            let order = try rig.order()
            let live = try BankLetters(host: "icbc", keyField: "idempotency-key", notify: nil)
            let bare = live.authorisation(order, as: order.reference, marks: RequestContext.live(until: .never).marks)
            let marked = live.authorisation(order, as: order.reference, marks: rig.context().marks)
            #expect(!String(decoding: bare.wire, as: UTF8.self).contains("shadow"))
            #expect(String(decoding: marked.wire, as: UTF8.self).contains("x-shadow: v1.run.9.x\r\n"))
        }
    }
}
