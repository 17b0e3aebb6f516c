import Diagnostics
import Drill
import Glibc
import PlanModel
import PlanValues
import Timebase
import Traffic

/// What a plan's traffic will ask of the machine that makes it, if the target answers each request in `latency`:
/// arithmetic for planning (Little's law), no measurement. Retries, duplicates, repeated polls and waits for webhooks
/// come on top.
struct LoadEstimate: Equatable {
    /// What making one request costs the machine that makes it, the kernel's share included.
    ///
    /// Source: an assumption until scripts/bench measures the whole driver. The bare client costs some 7 us a request
    /// where many answers arrive together and some 10 us where each wakes it (docs/benchmarks.md); the rest is room for
    /// schedule, template and evidence.
    static let cpuPerRequest = TimeSpan.microseconds(12)
    let latency: TimeSpan
    var requests = 0.0
    var requestsPerSecondPeak = 0.0
    var openArrivalsPeak = 0.0
    var connectionsPeak = 0.0
    /// How long the target may be silent at the peak until the cap on open arrivals drops the next one.
    var untilDropped: TimeSpan?

    var cores: Double { requestsPerSecondPeak * Self.cpuPerRequest.seconds }
    var evidenceBytes: Double { requests * EvidenceEstimate.recordBytes }

    init(_ plan: Plan, _ traffic: PlannedTraffic, _ preview: TrafficPreview, latency: TimeSpan) {
        self.latency = latency
        for (index, stage) in traffic.stages.enumerated() {
            let arrival = MeanArrival(plan, inStage: index)
            switch stage.source {
            case .schedule:
                add(arrival, perSecond: preview.stages[index].peakRate)
                requests += preview.stages[index].expected * arrival.requests
            case .users(let population):
                let turn = arrival.residence(latency) + population.think.mean
                let perSecond = turn > 0 ? Double(population.count) / turn : 0
                add(arrival, perSecond: perSecond)
                requests += perSecond * stage.length.seconds * arrival.requests
            case .replay: break
            }
        }
        let peak = preview.peakRate
        untilDropped = peak > 0 ? TimeSpan(nanoseconds: Int64(Double(plan.target.inFlight) / peak * 1e9)) : nil
    }

    private mutating func add(_ arrival: MeanArrival, perSecond: Double) {
        requestsPerSecondPeak = max(requestsPerSecondPeak, perSecond * arrival.requests)
        openArrivalsPeak = max(openArrivalsPeak, perSecond * arrival.residence(latency))
        connectionsPeak = requestsPerSecondPeak * latency.seconds
    }
}

/// What one arrival of a stage does, on average over its journeys.
private struct MeanArrival {
    private(set) var requests = 0.0
    private var thinking = 0.0

    init(_ plan: Plan, inStage stage: Int) {
        let shares = plan.shares(inStage: stage)
        for (journey, share) in zip(plan.journeys, shares) {
            requests += share * Double(journey.requestCount)
            thinking += share * journey.thinkingTime
        }
    }

    /// Seconds that an arrival stays open.
    func residence(_ latency: TimeSpan) -> Double { requests * latency.seconds + thinking }
}

extension PlannedTraffic.Stage {
    var length: TimeSpan { span.upperBound - span.lowerBound }
}

extension Plan {
    /// What part of a stage's arrivals takes each journey.
    func shares(inStage stage: Int) -> [Double] {
        let mix = traffic[stage].mix
        let weights = journeys.map { journey in
            guard !mix.isEmpty else { return journey.weight }
            return mix.first { $0.journey.value == journey.name.value }?.weight ?? 0
        }
        let sum = weights.reduce(0, +)
        return weights.map { sum > 0 ? $0 / sum : 0 }
    }
}

extension Journey {
    /// A poll is asked at least once.
    var requestCount: Int {
        steps.count { step in
            switch step.action {
            case .request, .poll: true
            case .awaitWebhook, .think: false
            }
        }
    }

    /// Seconds.
    var thinkingTime: Double {
        steps.reduce(0) { sum, step in
            if case .think(let distribution) = step.action { sum + ThinkTime(distribution).mean } else { sum }
        }
    }
}

extension ThinkTime {
    /// Seconds. A cap on a lognormal one is not looked at: it would be a little less.
    var mean: Double {
        switch self {
        case .none: return 0
        case .constant(let span): return span.seconds
        case .uniform(let from, let to): return (from.seconds + to.seconds) / 2
        case .exponential(let mean), .normal(let mean, _): return mean.seconds
        case .logNormal(let p50, let p99, _):
            // 2.326 standard deviations lie between the median and the 99th percentile.
            let deviation = log(p99.seconds / p50.seconds) / 2.326
            return p50.seconds * exp(deviation * deviation / 2)
        }
    }
}
