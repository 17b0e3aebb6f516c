package import Diagnostics
package import PlanValues
package import Timebase

/// A target of the plan, to be judged from evidence.
package struct Verdict: Sendable {
    package enum Claim: Sendable {
        case capacity(atLeast: Rate, objective: Objective)
        case latency(Scope, limits: [PercentileLimit])
        case errors(Scope, atMost: Ratio)
        case goodput(stage: String, atLeast: Share)
        /// `advised`: of rejections that say when to come back; nil where they need not. `explicit`: of refusals and errors
        /// under overload. `critical`: of the highest tier, while lower ones can be shed.
        case shed(p99: TimeSpan?, advised: Ratio?, order: [Priority], explicit: Ratio, critical: Ratio)
        /// `p99`: at most this times the reference's.
        case recovery(after: String, to: Share, within: TimeSpan, p99: Factor)
        case hysteresis(atLeast: Ratio)
        case amplification(writesAtMost: Double, queriesAtMost: Double)
        case wastedWork(atMost: Ratio)
        case queue(series: String, atMost: Double)
        case blastRadius(channel: String, atMost: Factor)
        case routing(channel: String, awayWithin: TimeSpan, backWithin: TimeSpan, Detour)
        case breaker(channel: String, opensWithin: TimeSpan, closesWithin: TimeSpan)
        case fairness(by: String, atLeast: Double)
        case generator(lagP99: TimeSpan)
        /// By these checks of the audit; all of its kind when empty.
        case isolation(checks: [String])
        case money(checks: [String])
    }

    /// The audit's checks, by the names that reports tell them under.
    package static let moneyChecks = ["M1", "M2", "M3", "M4", "M5", "M6", "M10", "R", "U"]
    package static let isolationChecks = ["M7", "M8", "M9"]

    package let claim: Claim
    /// The words of the plan.
    package let name: String
    package let span: SourceSpan

    package init(claim: Claim, name: String, span: SourceSpan) {
        self.claim = claim
        self.name = name
        self.span = span
    }
}

/// When a channel counts as left, and as back. Shares are parts of its former share of all writes.
package struct Detour: Sendable {
    /// At most this: the channel is left.
    package let awayShare: Ratio
    /// At least this: traffic is back.
    package let backShare: Ratio
    /// Shares are taken over so much time.
    package let over: TimeSpan
    /// Changes of direction, at most.
    package let turns: Int

    package init(
        awayShare: Ratio = Ratio(0.2), backShare: Ratio = Ratio(0.8), over: TimeSpan = .seconds(3), turns: Int = 2
    ) {
        self.awayShare = awayShare
        self.backShare = backShare
        self.over = over
        self.turns = turns
    }
}

/// When an answer is good enough.
package struct Objective: Sendable {
    package let limits: [PercentileLimit]
    package let errors: Ratio?

    package init(limits: [PercentileLimit], errors: Ratio?) {
        self.limits = limits
        self.errors = errors
    }
}

/// `p99: 400ms`.
package struct PercentileLimit: Sendable {
    package let percentile: Double
    package let limit: TimeSpan

    package init(percentile: Double, limit: TimeSpan) {
        self.percentile = percentile
        self.limit = limit
    }
}

/// What a target looks at; nil for all of it.
package struct Scope: Sendable {
    package let journey: String?
    package let stage: String?

    package init(journey: String?, stage: String?) {
        self.journey = journey
        self.stage = stage
    }
}

/// `90% of peak`, `95% of baseline`.
package struct Share: Sendable {
    package let ratio: Ratio
    /// `peak`, or a stage.
    package let reference: String

    package init(ratio: Ratio, reference: String) {
        self.ratio = ratio
        self.reference = reference
    }
}
