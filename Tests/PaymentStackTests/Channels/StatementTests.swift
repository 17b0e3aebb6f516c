import ChannelProfile
import EventLoop
import Evidence
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct StatementTests {
    @Test func `a statement tells every booking, by references that find their records`() throws {
        try ChannelRig.run { rig in
            var sent: [BankReference] = []
            for number in 0..<500 {
                let order = try rig.order(captures: true)
                _ = await rig[0].authorise(order, rig.context())
                sent.append(order.reference)
                guard number % 5 == 0 else { continue }
                let refund = rig.amendment(.refund, of: order, amount: 100)
                _ = await rig[0].refund(refund, rig.context())
                sent.append(refund.reference)
            }
            var told: [BankReference?] = []
            let end = await rig[0].statement(rig.context(within: .seconds(60))) { lines in
                told += lines.map { BankReference($0.reference) }
            }
            #expect(end == .whole(lines: UInt64(sent.count)) && told == sent)
        }
    }

    @Test func `one that cannot be had says why`() throws {
        try ChannelRig.run { rig in
            let end = await rig[0].statement(rig.context().leaked) { _ in }
            #expect(end == .cutOff("the bank answered 403"))
        }
        try ChannelRig.run(faults: [ChannelRig.fault(.refusal)]) { rig in
            guard case .cutOff = await rig[0].statement(rig.context(), { _ in }) else {
                Issue.record("a statement of nobody")
                return
            }
        }
    }
}
