import Evidence
package import PlanModel
package import PlanValues
package import Timebase

/// What a search for the capacity of a plan's target is to be.
package struct CapacitySetting: Sendable {
    package var objective: CapacityObjective
    /// What the plan says that its target holds.
    package var declared: Rate?
    /// What counts of each probe.
    package var hold: TimeSpan
    /// Of both ends of the knee, as a share of it.
    package var width = 0.05
    package var seed: UInt64
    /// For which instances are to be counted.
    package var target: Rate?
    package var isRehearsed: Bool
    /// Names of the plan's mock banks.
    package var channels: [String]

    package static let holdStandard = TimeSpan.seconds(10)
    package static let holdRange = TimeSpan.seconds(5)...TimeSpan.seconds(600)

    /// - Parameter objective: what was said beside the plan; nil for the plan's own, or the standard.
    package init(_ plan: Plan, objective: CapacityObjective? = nil, seed: UInt64? = nil, isRehearsed: Bool = false) {
        let claim = plan.targets.lazy.compactMap { target -> (Rate, Objective)? in
            if case .capacity(let rate, let objective) = target.claim { (rate, objective) } else { nil }
        }.first
        let planned = claim.map {
            CapacityObjective(limits: $0.1.limits, failures: $0.1.errors, source: .plan)
        }
        self.objective = objective ?? planned ?? .standard
        declared = claim?.0
        hold = Self.holdStandard
        self.seed = seed ?? plan.seed
        self.isRehearsed = isRehearsed
        channels = []
    }
}
