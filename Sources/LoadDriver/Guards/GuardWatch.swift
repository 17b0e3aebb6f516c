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

    init(_ guards: [Guard]) {
        self.guards = guards
        streaks = guards.map { _ in 0 }
    }

    /// The first guard of the plan that trips now.
    mutating func second(_ sight: Sight) -> Guard? {
        var tripped: Guard?
        for (index, candidate) in guards.enumerated() {
            let holds = sight.value(of: candidate.subject).map { candidate.holds($0) } ?? false
            streaks[index] = holds ? streaks[index] + 1 : 0
            if tripped == nil, streaks[index] >= candidate.seconds { tripped = candidate }
        }
        return tripped
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
