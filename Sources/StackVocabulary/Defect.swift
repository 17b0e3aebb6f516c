/// What can be planted in the reference stack, to see the verdict that is made for it turn red. Off by default.
package enum Defect: String, Sendable, CaseIterable {
    case unboundedQueue = "unbounded-queue"
    case noDeadline = "no-deadline"
    case noRetryBudget = "no-retry-budget"
    case queryStorm = "query-storm"
    case noLimiter = "no-limiter"
    case priorityInversion = "priority-inversion"
    case breakerNeverOpens = "breaker-never-opens"
    case breakerNeverCloses = "breaker-never-closes"
    case routerIgnoresFeedback = "router-ignores-feedback"
    case routerFlaps = "router-flaps"
    case sharedPool = "shared-pool"
    case newReferenceOnRetry = "new-reference-on-retry"
    case claimAfterEffect = "claim-after-effect"
    case timeoutIsFailure = "timeout-is-failure"
    case lateCallbackOverwrites = "late-callback-overwrites"
    case lostNotify = "lost-notify"
    case duplicateEffectNotify = "duplicate-effect-notify"
    case shadowLeakAsync = "shadow-leak-async"
    case shadowLeakCache = "shadow-leak-cache"
    case shadowLeakLog = "shadow-leak-log"
    case liveInShadow = "live-in-shadow"
    case trustsAnyMark = "trusts-any-mark"
    case nonAtomicPosting = "non-atomic-posting"
    case refundRace = "refund-race"
    case hotAccountConvoy = "hot-account-convoy"
    case bufferedDebitOverdraft = "buffered-debit-overdraft"
    case clockRollbackIDs = "clock-rollback-ids"
    case slowShed = "slow-shed"
    case unfairLimiter = "unfair-limiter"
    case metastableRetries = "metastable-retries"

    package var name: String { rawValue }

    /// What is wrong with the stack then, and which verdict must say so.
    package var about: (wrong: String, caughtBy: String) {
        switch self {
        case .unboundedQueue: ("queues have no bound and drop nothing by age", "queue, goodput")
        case .noDeadline: ("work goes on for senders that have given up", "wasted work")
        case .noRetryBudget: ("every failed call to a bank is tried again", "amplification, recovery")
        case .queryStorm: ("unknown payments are asked for at once and all the time", "amplification")
        case .noLimiter: ("nothing is refused at the door", "shed, goodput")
        case .priorityInversion: ("what is worth least is served first", "shed")
        case .breakerNeverOpens: ("a failing bank is asked on", "breaker, blast radius")
        case .breakerNeverCloses: ("a bank that has healed is never asked again", "breaker, recovery")
        case .routerIgnoresFeedback: ("a sick channel keeps its share", "routing")
        case .routerFlaps: ("all traffic follows the best second", "routing")
        case .sharedPool: ("all channels share one pool of connections", "blast radius")
        case .newReferenceOnRetry: ("a retry is a new payment to the bank", "money M2, M3")
        case .claimAfterEffect: ("the key is claimed after the bank was asked", "money M2")
        case .timeoutIsFailure: ("a payment without an answer is called failed", "money M3")
        case .lateCallbackOverwrites: ("a callback changes what was settled", "money M4")
        case .lostNotify: ("notifications are forgotten before they are sent", "money M6")
        case .duplicateEffectNotify: ("a notification that is repeated books again", "money M6")
        case .shadowLeakAsync: ("what a timer starts has lost the mark", "isolation M7, M9")
        case .shadowLeakCache: ("both namespaces share a cache", "isolation M7")
        case .shadowLeakLog: ("drills write into the live log", "isolation M7")
        case .liveInShadow: ("some live payments are written to the shadow store", "isolation M8")
        case .trustsAnyMark: ("a mark is taken without its signature", "isolation canary")
        case .nonAtomicPosting: ("debit and credit are two commits", "money M1")
        case .refundRace: ("refunds look first and book later", "money M5")
        case .hotAccountConvoy: ("postings to one account wait for each other's commit", "capacity, blast radius")
        case .bufferedDebitOverdraft: ("debits are buffered like credits", "money M1, floors")
        case .clockRollbackIDs: ("ids follow a clock that steps back", "money M10")
        case .slowShed: ("the refusal comes after the work", "shed")
        case .unfairLimiter: ("those who come first in the alphabet are let in first", "fairness")
        case .metastableRetries:
            ("callers inside the stack retry without end after an overload", "recovery, hysteresis")
        }
    }
}

extension Defect {
    /// What nobody may overlook who starts, runs or reads of such a stack; nil when nothing is planted.
    package static func warning(of setting: StackSetting) -> String? {
        let planted = allCases.filter(setting.has)
        if planted.isEmpty { return nil }
        return "PLANTED IN THE STACK ON PURPOSE: "
            + planted.map { "\($0.name) (\($0.about.wrong); \($0.about.caughtBy) must say so)" }.joined(separator: ", ")
    }
}
