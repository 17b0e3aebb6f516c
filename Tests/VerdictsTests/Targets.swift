import Diagnostics
import PlanModel
import PlanValues
import Timebase

extension Verdict {
    static func named(_ name: String, _ claim: Claim) -> Verdict {
        Verdict(claim: claim, name: name, span: SourceSpan(SourceText(name: "plan.yaml", bytes: []), 0..<0))
    }

    static func latency(
        _ limit: TimeSpan, percentile: Double = 99, journey: String? = nil, stage: String? = nil
    ) -> Verdict {
        named(
            "latency",
            .latency(
                Scope(journey: journey, stage: stage),
                limits: [PercentileLimit(percentile: percentile, limit: limit)]))
    }

    static func errors(_ bound: Double, journey: String? = nil, stage: String? = nil) -> Verdict {
        named("errors", .errors(Scope(journey: journey, stage: stage), atMost: Ratio(bound)))
    }
}
