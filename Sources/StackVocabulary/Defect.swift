/// What can be planted in the reference stack, to see the verdict that is made for it turn red. Off by default.
package enum Defect: UInt8, Sendable, CaseIterable {
    case unboundedQueue
    case noDeadline
    case noRetryBudget
    case queryStorm
    case noLimiter
    case priorityInversion
    case breakerNeverOpens
    case breakerNeverCloses
    case routerIgnoresFeedback
    case routerFlaps
    case sharedPool
    case newReferenceOnRetry
    case claimAfterEffect
    case timeoutIsFailure
    case lateCallbackOverwrites
    case lostNotify
    case duplicateEffectNotify
    case shadowLeakAsync
    case shadowLeakCache
    case shadowLeakLog
    case liveInShadow
    case trustsAnyMark
    case nonAtomicPosting
    case refundRace
    case hotAccountConvoy
    case bufferedDebitOverdraft
    case clockRollbackIDs
    case slowShed
    case unfairLimiter
    case metastableRetries

    package init?(name: String) {
        guard let defect = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = defect
    }

    package var name: String { description.name }
    package var wrong: String { description.wrong }
    /// The verdicts that must turn red.
    package var caughtBy: String { description.caughtBy }

    private var description: (name: String, wrong: String, caughtBy: String) {
        switch self {
        case .unboundedQueue: ("unbounded-queue", "queues have no bound and drop nothing by age", "queue, goodput")
        case .noDeadline: ("no-deadline", "work goes on for senders that have given up", "wasted work")
        case .noRetryBudget:
            ("no-retry-budget", "every failed call to a bank is tried again", "amplification, recovery")
        case .queryStorm: ("query-storm", "unknown payments are asked for at once and all the time", "amplification")
        case .noLimiter: ("no-limiter", "nothing is refused at the door", "shed, goodput")
        case .priorityInversion: ("priority-inversion", "what is worth least is served first", "shed")
        case .breakerNeverOpens: ("breaker-never-opens", "a failing bank is asked on", "breaker, blast radius")
        case .breakerNeverCloses:
            ("breaker-never-closes", "a bank that has healed is never asked again", "breaker, recovery")
        case .routerIgnoresFeedback: ("router-ignores-feedback", "a sick channel keeps its share", "routing")
        case .routerFlaps: ("router-flaps", "all traffic follows the best second", "routing")
        case .sharedPool: ("shared-pool", "all channels share one pool of connections", "blast radius")
        case .newReferenceOnRetry: ("new-reference-on-retry", "a retry is a new payment to the bank", "money M2, M3")
        case .claimAfterEffect: ("claim-after-effect", "the key is claimed after the bank was asked", "money M2, M3")
        case .timeoutIsFailure: ("timeout-is-failure", "a payment without an answer is called failed", "money M3")
        case .lateCallbackOverwrites: ("late-callback-overwrites", "a callback changes what was settled", "money M4")
        case .lostNotify: ("lost-notify", "notifications are forgotten before they are sent", "money M6")
        case .duplicateEffectNotify:
            ("duplicate-effect-notify", "a notification that is repeated books again", "money M2, M6")
        case .shadowLeakAsync: ("shadow-leak-async", "what a timer starts has lost the mark", "isolation M7, M9")
        case .shadowLeakCache: ("shadow-leak-cache", "both namespaces share a cache", "isolation M7")
        case .shadowLeakLog: ("shadow-leak-log", "drills write into the live log", "isolation M7")
        case .liveInShadow: ("live-in-shadow", "some live payments are written to the shadow store", "isolation M8")
        case .trustsAnyMark: ("trusts-any-mark", "a mark is taken without its signature", "isolation canary")
        case .nonAtomicPosting: ("non-atomic-posting", "debit and credit are two commits", "money M1")
        case .refundRace: ("refund-race", "refunds look first and book later", "money M5")
        case .hotAccountConvoy:
            ("hot-account-convoy", "postings to one account wait for each other's commit", "capacity, blast radius")
        case .bufferedDebitOverdraft:
            ("buffered-debit-overdraft", "debits are buffered like credits", "money M1, floors")
        case .clockRollbackIDs: ("clock-rollback-ids", "ids follow a clock that steps back", "money M10")
        case .slowShed: ("slow-shed", "the refusal comes after the work", "shed")
        case .unfairLimiter: ("unfair-limiter", "those who come first in the alphabet are let in first", "fairness")
        case .metastableRetries:
            (
                "metastable-retries", "callers inside the stack retry without end after an overload",
                "recovery, hysteresis"
            )
        }
    }
}

extension Defect {
    /// What nobody may overlook who starts, runs or reads of such a stack; nil when nothing is planted.
    package static func warning(of setting: StackSetting) -> String? {
        let planted = allCases.filter(setting.has)
        if planted.isEmpty { return nil }
        return "PLANTED IN THE STACK ON PURPOSE: "
            + planted.map { "\($0.name) (\($0.wrong); \($0.caughtBy) must say so)" }.joined(separator: ", ")
    }
}
