import StackVocabulary

/// Which plan of the matrix shows a defect, and what has to turn red.
struct ProofCase: Sendable, Equatable {
    let defect: Defect
    /// Its name below `plans/matrix`.
    let plan: String
    /// Names of targets or of the audit's checks: one of them is enough. `preflight` is the refusal of a canary.
    let own: [String]

    /// The plans, in the order in which they are told.
    static let plans = ["overload", "hasty", "brownout", "silence", "storm", "hot", "ledger"]

    /// A defect that no whole drill can show, and why. What it is made for has tests of its own.
    static let unshown: [(defect: Defect, why: String)] = [
        (
            .bufferedDebitOverdraft,
            "the stack pays out nothing but what came in for the same payment, so no drill can overdraw an account"
        )
    ]

    static let all: [ProofCase] = Defect.allCases.compactMap { defect in
        plan(of: defect).map { ProofCase(defect: defect, plan: $0, own: names(in: defect.caughtBy)) }
    }

    private static func plan(of defect: Defect) -> String? {
        switch defect {
        case .unboundedQueue, .noLimiter, .priorityInversion, .slowShed, .unfairLimiter, .metastableRetries: "overload"
        case .noDeadline: "hasty"
        case .breakerNeverOpens, .breakerNeverCloses, .routerIgnoresFeedback, .routerFlaps: "brownout"
        case .sharedPool, .queryStorm: "silence"
        case .noRetryBudget: "storm"
        case .hotAccountConvoy: "hot"
        case .newReferenceOnRetry, .claimAfterEffect, .timeoutIsFailure, .lateCallbackOverwrites, .lostNotify,
            .duplicateEffectNotify, .shadowLeakAsync, .shadowLeakCache, .shadowLeakLog, .liveInShadow, .trustsAnyMark,
            .nonAtomicPosting, .refundRace, .clockRollbackIDs:
            "ledger"
        case .bufferedDebitOverdraft: nil
        }
    }

    /// `["M2", "M3"]` of `money M2, M3`; `["queue", "goodput"]` of `queue, goodput`.
    private static func names(in words: String) -> [String] {
        words.split(separator: ",").flatMap { part -> [String] in
            let name = part.drop { $0 == " " }
            guard let kind = ["money ", "isolation "].first(where: { name.hasPrefix($0) }) else {
                return [String(name)]
            }
            let check = String(name.dropFirst(kind.count))
            // Before traffic the canaries ask the same of the stack.
            if check == "canary" { return ["preflight"] }
            return kind == "isolation " ? [check, "preflight"] : [check]
        }
    }
}
