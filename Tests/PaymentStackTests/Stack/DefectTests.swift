import ChannelMock
import ChannelProfile
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

// Each defect does its own harm, and none is there without it. What needs a whole stack to be seen is seen here
// (`DefectTrial`); the others are tested where their mechanism is:
//
//     unboundedQueue noLimiter priorityInversion slowShed unfairLimiter metastableRetries   OverloadTests
//     noRetryBudget breakerNeverOpens breakerNeverCloses sharedPool                         SickBankTests
//     routerIgnoresFeedback routerFlaps                                                     RoutingTests
//     hotAccountConvoy                                                                      LedgerDefectTests

/// Of all that can be planted.
@Suite struct DefectTests {
    static let seenElsewhere: Set<Defect> = [
        .unboundedQueue, .noLimiter, .priorityInversion, .slowShed, .unfairLimiter, .metastableRetries,
        .noRetryBudget, .breakerNeverOpens, .breakerNeverCloses, .sharedPool, .routerIgnoresFeedback, .routerFlaps,
        .hotAccountConvoy,
    ]

    static let seenHere = Defect.allCases.filter { trial(of: $0) != nil }

    /// Nil for one that is seen elsewhere.
    private static func trial(of defect: Defect) -> DefectTrial? {
        switch defect {
        case .claimAfterEffect: .claimAfterEffect
        case .timeoutIsFailure: .timeoutIsFailure
        case .lateCallbackOverwrites: .lateCallbackOverwrites
        case .refundRace: .refundRace
        case .newReferenceOnRetry: .newReferenceOnRetry
        case .nonAtomicPosting: .nonAtomicPosting
        case .bufferedDebitOverdraft: .bufferedDebitOverdraft
        case .clockRollbackIDs: .clockRollbackIDs
        case .duplicateEffectNotify: .duplicateEffectNotify
        case .lostNotify: .lostNotify
        case .shadowLeakCache: .shadowLeakCache
        case .shadowLeakLog: .shadowLeakLog
        case .shadowLeakAsync: .shadowLeakAsync
        case .liveInShadow: .liveInShadow
        case .trustsAnyMark: .trustsAnyMark
        case .noDeadline: .noDeadline
        case .queryStorm: .queryStorm
        case .unboundedQueue, .noLimiter, .priorityInversion, .slowShed, .unfairLimiter, .metastableRetries,
            .noRetryBudget, .breakerNeverOpens, .breakerNeverCloses, .sharedPool, .routerIgnoresFeedback, .routerFlaps,
            .hotAccountConvoy:
            nil
        }
    }

    @Test(arguments: seenHere, [1, 2, 3] as [UInt64])
    func `a defect does its own harm, and without it there is none`(defect: Defect, seed: UInt64) throws {
        let trial = try #require(Self.trial(of: defect))
        #expect(try trial.run(defect, seed: seed), "\(defect.name) is planted, and nothing is seen; seed \(seed)")
        let isSeen = try trial.run(nil, seed: seed)
        #expect(!isSeen, "the harm of \(defect.name) is seen, and it is not planted; seed \(seed)")
    }

    @Test func `what was planted in a file does not harm the next start`() throws {
        var setting = StackSetting()
        setting.bankTimeout = .seconds(1)
        setting.query.first = .seconds(2)
        let silence = ChannelRig.fault(.timeout(rate: Ratio(1), charged: Ratio(1)))
        try StackRig.run(faults: [silence], setting) { rig in
            let switches = rig.stack.order.setting.defects
            switches.set([.liveInShadow])
            await rig.together(40) { _ in _ = try await rig.pay(shadow: false) }
            switches.set([])
            try await rig.crash()
            try await rig.sleep(.seconds(60))
            let strays = try await rig.export("payments")
            #expect(!strays.isEmpty && strays.allSatisfy { $0.text("state") == "unknown" })
            #expect(rig.banks[0].counters.requests + rig.banks[0].counters.queries == 0)
        }
    }

    @Test func `no defect is forgotten`() {
        #expect(Self.seenElsewhere.isDisjoint(with: Self.seenHere))
        #expect(Self.seenElsewhere.union(Self.seenHere) == Set(Defect.allCases))
    }
}
