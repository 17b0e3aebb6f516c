import Diagnostics
import PlanModel
import PlanValues
import Timebase
import Traffic

/// A plan's traffic before anything is sent: when how much of it is due with this seed, which journeys it takes, and
/// what that asks of this machine. As text for people, as JSON for programs.
struct TrafficRehearsal {
    let plan: Plan
    let seed: UInt64
    let traffic: PlannedTraffic
    let preview: TrafficPreview
    let estimate: LoadEstimate
    /// Of replayed files, by their path in the plan.
    let recordings: [String: RecordingProfile]

    struct StageRow {
        let name: String
        let kind: String
        let span: Range<TimeSpan>
        let countsForVerdicts: Bool
        /// Arrivals a second; nil where no schedule decides.
        let rate: (from: Double, to: Double)?
        let expected: Double?
        let scheduled: Int?
        /// Of the closed model.
        var users: Int?
        /// Of a replay: how many requests were recorded, and how much faster they come.
        var replayed: (count: Int, speed: Double)?
    }

    struct JourneyRow {
        let name: String
        let priority: Priority
        /// Of all scheduled arrivals.
        let share: Double
        let expected: Double
        let requests: Int
    }

    init(
        _ plan: Plan, seed: UInt64, latency: TimeSpan, terminal: Terminal, recordings: [String: RecordingProfile] = [:]
    ) throws(PlannedTraffic.Fault) {
        self.plan = plan
        self.seed = seed
        self.recordings = recordings
        traffic = try PlannedTraffic(plan, seed: seed, recordings: recordings)
        let columns = RateChart.columns(for: terminal, peak: traffic.curve.peakRate)
        preview = TrafficPreview(traffic.schedule, samples: columns)
        estimate = LoadEstimate(plan, traffic, preview, latency: latency)
    }

    var stages: [StageRow] {
        traffic.stages.indices.map { index in
            let (stage, seen) = (traffic.stages[index], preview.stages[index])
            var isScheduled = false
            var row: (users: Int?, replayed: (Int, Double)?) = (nil, nil)
            switch stage.source {
            case .schedule: isScheduled = true
            case .users(let population): row.users = population.count
            case .replay(let path, let speed): row.replayed = (recordings[path]?.count ?? 0, speed)
            }
            return StageRow(
                name: stage.name, kind: stage.kind, span: stage.span, countsForVerdicts: stage.countsForVerdicts,
                rate: isScheduled ? rates(ofStage: index) : nil, expected: isScheduled ? seen.expected : nil,
                scheduled: isScheduled ? seen.scheduled : nil, users: row.users, replayed: row.replayed)
        }
    }

    private func rates(ofStage index: Int) -> (from: Double, to: Double) {
        switch plan.traffic[index].load {
        case .hold(let rate, _), .spike(let rate, _): (rate.perSecond, rate.perSecond)
        case .ramp(let from, let to, _, _): (from.perSecond, to.perSecond)
        case .pulses(let rate, let base, _, _, _): (base.perSecond, rate.perSecond)
        case .pause, .replay, .users: (0, 0)
        }
    }

    var journeys: [JourneyRow] {
        let counts = plan.journeys.indices.map { journey in
            preview.stages.indices.reduce(0.0) {
                $0 + preview.stages[$1].expected * plan.shares(inStage: $1)[journey]
            }
        }
        let sum = counts.reduce(0, +)
        return zip(plan.journeys, counts).map { journey, count in
            JourneyRow(
                name: journey.name.value, priority: journey.priority, share: sum > 0 ? count / sum : 0,
                expected: count, requests: journey.requestCount)
        }
    }

    var arrivals: String {
        switch plan.arrivals {
        case .poisson: "poisson"
        case .uniform: "uniform"
        case .bursts(let size): "bursts size=\(size)"
        }
    }
}
