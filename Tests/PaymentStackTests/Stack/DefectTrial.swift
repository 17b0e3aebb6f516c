import ChannelMock
import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import PlanValues
import StackVocabulary
import Timebase

@testable import PaymentStack

/// What shows that a defect does its harm: a small drill, and whether the harm was seen in what the stack exports and
/// what its banks wrote down.
struct DefectTrial {
    var channel = ChannelRig.channel()
    var faults: [Fault] = []
    var setting = StackSetting()
    let harm: (StackRig) async throws -> Bool

    init(_ harm: @escaping (StackRig) async throws -> Bool) {
        self.harm = harm
    }

    /// The defect is thrown while the stack runs, as an operator would.
    func run(_ defect: Defect?, seed: UInt64) throws -> Bool {
        var (setting, seen) = (setting, false)
        setting.defects = DefectSwitches()
        try StackRig.run([channel], seed: seed, faults: faults, setting) { rig in
            rig.stack.order.setting.defects.set(defect.map { [$0] } ?? [])
            seen = try await harm(rig)
        }
        return seen
    }

    /// No bank answers in time, and this share of what it is asked for it does.
    func bankSilent(charged: Double) -> DefectTrial {
        var trial = self
        trial.faults = [ChannelRig.fault(.timeout(rate: Ratio(1), charged: Ratio(charged)))]
        trial.setting.bankTimeout = .seconds(1)
        trial.setting.query.first = .seconds(2)
        return trial
    }

    func bank(_ channel: Channel) -> DefectTrial {
        var trial = self
        trial.channel = channel
        return trial
    }

    func faulty(_ effect: Effect) -> DefectTrial {
        var trial = self
        trial.faults = [ChannelRig.fault(effect)]
        return trial
    }
}

// MARK: Money

extension DefectTrial {
    static var claimAfterEffect: DefectTrial {
        DefectTrial { rig in
            await rig.together(2) { _ in _ = try await rig.pay(100, key: "twin") }
            return rig.charges.count > 1
        }
    }

    static var timeoutIsFailure: DefectTrial {
        DefectTrial { rig in
            let paid = try await rig.pay()
            return paid.state == "failed" && rig.charges.count == 1
        }.bankSilent(charged: 1)
    }

    static var lateCallbackOverwrites: DefectTrial {
        DefectTrial { rig in
            let paid = try await rig.pay(4_900)
            _ = try await rig.callback("reversed", of: paid.id, 4_900)
            return try await rig.send(.get, "/v1/payments/\(paid.id)").state != "captured"
        }
    }

    /// At every instant what is given back and what is about to be is no more than what came.
    static var refundRace: DefectTrial {
        DefectTrial { rig in
            let paid = try await rig.pay(1_000)
            _ = try await rig.pay(1_000)
            var promised: Int64 = 0
            await rig.together(3) { number in
                guard number < 2 else {
                    try await rig.sleep(.milliseconds(20))
                    let rows = try await rig.export("refunds").filter { $0.text("state") != "failed" }
                    promised = rows.reduce(0) { $0 + ($1.number("amount") ?? 0) }
                    return
                }
                _ = try await rig.refund(paid.id, 600)
            }
            return promised > 1_000
        }.bank(ChannelRig.channel(latency: .milliseconds(50)))
    }

    static var newReferenceOnRetry: DefectTrial {
        DefectTrial { rig in
            _ = try await rig.pay()
            return rig.charges.count > 1
        }.faulty(.connection(resetBeforeReply: Ratio(0), resetAfterCommit: Ratio(1), emptyReply: Ratio(0)))
    }

    static var nonAtomicPosting: DefectTrial {
        DefectTrial { rig in
            _ = try await rig.pay()
            var sums: [Int64: Int64] = [:]
            for row in try await rig.export("journal") {
                sums[row.number("change") ?? 0, default: 0] += row.number("amount") ?? 0
            }
            return sums.values.contains { $0 != 0 }
        }
    }

    /// In a stack whose other parts are honest nobody asks for more than there is; what is seen is the other side of a
    /// floor that is held against an old balance: money that is there is not given back.
    static var bufferedDebitOverdraft: DefectTrial {
        DefectTrial { rig in
            let paid = try await rig.pay(1_000)
            return try await rig.refund(paid.id, 600).status != 201
        }
    }

    /// Two payments of one name.
    static var clockRollbackIDs: DefectTrial {
        DefectTrial { rig in
            var names: [String] = []
            for _ in 0..<100 {
                let paid = try await rig.pay(700)
                if paid.status == 201 { names.append(paid.id) }
            }
            return Set(names).count < names.count
        }
    }
}

// MARK: Notifications

extension DefectTrial {
    static var duplicateEffectNotify: DefectTrial {
        let rule = CallbackRule(delay: .constant(.milliseconds(20)), duplicate: Ratio(1))
        let channel = Channel(
            name: Located("icbc", at: ChannelRig.nowhere), latency: .constant(.milliseconds(10)), callback: rule)
        return DefectTrial { rig in
            _ = try await rig.pay(4_900)
            try await rig.sleep(.seconds(30))
            let credit = try await rig.export("balances").first { $0.text("account") == "merchant:merchant-17" }
            return credit?.number("amount") != 4_900
        }.bank(channel)
    }

    static var lostNotify: DefectTrial {
        DefectTrial { rig in
            for _ in 0..<60 { _ = try await rig.pay(notify: rig.sinkAddress) }
            try await rig.sleep(.seconds(2))
            let delivered = try await rig.export("notifications").count { $0.text("state") == "delivered" }
            return delivered == 60 && rig.webhooks.count < 60
        }
    }
}

// MARK: Isolation

extension DefectTrial {
    static var shadowLeakCache: DefectTrial {
        DefectTrial { rig in
            let paid = try await rig.pay()
            return try await rig.send(.get, "/v1/payments/\(paid.id)", shadow: false).status == 200
        }
    }

    static var shadowLeakLog: DefectTrial {
        DefectTrial { rig in
            let paid = try await rig.pay()
            _ = try await rig.callback("reversed", of: paid.id, 4_900)
            return try await rig.export("log", shadow: false).contains { "\($0)".contains(paid.id) }
        }
    }

    static var shadowLeakAsync: DefectTrial {
        DefectTrial { rig in
            _ = try await rig.pay()
            try await rig.sleep(.seconds(10))
            return rig.banks[0].counters.untagged > 0
        }.bankSilent(charged: 1)
    }

    static var liveInShadow: DefectTrial {
        DefectTrial { rig in
            for _ in 0..<60 { _ = try await rig.pay(shadow: false) }
            return try await rig.export("payments").contains { RecordID($0.text("id") ?? "")?.namespace == .live }
        }
    }

    static var trustsAnyMark: DefectTrial {
        DefectTrial { rig in
            _ = try await rig.pay(4_900, [("x-shadow", "1")], shadow: false)
            return try await !rig.export("payments").isEmpty
        }
    }
}

// MARK: Load

extension DefectTrial {
    static var noDeadline: DefectTrial {
        DefectTrial { rig in
            _ = try await rig.pay(4_900, [("x-deadline-ms", "300")])
            try await rig.sleep(.seconds(2))
            let attempts = try await rig.export("attempts")
            return attempts.contains { ($0.number("ended_ms") ?? 0) - ($0.number("sent_ms") ?? 0) > 400 }
        }.bank(ChannelRig.channel(latency: .seconds(1)))
    }

    static var queryStorm: DefectTrial {
        DefectTrial { rig in
            _ = try await rig.pay()
            try await rig.sleep(.seconds(60))
            return rig.banks[0].counters.queries > 3
        }.bankSilent(charged: 0)
    }
}

extension StackRig {
    /// Charges that the shadow bank has booked.
    var charges: [ChannelEntry] {
        banks[0].journal.entriesInMemory.filter { $0.booking == .captured && !$0.flags.contains(.isReplay) }
    }

    /// At the same time; one that fails fails alone.
    func together(_ count: Int, _ body: @escaping (Int) async throws -> Void) async {
        let tasks = (0..<count).map { number in loop.spawn { try? await body(number) } }
        for task in tasks { await task.join() }
    }
}
