/// How arrivals scatter around the planned rate.
package enum ArrivalProcess: Hashable, Sendable {
    /// Evenly spaced on the plan's own clock: the k-th where k + 1/2 arrivals are expected. So a stage that expects n
    /// gets n, none of them on its edge.
    case uniform
    /// Independent users: counts of disjoint windows are independent and Poisson distributed.
    case poisson
    /// Groups of this many at one instant, the groups evenly spaced.
    case bursts(size: Int)
}

/// One arrival of the schedule.
@frozen
package struct Arrival: Hashable, Sendable {
    /// Its number in the whole schedule, from 0, in order of time; the same in every shard.
    package let index: Int
    /// Since the start of the curve.
    package let nanoseconds: Int64
    package let stage: Int

    @inlinable
    package init(index: Int, nanoseconds: Int64, stage: Int) {
        self.index = index
        self.nanoseconds = nanoseconds
        self.stage = stage
    }
}
