/// The highest rate that was held, and between which rates the true one lies.
package struct Knee: Sendable, Equatable {
    /// Held by the longest probe of the search.
    package var perSecond: Double
    /// The highest rate that kept the objective beyond doubt, and the lowest that broke it beyond doubt; nil where none
    /// did so.
    package var low: Double?
    package var high: Double?

    package init(perSecond: Double, low: Double?, high: Double?) {
        self.perSecond = perSecond
        self.low = low
        self.high = high
    }

    /// How wide that is, as a share of the knee; nil without two ends.
    package var width: Double? {
        guard let low, let high else { return nil }
        return (high - low) / perSecond
    }
}

/// How a search ended.
package enum SearchEnd: Sendable, Equatable {
    case found(Knee)
    /// The load of this rate could not be made, twice: whoever made it was the limit. `held` is the highest good rate.
    case notMade(at: Double, held: Double?)
    /// The highest rate that may be asked for kept the objective.
    case neverBroke(upTo: Double)
    /// The lowest rate that is asked for broke it.
    case neverHeld(downTo: Double)
    /// No rate kept it for the time of a confirmation.
    case notConfirmed(below: Double)
    /// As many probes as a search may take came to no end.
    case exhausted(good: Double?, bad: Double?)
}
