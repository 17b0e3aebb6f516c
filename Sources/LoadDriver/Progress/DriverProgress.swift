package import Timebase

/// What someone who watches a run wants to know, as of now. Rates and latencies are those of the last whole second.
package struct DriverProgress: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        case setup, traffic, draining, teardown, ended
    }

    package var phase = Phase.setup
    /// On the plan's clock, from the first stage's beginning.
    package var elapsed = TimeSpan.zero
    package var length = TimeSpan.zero
    package var stage = 0
    package var stageName = ""
    package var stageSpan = TimeSpan.zero..<TimeSpan.zero
    /// Arrivals a second by the schedule.
    package var offered = 0.0
    /// Arrivals a second that began.
    package var achieved = 0.0
    /// Of admitted steps, from the instant they were due; nil while there are none.
    package var p50: TimeSpan?
    package var p99: TimeSpan?
    /// Shares of the last second's steps.
    package var errorRatio = 0.0
    package var shedRatio = 0.0
    package var inFlight = 0
    /// Of the whole run.
    package var arrivals: UInt64 = 0
    package var steps: UInt64 = 0
    package var errors: UInt64 = 0
    package var shed: UInt64 = 0
    package var dropped: UInt64 = 0
    /// The offered rate over the planned one.
    package var rateFactor = 1.0
    package var isPaused = false
    /// Found in the books of the stack so far.
    package var moneyViolations: UInt64 = 0

    package init() {}
}

/// What someone who watches a run may ask of it.
package enum DriverCommand: Sendable, Equatable {
    /// By a tenth of the planned rate.
    case faster, slower
    /// To so many tenths of the planned rate, as far as that goes.
    case rate(tenths: Int)
    case pauseOrResume
    /// What is paused, or goes on, already stays so.
    case pause, resume
    /// No new arrivals; what is open may end.
    case stop(signal: Int32)
    /// At once.
    case abandon(signal: Int32)

    /// How far the rate may be turned by hand, in tenths of the planned one.
    package static let rateTenths = RateScale.tenthsRange
}
