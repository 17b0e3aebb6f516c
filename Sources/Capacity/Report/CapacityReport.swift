// Goal: what a search for the capacity came to, for people and for programs: the knee and how sure it is, what is left of the
// goodput beyond it, whether the target comes back, what limits it, and what that means for a rate that is wanted.
//
// Method: kept are the probes and what was fitted; all else follows from them, here and nowhere else. It is a function of plan,
// setting and records; a search that was broken off has what it came to until then.
//
// Not here: the terminal's tables and the page.

package import Evidence
import PlanModel
package import PlanValues
package import Timebase
package import Verdicts

package struct CapacityReport: Sendable {
    /// What broke a search off.
    package enum Stop: Sendable, Equatable {
        case interrupted(signal: Int32)
        /// By a guard of the plan.
        case aborted(String)
        /// A drill did not begin, or left no report.
        case refused(String)
    }

    package let plan: String
    package let about: String?
    package let seed: UInt64
    package let version: String
    package let isRehearsed: Bool
    package let objective: CapacityObjective
    package let declared: Rate?
    package let hold: TimeSpan
    package let width: Double
    package let target: Rate?
    package internal(set) var end: SearchEnd?
    package internal(set) var stop: Stop?
    package internal(set) var probes: [ProbeRecord] = []
    package internal(set) var hysteresis: HysteresisFigures?
    package internal(set) var fit: ScalabilityFit?
    package internal(set) var hop: LimitingHop?
    package internal(set) var instances: InstanceEstimate?
    /// Nil where the target was not the run's own stack.
    package internal(set) var stack: StackRecord?

    init(plan: Plan, setting: CapacitySetting, version: String) {
        self.plan = plan.name
        about = plan.about
        seed = setting.seed
        self.version = version
        isRehearsed = setting.isRehearsed
        objective = setting.objective
        declared = setting.declared
        hold = setting.hold
        width = setting.width
        target = setting.target
    }
}

// MARK: What follows

extension CapacityReport {
    package struct Collapse: Sendable, Equatable {
        /// Offered, where the goodput was lost.
        package let perSecond: Double
        package let goodput: Double
    }

    /// Of the peak, below which a goodput has collapsed.
    package static let collapseShare = 0.8

    package var knee: Knee? { if case .found(let knee) = end { knee } else { nil } }

    /// All probes of one rate whose load was made, by rising rate; of several at one rate the longest, and of
    /// those the last.
    package var curve: [ProbeRecord] {
        let made = probes.filter { $0.probe.purpose != .hysteresis && $0.standing != .notMade && $0.figures != nil }
        let sorted = made.sorted {
            ($0.probe.perSecond, $1.probe.hold, $1.number) < ($1.probe.perSecond, $0.probe.hold, $0.number)
        }
        return sorted.enumerated().filter { place, probe in
            place == 0 || sorted[place - 1].probe.perSecond != probe.probe.perSecond
        }.map(\.element)
    }

    package var peak: ProbeRecord? { curve.max { $0.goodput < $1.goodput } }

    /// The smallest rate beyond the peak at which surely too little of it is left; nil where none was seen. The peak is the
    /// best of many measurements and so a lucky one: what it surely reached is what counts.
    package var collapse: Collapse? {
        guard let peak, let reached = peak.figures?.goodput.low else { return nil }
        let lost = curve.first {
            $0.probe.perSecond > peak.probe.perSecond
                && $0.figures?.goodput.high ?? .infinity < Self.collapseShare * reached
        }
        return lost.map { Collapse(perSecond: $0.probe.perSecond, goodput: $0.goodput) }
    }

    /// At that many times the knee; nil where it was not probed.
    package func goodput(times multiple: Double) -> (probe: ProbeRecord, ofPeak: Double)? {
        guard let knee, let peak, peak.goodput > 0 else { return nil }
        let wanted = knee.perSecond * multiple
        guard let probe = curve.first(where: { abs($0.probe.perSecond - wanted) < wanted * 1e-9 }) else { return nil }
        return (probe, probe.goodput / peak.goodput)
    }

    package var violations: [(probe: ProbeRecord, words: String)] {
        probes.flatMap { probe in probe.violations.map { (probe, $0) } }
    }

    /// Exit codes as of a run. A knee that is found is what was asked for; only what the plan declares can be missed.
    package var verdict: RunVerdict {
        if !violations.isEmpty { return .integrityFailed }
        switch stop {
        case .interrupted(let signal): return .interrupted(signal: signal)
        case .aborted: return .aborted
        case .refused: return .inconclusive
        case nil: break
        }
        if case .neverHeld(let perSecond) = end, let declared, declared.perSecond >= perSecond { return .missed }
        guard let knee else { return .inconclusive }
        guard let declared = declared?.perSecond else { return .met }
        if let low = knee.low, declared <= low { return .met }
        if let high = knee.high, declared >= high { return .missed }
        return .inconclusive
    }
}
