import Diagnostics
import Evidence
import PlanModel
import PlanValues
import Reporting
import SampleRuns
import Timebase

/// The report that the tests look at.
enum SampleReport {
    static let flashSale = make()

    static let targets: [Verdict] = [
        named(
            "latency",
            .latency(
                Scope(journey: "pay", stage: "baseline"),
                limits: [PercentileLimit(percentile: 99, limit: .milliseconds(40))])),
        named(
            "latency",
            .latency(
                Scope(journey: nil, stage: "flash"),
                limits: [PercentileLimit(percentile: 99, limit: .milliseconds(400))])),
        named("errors", .errors(Scope(journey: nil, stage: nil), atMost: Ratio(0.001))),
        named("recovery", .hysteresis(atLeast: Ratio(0.95))), named("money", .money(checks: [])),
    ]

    static func make() -> Report {
        var record = SampleRun.flashSale.record
        record.events += [
            RunEvent(at: .seconds(34), kind: .fault, text: "the target stalls for 2s"),
            RunEvent(at: .seconds(36), kind: .note, text: "the target sheds"),
        ]
        record.generator.gaps.count = 2
        record.generator.gaps.sum = .milliseconds(7)
        record.generator.gaps.longest = .milliseconds(5)
        return Report(record, targets: targets)
    }

    private static func named(_ name: String, _ claim: Verdict.Claim) -> Verdict {
        Verdict(claim: claim, name: name, span: SourceSpan(SourceText(name: "plan.yaml", bytes: []), 0..<0))
    }
}
