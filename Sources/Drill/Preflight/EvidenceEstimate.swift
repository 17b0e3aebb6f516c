import Diagnostics
package import PlanModel
import PlanValues
import Timebase
package import Traffic

/// How much evidence a plan's traffic will leave, at the most that can be told before it runs:
///
///     arrivals x the longest journey's requests x attempts x 64 bytes
///
/// The schedule knows its arrivals and a recording its requests. What users of a closed model do depends on the stack;
/// a turn is taken to last 10 ms and the time to think.
package struct EvidenceEstimate: Sendable {
    package static let recordBytes = 64.0
    private static let turn = TimeSpan.milliseconds(10)

    package let arrivals: Double
    package let records: Double
    package var bytes: Int64 { Int64(min(records * Self.recordBytes, 0x1p60)) }

    package init(_ plan: Plan, traffic: PlannedTraffic, recordings: [String: RecordingProfile] = [:]) {
        var arrivals = Double(traffic.schedule.count)
        for stage in plan.traffic {
            switch stage.load {
            case .users(let count, let think, let span):
                arrivals += Double(count) * span.seconds / (Self.turn + think.typical).seconds
            case .replay(let path, _, _): arrivals += Double(recordings[path.value]?.count ?? 0)
            case .hold, .spike, .ramp, .pulses, .pause: break
            }
        }
        arrivals += Double(traffic.control?.count ?? 0)
        self.arrivals = arrivals
        records = arrivals * (plan.journeys.map(\.recordsMax).max() ?? 1)
    }
}

extension Journey {
    fileprivate var recordsMax: Double {
        let requests = steps.reduce(0) { $0 + $1.requestsMax }
        return requests * Double(retry?.attempts ?? 1) * (1 + (duplicate?.rate.value ?? 0))
    }
}

extension Distribution<TimeSpan> {
    fileprivate var typical: TimeSpan {
        switch self {
        case .constant(let value): value
        case .uniform(let min, let max): .nanoseconds(min.nanoseconds / 2 + max.nanoseconds / 2)
        case .exponential(let mean), .normal(let mean, _): mean
        case .lognormal(let median, _, _): median
        }
    }
}
