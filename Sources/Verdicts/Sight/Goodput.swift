import Evidence
import PlanModel
package import Timebase

/// Arrivals that came to a good end: what goodput is, for verdicts and for the search for the knee alike.
///
///     good       = the first request of the arrival's journey was answered correctly (a correct "no" is correct), no later
///                  behind the instant at which it was due than the widest limit of the objective
///     per second = good / length, over slices by the instant at which arrivals were due
///     share      = good / offered, by the schedule's own count: who never began counts against it
///
/// What comes behind the first request waits for people and webhooks and is due in other slices: how it ended is seen by
/// errors, latencies and the audit, and not here.
package struct Goodput: Sendable, Equatable {
    package let offered: UInt64
    package let good: UInt64
    package let length: TimeSpan

    package var perSecond: Double { length > .zero ? Double(good) / length.seconds : 0 }
    /// Nil where nothing was offered.
    package var share: Double? { offered > 0 ? Double(good) / Double(offered) : nil }
}

extension RunSight {
    /// - Parameter limit: beyond it an answer is of no use; nil for none.
    package func goodput(_ slices: some Sequence<Int>, within limit: TimeSpan?) -> Goodput {
        let nanoseconds = limit.map { UInt64($0.nanoseconds) }
        var (offered, good, count): (UInt64, UInt64, Int64) = (0, 0, 0)
        for slice in slices {
            offered += self.slices[slice].offered
            good += self.slices[slice].good(within: nanoseconds)
            count += 1
        }
        return Goodput(offered: offered, good: good, length: record.sliceLength * count)
    }
}

extension [PercentileLimit] {
    /// Whoever waits longer than the widest limit was not served well; nil for no limit.
    package var widest: TimeSpan? { map(\.limit).max() }
}
