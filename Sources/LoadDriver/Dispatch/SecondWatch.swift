import Evidence
import PlanModel
import Timebase

/// What is looked at once a second, of the second that has just ended: the guards, and whether anybody is there at all.
struct SecondWatch {
    private var guards: GuardWatch
    private(set) var second: Int64 = 0
    private(set) var totals = OutcomeCounts()
    private(set) var arrivals: UInt64 = 0
    private(set) var dropped: UInt64 = 0
    private var starved: UInt64 = 0
    /// The first second of those, one after the other, in which every attempt was refused or reset.
    private var silentSince: Int64?
    /// The last whole second, for those who watch.
    private(set) var last = Sight()

    struct Sight {
        var arrivals: UInt64 = 0
        var outcomes = OutcomeCounts()
        var p50: TimeSpan?
        var p99: TimeSpan?
    }

    enum Finding {
        case tripped(Guard)
        /// Nobody has answered anything for this long.
        case silence(seconds: Int)
    }

    /// So many seconds in which every attempt was refused or reset are the end of a target.
    static let silenceMax = 10

    init(_ guards: [Guard]) {
        self.guards = GuardWatch(guards)
    }

    /// How near each guard is.
    var readings: [GuardReading] { guards.readings }

    /// True when a second has ended.
    mutating func advance(to now: TimeSpan) -> Bool {
        let current = now.nanoseconds / 1_000_000_000
        guard current > second else { return false }
        second = current
        return true
    }

    /// `starved` counts refusals since the beginning that were for want of a connection of our own.
    mutating func look(
        _ live: LiveSecond, inFlight: Int, starved: UInt64, moneyViolations: UInt64? = nil,
        series: @escaping (String) -> Double?
    ) -> Finding? {
        totals += live.outcomes
        arrivals += live.arrivals
        dropped += live.dropped
        last = Sight(
            arrivals: live.arrivals, outcomes: live.outcomes, p50: live.latency(atPercentile: 50),
            p99: live.latency(atPercentile: 99))
        let outcomes = live.outcomes
        let sight = GuardWatch.Sight(
            errorRatio: live.ratio(of: outcomes.errors), shedRatio: live.ratio(of: outcomes[.shed]),
            unknownRatio: live.ratio(of: outcomes[.unknown]), dropped: dropped, requests: totals.total,
            inFlight: inFlight, moneyViolations: moneyViolations, latency: { live.latency(atPercentile: $0) },
            series: series)
        if let tripped = guards.second(sight) { return .tripped(tripped) }
        defer { self.starved = starved }
        return silence(outcomes, starved: starved - self.starved)
    }

    private mutating func silence(_ outcomes: OutcomeCounts, starved: UInt64) -> Finding? {
        // A second without an attempt says nothing, and a client without a free connection nothing about the target.
        guard outcomes.total > starved else { return nil }
        guard outcomes[.refused] + outcomes[.reset] == outcomes.total else {
            silentSince = nil
            return nil
        }
        let since = silentSince ?? second - 1
        silentSince = since
        let seconds = Int(second - since)
        return seconds >= Self.silenceMax ? .silence(seconds: seconds) : nil
    }
}
