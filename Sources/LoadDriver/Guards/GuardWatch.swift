import Diagnostics
import PlanModel
import Timebase

/// Looks at each second and says when a guard's condition has held for its time.
struct GuardWatch {
    /// What guards may look at, as of one second.
    struct Sight {
        var errorRatio: Double?
        var shedRatio: Double?
        var unknownRatio: Double?
        var dropped: UInt64 = 0
        var requests: UInt64 = 0
        var inFlight = 0
        var moneyViolations: UInt64?
        var latency: (_ percentile: Double) -> TimeSpan? = { _ in nil }
        var series: (_ name: String) -> Double? = { _ in nil }
    }

    private let guards: [Guard]
    /// For how many seconds on end each has held.
    private var streaks: [Int]
    /// What each saw in the last second.
    private var values: [Double?]

    init(_ guards: [Guard]) {
        self.guards = guards
        streaks = guards.map { _ in 0 }
        values = guards.map { _ in nil }
    }

    /// The first guard of the plan that trips now.
    mutating func second(_ sight: Sight) -> Guard? {
        var tripped: Guard?
        for (index, candidate) in guards.enumerated() {
            values[index] = sight.value(of: candidate.subject)
            let holds = values[index].map { candidate.holds($0) } ?? false
            streaks[index] = holds ? streaks[index] + 1 : 0
            if tripped == nil, streaks[index] >= candidate.seconds { tripped = candidate }
        }
        return tripped
    }

    /// For those who watch.
    var readings: [GuardReading] {
        guards.indices.map { index in
            let watched = guards[index]
            return GuardReading(
                text: watched.text.value, value: values[index], limit: watched.limit, isAbove: watched.isAbove,
                unit: watched.subject.unit, heldSeconds: streaks[index], tripSeconds: watched.seconds)
        }
    }
}

extension Guard.Subject {
    fileprivate var unit: GuardReading.Unit {
        switch self {
        case .errorRatio, .shedRatio, .unknownRatio: .ratio
        case .latency: .nanoseconds
        case .dropped, .requests, .inFlight, .moneyViolations, .series: .count
        }
    }
}

extension Guard {
    fileprivate func holds(_ value: Double) -> Bool { isAbove ? value > limit : value < limit }

    fileprivate var seconds: Int { max(1, Int(span.seconds.rounded(.up))) }
}

extension GuardWatch.Sight {
    /// Nil where nothing was seen: a guard does not trip on silence.
    fileprivate func value(of subject: Guard.Subject) -> Double? {
        switch subject {
        case .errorRatio: errorRatio
        case .shedRatio: shedRatio
        case .unknownRatio: unknownRatio
        case .dropped: Double(dropped)
        case .requests: Double(requests)
        case .inFlight: Double(inFlight)
        case .moneyViolations: moneyViolations.map { Double($0) }
        case .latency(let percentile): latency(percentile).map { Double($0.nanoseconds) }
        case .series(let name): series(name)
        }
    }
}
