import ChannelMock
import ChannelProfile
import Diagnostics
import EventLoop
import HTTPWire
import JSON
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// What nobody knows is settled by the banks' statements, and who settled it is counted.
@Suite struct ReconcilingTests {
    private static var patient: StackSetting {
        var setting = StackSetting()
        setting.bankTimeout = .seconds(1)
        setting.query.first = .seconds(600)
        return setting
    }

    private static func silence(_ operations: [Operation], charged: Double = 1) -> Fault {
        ChannelRig.fault(
            for: .seconds(60), match: PaymentMatch(operations: operations),
            .timeout(rate: Ratio(1), charged: Ratio(charged)))
    }

    private static func queues(_ rig: StackRig) async throws -> [String: Int64] {
        let line = try #require(try await rig.export("queues").first)
        var counts: [String: Int64] = [:]
        for (name, value) in (line.members ?? []) + (line["resolved"]?.members ?? []) { counts[name] = value.int64 }
        return counts
    }

    private static func reconcile(_ rig: StackRig) async throws -> (matched: Int64?, resolved: Int64?, differences: Int)
    {
        let answer = try await rig.send(.post, "/v1/reconcile")
        #expect(answer.status == 200)
        return (
            answer.number("matched"), answer.number("resolved"), answer.json["differences"]?.elements?.count ?? -1
        )
    }

    @Test func `a payment is pending while its bank has it, and unknown when nobody knows`() throws {
        try StackRig.run(faults: [Self.silence([.authorise])], Self.patient) { rig in
            let paying = rig.loop.spawn { _ = try? await rig.pay() }
            try await rig.sleep(.milliseconds(500))
            var counts = try await Self.queues(rig)
            #expect(counts["pending"] == 1 && counts["unknown"] == 0 && counts["at_work"] == 1, "\(counts)")
            await paying.join()
            counts = try await Self.queues(rig)
            #expect(counts["pending"] == 0 && counts["unknown"] == 1 && counts["open_questions"] == 1, "\(counts)")
            #expect(counts["next_question_ms"].map { 590_000...660_000 ~= $0 } == true, "\(counts)")
            let open = try await rig.operate(.get, "/admin/export/open?shadow=1")
            #expect(open.text("state") == "unknown" && open.text("kind") == "payment" && open.text("channel") == "icbc")
            #expect(try await Self.reconcile(rig) == (0, 1, 0))
            counts = try await Self.queues(rig)
            #expect(counts["unknown"] == 0 && counts["statement"] == 1 && counts["open_questions"] == 0, "\(counts)")
            #expect(try await Self.reconcile(rig) == (1, 0, 0))
        }
    }

    @Test(arguments: [1, 0])
    func `a capture of which nobody knows is what the statement says`(charged: Double) throws {
        try StackRig.run(faults: [Self.silence([.capture], charged: charged)], Self.patient) { rig in
            let paid = try await rig.pay(1_000, capture: false)
            let captured = try await rig.send(.post, "/v1/payments/\(paid.id)/capture", #"{"amount":600}"#)
            #expect(captured.state == "unknown")
            #expect(try await Self.reconcile(rig).differences == 0)
            let early = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(early.state == (charged == 1 ? "captured" : "unknown"))
            // Nothing of it is under way any more, and its bank has not been asked.
            try await rig.sleep(.seconds(600))
            #expect(try await Self.reconcile(rig).differences == 0)
            let after = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(after.state == (charged == 1 ? "captured" : "authorized"))
            #expect(after.number("captured") == (charged == 1 ? 600 : 0))
            let references = try await rig.export("attempts").compactMap { $0["reference"]?.string }
            #expect(references == ["\(paid.id)-p1", "\(paid.id)-c1"])
            #expect(try await rig.export("attempts").compactMap { $0["kind"]?.string } == ["payment", "capture"])
        }
    }

    @Test func `what a bank declined that decides each send by itself is declined when none is under way`() throws {
        let bank = ChannelRig.channel(
            idempotency: .stripeV2,
            outcome: OutcomeShares(approve: Ratio(0), declines: [(reason: "do_not_honour", share: Ratio(1))]))
        try StackRig.run([bank], faults: [Self.silence([.authorise])], Self.patient) { rig in
            let paid = try await rig.pay()
            #expect(paid.state == "unknown")
            #expect(try await Self.reconcile(rig).resolved == 0)
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").state == "unknown")
            try await rig.sleep(.seconds(600))
            #expect(try await Self.reconcile(rig).resolved == 1)
            let after = try await rig.send(.get, "/v1/payments/\(paid.id)")
            #expect(after.state == "failed" && after.text("reason") == "declined")
        }
    }

    /// A refund that its bank declines for want of time, having been asked three times; the first question is sent again and is
    /// lost as well.
    private static func refundTwiceLost(
        _ preset: IdempotencyPreset, charged: Double = 1, _ body: @escaping (StackRig, String) async throws -> Void
    )
        throws
    {
        let bank = Channel(
            name: Located("icbc", at: ChannelRig.nowhere), idempotency: preset, latency: .constant(.milliseconds(10)),
            timer: .seconds(2))
        let refunds = PaymentMatch(operations: [.refund])
        let faults = [
            ChannelRig.fault(for: .seconds(20), match: refunds, .latency(multiply: nil, add: .seconds(3))),
            ChannelRig.fault(
                at: .seconds(20), for: .seconds(2_000), match: refunds,
                .timeout(rate: Ratio(1), charged: Ratio(charged))),
        ]
        try StackRig.run([bank], faults: faults, Self.patient) { rig in
            let paid = try await rig.pay(1_000)
            let back = try await rig.refund(paid.id, 400)
            #expect(back.state == "unknown")
            try await rig.sleep(.seconds(5))
            try await body(rig, back.id)
        }
    }

    private static func state(_ refund: String, _ rig: StackRig) async throws -> String {
        try await rig.send(.get, "/v1/refunds/\(refund)").state
    }

    @Test func `of a refund each send is decided by itself, and the statement has all of them`() throws {
        try Self.refundTwiceLost(.stripeV2) { rig, refund in
            #expect(try await rig.callBack("\(refund)-r1", "declined", 400).status == 204)
            #expect(try await Self.reconcile(rig).resolved == 0)
            #expect(try await Self.state(refund, rig) == "unknown")
            // The first question was asked between 600 and 660 s, and its answer was lost.
            try await rig.sleep(.seconds(680))
            #expect(try await rig.export("attempts").count == 3)
            try await rig.sleep(.seconds(500))
            #expect(try await Self.state(refund, rig) == "unknown")
            #expect(try await Self.reconcile(rig).resolved == 1)
            #expect(try await Self.state(refund, rig) == "refunded")
            #expect(try await Self.queues(rig)["refunds_unknown"] == 0)
        }
    }

    @Test func `a refund that was declined each time is declined when none is under way`() throws {
        try Self.refundTwiceLost(.stripeV2) { rig, refund in
            try await rig.sleep(.seconds(590))
            #expect(try await Self.reconcile(rig).resolved == 0)
            try await rig.sleep(.seconds(9))
            #expect(try await Self.reconcile(rig).resolved == 1)
            #expect(try await Self.state(refund, rig) == "failed")
        }
    }

    @Test func `a refund that was sent once more a moment ago is not declined by a line of the first send`() throws {
        try Self.refundTwiceLost(.stripeV2, charged: 0) { rig, refund in
            // The first question was asked between 600 and 660 s.
            try await rig.sleep(.seconds(700))
            #expect(try await rig.export("attempts").count == 3)
            #expect(try await Self.reconcile(rig).resolved == 0)
            #expect(try await Self.state(refund, rig) == "unknown")
        }
    }

    @Test(arguments: [IdempotencyPreset.stripeV1, .none])
    func `a decline that is told of a refund is its end where it was sent under one word`(
        preset: IdempotencyPreset
    ) throws {
        try Self.refundTwiceLost(preset) { rig, refund in
            _ = try await rig.callBack("\(refund)-r1", "declined", 400)
            let state = try await Self.state(refund, rig)
            #expect(state == "failed")
        }
    }

    /// A statement has the authorisation first: who took that for the end of the doubt told the merchant so.
    @Test func `a capture in doubt that is further down in a statement was never undone`() throws {
        try StackRig.run(faults: [Self.silence([.capture])], Self.patient) { rig in
            let paid = try await rig.pay(1_000, capture: false)
            _ = try await rig.send(.post, "/v1/payments/\(paid.id)/capture")
            try await rig.sleep(.seconds(600))
            #expect(try await Self.reconcile(rig).resolved == 1)
            let row = try #require(try await rig.export("payments").first)
            #expect(row.text("state") == "captured" && row.number("version") == 4)
        }
    }

    @Test func `a decline of a refund is its end where the bank keeps its declines`() throws {
        try Self.refundTwiceLost(.stripeV1) { rig, refund in
            let found = try await Self.reconcile(rig)
            #expect(found.resolved == 1)
            let state = try await Self.state(refund, rig)
            #expect(state == "failed")
        }
    }

    @Test func `a refund of which nobody knows is what the statement says`() throws {
        try StackRig.run(faults: [Self.silence([.refund])], Self.patient) { rig in
            let paid = try await rig.pay(1_000)
            let back = try await rig.refund(paid.id, 400)
            #expect(back.state == "unknown")
            var counts = try await Self.queues(rig)
            #expect(counts["refunds_unknown"] == 1 && counts["refunds_pending"] == 0, "\(counts)")
            #expect(try await Self.reconcile(rig) == (1, 1, 0))
            #expect(try await rig.send(.get, "/v1/refunds/\(back.id)").state == "refunded")
            counts = try await Self.queues(rig)
            #expect(counts["refunds_unknown"] == 0 && counts["statement"] == 1, "\(counts)")
            #expect(try await rig.send(.get, "/v1/payments/\(paid.id)").number("refunded") == 400)
            #expect(try await Self.reconcile(rig) == (2, 0, 0))
        }
    }

    @Test func `what a restart takes up is counted as it is settled`() throws {
        try StackRig.run(faults: [Self.silence([.authorise])], Self.patient) { rig in
            let key = rig.newKey()
            let paying = rig.loop.spawn { _ = try? await rig.pay(key: key) }
            try await rig.sleep(.milliseconds(500))
            try await rig.crash()
            await paying.join()
            let counts = try await Self.queues(rig)
            #expect(counts["pending"] == 0 && counts["unknown"] == 1, "\(counts)")
            #expect(try await Self.reconcile(rig) == (0, 1, 0))
            #expect(try await Self.queues(rig)["unknown"] == 0)
        }
    }
}
