package import Timebase

/// One drill of a search: so many arrivals a second, for so long.
package struct Probe: Sendable, Equatable {
    package enum Purpose: String, Sendable, CaseIterable {
        /// Does this rate keep the objective?
        case search
        /// Does the knee hold for longer?
        case confirm
        /// What is left of the goodput at a multiple of the knee?
        case goodput
        /// The same rates going up and coming down.
        case hysteresis
    }

    package var purpose: Purpose
    package var perSecond: Double
    /// What counts, behind the warm-up; of a hysteresis drill, each level.
    package var hold: TimeSpan

    package init(_ purpose: Purpose, perSecond: Double, hold: TimeSpan) {
        self.purpose = purpose
        self.perSecond = perSecond
        self.hold = hold
    }
}

/// What a probe says about its rate.
package enum ProbeStanding: String, Sendable, CaseIterable {
    /// Its objective was kept, beyond doubt.
    case good
    /// It was broken, beyond doubt.
    case bad
    /// The interval of what was measured holds the bound.
    case undecided
    /// The load was not made as asked, which says nothing about the target.
    case notMade = "not_made"

    package var words: String { self == .notMade ? "not made" : rawValue }
}
