import JSON
import PlanModel
import Timebase
import Traffic

extension TrafficRehearsal {
    var json: JSONValue {
        .object([
            ("plan", .text(plan.name)), ("seed", .count(seed)), ("arrivals", .text(arrivals)),
            ("length_s", .seconds(traffic.length)), ("expected", .rounded(preview.expected)),
            ("scheduled", .count(preview.scheduled)), ("rate_peak_per_s", .rounded(preview.peakRate)),
            ("stages", .array(stages.map(\.json))), ("journeys", .array(journeys.map(\.json))),
            ("estimate", estimate.json(caps: plan.target.connections, plan.target.inFlight)),
            (
                "curve",
                .array(
                    preview.samples.map { .object([("at_s", .seconds($0.instant)), ("per_s", .rounded($0.rate))]) })
            ),
        ])
    }
}

extension TrafficRehearsal.StageRow {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("name", .text(name)), ("kind", .text(kind)), ("counts_for_verdicts", .boolean(countsForVerdicts)),
            ("from_s", .seconds(span.lowerBound)), ("to_s", .seconds(span.upperBound)),
        ]
        if let rate { members += [("from_per_s", .rounded(rate.from)), ("to_per_s", .rounded(rate.to))] }
        if let expected { members.append(("expected", .rounded(expected))) }
        if let scheduled { members.append(("scheduled", .count(scheduled))) }
        if let users { members.append(("users", .count(users))) }
        if let replayed {
            members += [("recorded", .count(replayed.count)), ("speed", .rounded(replayed.speed))]
        }
        return .object(members)
    }
}

extension TrafficRehearsal.JourneyRow {
    fileprivate var json: JSONValue {
        .object([
            ("name", .text(name)), ("priority", .text(priority.rawValue)), ("share", .rounded(share)),
            ("expected", .rounded(expected)), ("requests_each", .count(requests)),
        ])
    }
}

extension LoadEstimate {
    fileprivate func json(caps connections: Int, _ inFlight: Int) -> JSONValue {
        .object([
            ("latency_ms", .rounded(latency.seconds * 1e3)),
            ("requests_peak_per_s", .rounded(requestsPerSecondPeak)), ("connections", .rounded(connectionsPeak)),
            ("connections_max", .count(connections)), ("open_arrivals", .rounded(openArrivalsPeak)),
            ("open_arrivals_max", .count(inFlight)), ("cores", .rounded(cores)),
            ("evidence_bytes", .number(evidenceBytes.rounded())),
        ])
    }
}

extension JSONValue {
    /// To a thousandth: sums of rates have no more digits that mean anything.
    fileprivate static func rounded(_ value: Double) -> JSONValue { .number((value * 1_000).rounded() / 1_000) }
    fileprivate static func seconds(_ span: TimeSpan) -> JSONValue { .rounded(span.seconds) }
}
