import Diagnostics
package import PlanModel
import PlanValues
import Timebase
package import Traffic

/// How much evidence a plan's traffic will leave, at the most that can be told before it runs:
///
///     arrivals x the longest journey's requests x attempts x 64 bytes
///     and for each of them that moves money 200 bytes of evidence.db, and 1,200 more of an embedded stack: its ledger, the
///     banks' journals and statements, webhooks, and all of them once more in evidence.db
///
/// The schedule knows its arrivals and a recording its requests. What users of a closed model do depends on the stack;
/// a turn is taken to last 10 ms and the time to think.
package struct EvidenceEstimate: Sendable {
    package static let recordBytes = 64.0
    private static let turn = TimeSpan.milliseconds(10)

    /// Of evidence.db for an attempt that moves money; and of all ledgers of an embedded stack. Measured with ten million
    /// payments: 5.9 GB, and 2.0 GB of a ledger.
    private static let attemptBytes = 200.0
    private static let paymentBytes = 1_200.0

    package let arrivals: Double
    package let records: Double
    /// Of those that move money.
    package let moneyRecords: Double
    private let isEmbedded: Bool

    package var bytes: Int64 {
        let perMoney = Self.attemptBytes + (isEmbedded ? Self.paymentBytes : 0)
        return Int64(min(records * Self.recordBytes + moneyRecords * perMoney, 0x1p60))
    }

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
        records = arrivals * (plan.journeys.map { $0.recordsMax() }.max() ?? 1)
        moneyRecords = arrivals * (plan.journeys.map { $0.recordsMax(where: \.movesMoney) }.max() ?? 1)
        isEmbedded = if case .embedded = plan.target.entry { true } else { false }
    }
}

extension Journey {
    fileprivate func recordsMax(where counts: (Step) -> Bool = { _ in true }) -> Double {
        let requests = steps.filter(counts).reduce(0) { $0 + $1.requestsMax }
        return requests * Double(retry?.attempts ?? 1) * (1 + (duplicate?.rate.value ?? 0))
    }
}

extension Step {
    /// As the run's record will say it.
    fileprivate var movesMoney: Bool {
        guard case .request(let request) = action else { return false }
        return !["GET", "HEAD", "OPTIONS"].contains(request.method)
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
