import Evidence
package import JSON
import PlanModel
import PlanValues
import StackVocabulary
import Timebase
import Verdicts

/// capacity.json, described for others in docs/formats/capacity.md.
extension CapacityReport {
    package static let format = "spillway-capacity"
    package static let formatVersion: UInt64 = 1
    package static let jsonName = "capacity.json"
    package static let pageName = "capacity.html"

    package var json: JSONValue {
        .present([
            ("format", .text(Self.format)), ("version", .count(Self.formatVersion)),
            ("outcome", outcome), ("plan", .text(plan)), ("about", about.map(JSONValue.text)), ("seed", .count(seed)),
            ("spillway", .text(version)), ("world", .text(isRehearsed ? "rehearsed" : "live")),
            ("objective", objective.json), ("declared_per_s", declared.map { .rounded($0.perSecond) }),
            ("hold_s", .rounded(hold.seconds)), ("width", .rounded(width)), ("knee", knee?.json),
            ("peak", peak.map(Self.point)),
            ("collapse", collapse.map { Self.point($0.perSecond, $0.goodput) }), ("multiples", multiples),
            ("hysteresis", hysteresis?.json), ("limiting_hop", hop?.json), ("scalability", fit?.json),
            ("instances", instances?.json), ("probes", .array(probes.map(\.json))),
        ])
    }

    private var outcome: JSONValue {
        let planted = stack?.defects ?? []
        return .present([
            ("verdict", .text(verdict.name)), ("exit_code", .integer(Int64(verdict.exitCode))),
            ("end", .text(stop?.name ?? end?.name ?? "unfinished")), ("words", .text(headline)),
            ("planted", planted.isEmpty ? nil : .texts(planted.map(\.name))),
            ("violations", violations.isEmpty ? nil : .texts(violationWords)),
        ])
    }

    private var multiples: JSONValue? {
        let rows = CapacityCourse.multiples.compactMap { multiple in
            goodput(times: multiple).map { found in
                JSONValue.object([
                    ("times", .number(multiple)), ("offered_per_s", .rounded(found.probe.probe.perSecond)),
                    ("goodput_per_s", .rounded(found.probe.goodput)), ("of_peak", .rounded(found.ofPeak)),
                ])
            }
        }
        return rows.isEmpty ? nil : .array(rows)
    }

    private static func point(_ probe: ProbeRecord) -> JSONValue { point(probe.probe.perSecond, probe.goodput) }

    private static func point(_ offered: Double, _ goodput: Double) -> JSONValue {
        .object([("offered_per_s", .rounded(offered)), ("goodput_per_s", .rounded(goodput))])
    }
}

extension JSONValue {
    /// To a millionth; what is not finite is null.
    fileprivate static func rounded(_ value: Double) -> JSONValue {
        value.isFinite ? .number((value * 1e6).rounded() / 1e6) : .null
    }

    fileprivate static func fine(_ value: Double) -> JSONValue {
        value.isFinite ? .number((value * 1e9).rounded() / 1e9) : .null
    }

    fileprivate static func milliseconds(_ nanoseconds: UInt64) -> JSONValue { .rounded(Double(nanoseconds) / 1e6) }

    fileprivate static func range(_ range: ClosedRange<Double>) -> JSONValue {
        .array([.fine(range.lowerBound), .fine(range.upperBound)])
    }
}

extension CapacityObjective {
    fileprivate var json: JSONValue {
        .present([
            ("source", .text(source.rawValue)),
            (
                "limits",
                .array(
                    limits.map { limit in
                        .object([
                            ("percentile", .number(limit.percentile)),
                            ("limit_ms", .rounded(limit.limit.seconds * 1e3)),
                        ])
                    })
            ), ("failures_max", failures.map { .rounded($0.value) }),
        ])
    }
}

extension Knee {
    fileprivate var json: JSONValue {
        .present([
            ("per_s", .rounded(perSecond)), ("low_per_s", low.map(JSONValue.rounded)),
            ("high_per_s", high.map(JSONValue.rounded)),
        ])
    }
}

extension SearchEnd {
    fileprivate var name: String {
        switch self {
        case .found: "found"
        case .notMade: "not_made"
        case .neverBroke: "never_broke"
        case .neverHeld: "never_held"
        case .notConfirmed: "not_confirmed"
        case .exhausted: "exhausted"
        }
    }
}

extension CapacityReport.Stop {
    fileprivate var name: String {
        switch self {
        case .interrupted: "interrupted"
        case .aborted: "aborted"
        case .refused: "refused"
        }
    }
}

extension ProbeRecord {
    fileprivate var json: JSONValue {
        .present([
            ("number", .count(number)), ("purpose", .text(probe.purpose.rawValue)),
            ("rate_per_s", .rounded(probe.perSecond)), ("hold_s", .rounded(probe.hold.seconds)),
            ("seed", .count(seed)), ("standing", .text(standing.rawValue)),
            ("violations", violations.isEmpty ? nil : .texts(violations)), ("figures", figures?.json),
        ])
    }
}

extension ProbeFigures {
    fileprivate var json: JSONValue {
        .present([
            ("offered_per_s", .rounded(offered)), ("begun_per_s", .rounded(begun)),
            ("goodput_per_s", .rounded(goodput.value)),
            ("goodput_95", .array([.rounded(goodput.low), .rounded(goodput.high)])), ("good_share", .rounded(share)),
            ("requests", .count(requests)), ("shed", .count(shed)), ("errors", .count(errors)),
            ("p50_ms", p50.map(JSONValue.milliseconds)), ("p99_ms", p99.map(JSONValue.milliseconds)),
            ("throughput_per_s", .rounded(throughput)), ("concurrency", .rounded(concurrency)),
            ("reasons", .texts(reasons)),
        ])
    }
}

extension HysteresisFigures {
    fileprivate var json: JSONValue {
        .object([
            ("status", .text(status.rawValue)), ("ratio_min", .number(Self.ratioMin)),
            (
                "levels",
                .array(
                    levels.map { level in
                        .present([
                            ("rate_per_s", .rounded(level.perSecond)), ("good_share_up", .rounded(level.up)),
                            ("good_share_down", .rounded(level.down)),
                            ("ratio", level.ratio.map { .rounded($0.value) }),
                            ("ratio_95", level.ratio.map { .array([.rounded($0.low), .rounded($0.high)]) }),
                        ])
                    })
            ),
        ])
    }
}

extension LimitingHop {
    fileprivate var json: JSONValue {
        let name: String? =
            switch part {
            case .bank(let name), .sign(let name): name
            default: nil
            }
        return .present([
            ("part", .text(part.name)), ("name", name.map(JSONValue.text)), ("evidence", .texts(evidence)),
        ])
    }
}

extension ScalabilityFit {
    fileprivate var json: JSONValue {
        .present([
            ("lambda_per_s", .fine(law.lambda)), ("lambda_95", .range(lambda)), ("sigma", .fine(law.sigma)),
            ("sigma_95", .range(sigma)), ("kappa", .fine(law.kappa)), ("kappa_95", .range(kappa)),
            ("r_squared", .fine(rSquared)), ("throughput_max_per_s", law.throughputMax.map(JSONValue.rounded)),
            ("concurrency_at_max", law.peakConcurrency.map(JSONValue.rounded)), ("doubts", .texts(doubts)),
            (
                "points",
                .array(
                    points.map {
                        .object([
                            ("concurrency", .rounded($0.concurrency)), ("throughput_per_s", .rounded($0.throughput)),
                        ])
                    })
            ),
        ])
    }
}

extension InstanceEstimate {
    fileprivate var json: JSONValue {
        .present([
            ("target_per_s", .rounded(target)), ("utilisation", .number(utilisation)), ("count", .count(count)),
            ("least", least.map { .count($0) }), ("most", most.map { .count($0) }),
            ("certainty", .text(certainty.rawValue)),
        ])
    }
}
