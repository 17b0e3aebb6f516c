// Goal: everything that is asked of a target's capacity, as one list of drills that grows with what they come to.
//
//     search and confirm -> goodput at 0.5, 2, 3, 5 and 10 times the knee -> up and down around it -> report
//
// Method: whoever drives takes one step after the other, drives its plan, and hands back the record; it may be a live loop, a
// simulated one, or a test that makes records up. Everything here is a function of plan, setting and records, so that a
// rehearsed search is the same to the byte each time. Each step has a seed of its own below the search's.
//
// Not here: driving, files, words for a terminal.

package import Audit
package import Evidence
package import PlanModel
import PlanValues
import SeededRandom
import Timebase
package import Verdicts

package struct CapacityCourse: Sendable {
    package struct Step: Sendable {
        /// From 1.
        package let number: Int
        package let probe: Probe
        package let plan: Plan
        package let seed: UInt64

        /// `03-search-412`
        package var name: String {
            let rate = Int(probe.perSecond.rounded())
            return "\(number < 10 ? "0" : "")\(number)-\(probe.purpose.rawValue)-\(rate)"
        }
    }

    /// Times the knee; the knee itself was confirmed.
    package static let multiples = [0.5, 2, 3, 5, 10]
    static let warmUp = TimeSpan.seconds(3)
    /// A schedule that is drawn has somewhat fewer now and then.
    private static let arrivalsMargin = 1.05

    private let plan: Plan
    private let setting: CapacitySetting
    private let root: Seed
    private var search: KneeSearch
    private var ahead: [Probe] = []
    private var isAhead = false
    private var probes: [ProbeRecord] = []
    private var hysteresis: HysteresisFigures?
    private var stop: CapacityReport.Stop?
    /// The probes nearest to the knee on both sides, for the limiting hop.
    private var (below, beyond): (Witness?, Witness?)

    private struct Witness: Sendable {
        let perSecond: Double
        let record: RunRecord
    }

    package init(_ plan: Plan, _ setting: CapacitySetting) {
        self.plan = plan
        self.setting = setting
        root = Seed(setting.seed).split("capacity")
        var search = KneeSearch.Setting(
            guess: plan.guess(setting), declared: setting.declared?.perSecond, hold: setting.hold)
        search.width = setting.width
        search.arrivalsMin = setting.objective.requestsMin * Self.arrivalsMargin
        self.search = KneeSearch(search)
    }

    /// What lies beyond a knee that is known already.
    init(_ plan: Plan, _ setting: CapacitySetting, beyond knee: Knee) {
        self.init(plan, setting)
        search = KneeSearch(found: knee)
    }

    // MARK: Asking

    /// Nil when there is no more to drive.
    package mutating func next() -> Step? {
        guard stop == nil, let probe = nextProbe() else { return nil }
        let number = probes.count + 1
        return Step(
            number: number, probe: probe, plan: plan.probing(stages(probe), setting),
            seed: seed(number))
    }

    /// Of ten digits at most: longer numbers may be taken for a card's, and masked wherever they are told.
    private func seed(_ number: Int) -> UInt64 { root.child(number).bits >> 32 }

    private mutating func nextProbe() -> Probe? {
        if let probe = search.next() { return probe }
        if !isAhead, case .found(let knee) = search.end {
            isAhead = true
            let asked = Self.multiples.map { $0 * knee.perSecond }
                .filter { $0 <= KneeSearch.perSecondRange.upperBound }
            ahead = asked.map { Probe(.goodput, perSecond: $0, hold: setting.hold) }
            ahead.append(Probe(.hysteresis, perSecond: knee.perSecond, hold: setting.hold))
        }
        return ahead.first
    }

    private func stages(_ probe: Probe) -> [(name: String, perSecond: Double, span: TimeSpan, counts: Bool)] {
        guard probe.purpose == .hysteresis else {
            return [
                ("warm-up", probe.perSecond, Self.warmUp, false), ("hold", probe.perSecond, probe.hold, true),
            ]
        }
        let steps = HysteresisFigures.steps
        let levels = steps.map { ("up", $0) } + steps.dropLast().reversed().map { ("down", $0) }
        let first = probe.perSecond * steps[0]
        return [(name: "warm-up", perSecond: first, span: Self.warmUp, counts: false)]
            + levels.map { way, share in
                (
                    name: "\(way)-\(Int((share * 100).rounded()))", perSecond: probe.perSecond * share,
                    span: probe.hold, counts: true
                )
            }
    }

    // MARK: Taking

    /// What the step that was asked for last has come to.
    package mutating func take(_ record: RunRecord, _ audit: AuditReport?, _ judgements: [Judgement]) {
        guard let probe = search.next() ?? ahead.first else { return }
        let generator = judgements.first { $0.kind == .generator }
        let figures = generator.flatMap {
            ProbeFigures(record, generator: $0, objective: setting.objective)
        }
        let number = probes.count + 1
        let taken = ProbeRecord(
            number: number, probe: probe, seed: seed(number), figures: figures,
            violations: judgements.filter { $0.kind == .integrity && $0.status == .fail }.map {
                "\($0.name): \($0.reasons.first ?? $0.observed)"
            })
        probes.append(taken)
        note(record.ending)
        keep(record, of: taken)
        if search.end == nil {
            search.take(taken.standing, leansGood: figures?.leansGood ?? false)
        } else {
            takeAhead(taken, record, isMade: generator?.status == .pass)
        }
    }

    /// A step could not be driven: a preflight that stood against it, a disk that is full.
    package mutating func refuse(_ reason: String) { stop = .refused(reason) }

    /// Somebody wants no more, between two drills or in one.
    package mutating func interrupt(by signal: Int32) { stop = .interrupted(signal: signal) }

    /// What was asked for last beyond the knee is not driven.
    mutating func leaveOut() { if search.end != nil, !ahead.isEmpty { ahead.removeFirst() } }

    /// Of the probes that were taken.
    package var last: ProbeRecord? { probes.last }

    private mutating func takeAhead(_ taken: ProbeRecord, _ record: RunRecord, isMade: Bool) {
        ahead.removeFirst()
        if taken.probe.purpose == .hysteresis {
            hysteresis = HysteresisFigures(
                record, knee: taken.probe.perSecond, objective: setting.objective, isMade: isMade)
            if hysteresis?.status == .inconclusive, taken.probe.hold == setting.hold {
                ahead = [Probe(.hysteresis, perSecond: taken.probe.perSecond, hold: setting.hold * 2)]
            }
        } else if taken.standing == .notMade {
            // What could not be made cannot be made faster.
            ahead.removeAll { $0.purpose == .goodput && $0.perSecond > taken.probe.perSecond }
        }
    }

    private mutating func note(_ ending: Ending) {
        switch ending {
        case .interrupted(_, let signal): stop = .interrupted(signal: signal)
        case .aborted(_, let text): stop = .aborted(text)
        case .completed, .failed: break
        }
    }

    private mutating func keep(_ record: RunRecord, of taken: ProbeRecord) {
        let rate = taken.probe.perSecond
        guard taken.probe.purpose != .hysteresis else { return }
        switch taken.standing {
        case .good where rate >= below?.perSecond ?? 0:
            below = Witness(perSecond: rate, record: record)
            // A rate that was found bad by accident.
            if let bad = beyond, bad.perSecond <= rate { beyond = nil }
        case .bad where rate <= beyond?.perSecond ?? .infinity: beyond = Witness(perSecond: rate, record: record)
        case .good, .bad, .undecided, .notMade: break
        }
    }

    // MARK: Telling

    package func report(version: String) -> CapacityReport {
        var report = CapacityReport(plan: plan, setting: setting, version: version)
        report.end = search.end
        report.stop = stop
        report.probes = probes
        report.hysteresis = hysteresis
        report.stack = below?.record.stack ?? beyond?.record.stack
        report.fit = ScalabilityFit(points, seed: root)
        guard let knee = report.knee else { return report }
        report.hop = LimitingHop(
            beyond: beyond?.record, below: below?.record, channels: setting.channels)
        report.instances = setting.target.map { InstanceEstimate(target: $0.perSecond, knee: knee) }
        return report
    }

    /// Of probes whose load was made, and whose requests took a small part of the time: where a queue grows all along, what was
    /// answered behind the end counts as throughput, and never was one.
    private var points: [ScalabilityFit.Point] {
        probes.filter { $0.probe.purpose != .hysteresis && $0.standing != .notMade }.compactMap { probe in
            guard let figures = probe.figures,
                figures.concurrency * Self.lastingMin <= figures.throughput * probe.probe.hold.seconds
            else { return nil }
            return ScalabilityFit.Point(concurrency: figures.concurrency, throughput: figures.throughput)
        }
    }

    /// Times the mean latency.
    private static let lastingMin = 10.0
}
