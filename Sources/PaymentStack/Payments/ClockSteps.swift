import SeededRandom

/// A clock that steps back now and then, to an instant that it has told before. Planted (clock-rollback-ids).
struct ClockSteps {
    /// Readings between two steps, about.
    private static let readings = 20.0

    private let seed: Seed
    private var draws: UInt64 = 0
    private var last = Int64.min
    private var before: Int64?

    init(_ seed: Seed) {
        self.seed = seed
    }

    mutating func read(_ milliseconds: Int64) -> Int64 {
        draws &+= 1
        if let before, seed.child(draws).unit * Self.readings < 1 { return before }
        if milliseconds > last {
            if last > .min { before = last }
            last = milliseconds
        }
        return milliseconds
    }
}
