package import Audit
package import Evidence
import Numerals
package import PlanModel
import PlanValues
import Timebase

/// Goal: say of every target of a plan whether a run met it, from the run's record alone, so that anyone can judge a
/// stored run again, also by another plan.
///
/// Method: one pure judge for each kind of claim. The generator is always judged, first, and unless it passes no
/// performance can be: a load that was not made as planned proves nothing about who received it. What is measured
/// comes with an interval (`Estimate`), and fails only when the interval excludes the bound. No samples are never a
/// pass, and neither is a target without a judge. Stages that do not count are not looked at.
///
/// It does not drive, measure or read files, and it knows neither clock nor exit code of the process.
package enum Judge {
    /// - Parameter audit: of the run's evidence; nil where there was none.
    package static func judgements(
        of record: RunRecord, targets: [Verdict], audit: AuditReport? = nil
    ) -> [Judgement] {
        let generator = GeneratorJudge(record: record, lagLimit: lagLimit(of: targets)).judgement
        let sight = RunSight(record)
        let limit = targets.goodLimit
        let judged = targets.compactMap { target in
            judgement(of: sight, by: target, limit, audit).map { $0.cut(by: record.ending).held(against: generator) }
        }
        return [generator] + judged + unasked(audit, targets)
    }

    /// What was lost is lost, also where the plan did not ask for it.
    private static func unasked(_ audit: AuditReport?, _ targets: [Verdict]) -> [Judgement] {
        guard let audit else { return [] }
        return AuditCheck.Kind.allCases.compactMap { kind in
            let isAsked = targets.contains { IntegrityJudge.kind(of: $0.claim) == kind }
            let judgement = IntegrityJudge(audit: audit, kind: kind, checks: [], name: kind.rawValue).judgement
            return isAsked || judgement.status != .fail ? nil : judgement
        }
    }

    /// What the run came to by these judgements.
    package static func verdict(of record: RunRecord, _ judgements: [Judgement]) -> RunVerdict {
        RunVerdict(ending: record.ending, judgements: judgements)
    }

    /// The strictest that the plan names.
    private static func lagLimit(of targets: [Verdict]) -> TimeSpan {
        let named = targets.compactMap { target -> TimeSpan? in
            if case .generator(let limit) = target.claim { limit } else { nil }
        }
        return named.min() ?? GeneratorJudge.lagP99Max
    }

    /// Nil for the generator, which is judged anyhow.
    private static func judgement(
        of sight: RunSight, by target: Verdict, _ limit: UInt64?, _ audit: AuditReport?
    ) -> Judgement? {
        let (record, name) = (sight.record, target.name)
        return switch target.claim {
        case .generator: nil
        case .latency(let scope, let limits):
            LatencyJudge(record: record, name: name, scope: scope, limits: limits).judgement
        case .errors(let scope, let bound):
            ErrorsJudge(record: record, name: name, scope: scope, bound: bound).judgement
        case .isolation(let checks), .money(let checks):
            IntegrityJudge.kind(of: target.claim).map {
                IntegrityJudge(audit: audit, kind: $0, checks: checks, name: name).judgement
            }
        case .capacity(let bound, let objective):
            CapacityJudge(sight: sight, name: name, bound: bound, objective: objective).judgement
        case .goodput(let stage, let share):
            GoodputJudge(sight: sight, name: name, stage: stage, share: share, limit: limit).judgement
        case .shed(let p99, let advised, let order, let explicit, let critical):
            ShedJudge(
                sight: sight, name: name, p99: p99, advisedMin: advised?.value, order: order.map(\.rawValue),
                explicitMin: explicit.value, criticalMin: critical.value
            ).judgement
        case .recovery(let after, let share, let within, let latency):
            RecoveryJudge(
                sight: sight, name: name, after: after, share: share, within: within, latencyFactor: latency.value,
                limit: limit
            ).judgement
        case .hysteresis(let ratio):
            HysteresisJudge(sight: sight, name: name, ratio: ratio, limit: limit).judgement
        case .amplification(let writes, let queries):
            AmplificationJudge(sight: sight, name: name, writesMax: writes, queriesMax: queries).judgement
        case .wastedWork(let bound): WastedWorkJudge(sight: sight, name: name, bound: bound).judgement
        case .queue(let series, let cap):
            QueueJudge(sight: sight, name: name, seriesName: series, cap: cap).judgement
        case .blastRadius(let channel, let bound):
            BlastRadiusJudge(sight: sight, name: name, channel: channel, bound: bound).judgement
        case .routing(let channel, let away, let back, let detour):
            RoutingJudge(
                sight: sight, name: name, channel: channel, away: away, back: back, detour: detour
            ).judgement
        case .breaker(let channel, let opensWithin, let closesWithin):
            BreakerJudge(
                sight: sight, name: name, channel: channel, opensWithin: opensWithin, closesWithin: closesWithin
            ).judgement
        case .fairness(let by, let bound): FairnessJudge(sight: sight, name: name, by: by, bound: bound).judgement
        }
    }
}

extension [Verdict] {
    /// Whoever waits longer was not served well: by the objective of the plan's capacity target, where it has one.
    fileprivate var goodLimit: UInt64? {
        compactMap { target in if case .capacity(_, let objective) = target.claim { objective.goodLimit } else { nil } }
            .max()
    }
}

extension Judgement {
    /// What passed so far may still have failed in the time that is missing.
    fileprivate func cut(by ending: Ending) -> Judgement {
        guard status == .pass, let end = ending.at, let window, end < window.span.upperBound else { return self }
        var judgement = self
        judgement.status = .inconclusive
        judgement.reasons.insert(
            "the run broke off at \(Figures.span(end)), before \(Figures.span(window.span.upperBound)), "
                + "where the last of these stages would have ended", at: 0)
        return judgement
    }

    fileprivate func held(against generator: Judgement) -> Judgement {
        guard kind == .performance, generator.status != .pass, status == .pass || status == .fail else { return self }
        var judgement = self
        judgement.status = .inconclusive
        let why = generator.status == .fail ? "failed" : "is \(generator.status.words)"
        judgement.reasons.insert(
            "the generator verdict \(why), so this says nothing about the target; without that it would be a \(status.words)",
            at: 0)
        return judgement
    }
}
