package import SeededRandom
package import Timebase

/// The closed model: a number of users, each taking one journey after another with time to think between.
///
///     users
///     count |      ________
///           |    _/        \_         user i comes (i + 1/2) / count into the ramp up,
///           |  _/            \_       and the users go in the order in which they came
///           +-+------------+---+--> t
///             ramp up        ramp down
///
/// How fast users take turns depends on the system under test, so this gives no instants but the first and last of each
/// user; everything else about a user is a pure function of seed, user and turn. User i of m shards belongs to shard
/// i mod m.
package struct UserPopulation: Sendable {
    package let count: Int
    package let length: TimeSpan
    package let rampUp: TimeSpan
    package let rampDown: TimeSpan
    package let think: ThinkTime
    private let seed: Seed

    /// `seed` is the plan's own; the population takes its place "users" below it.
    package init(
        count: Int, for length: TimeSpan, rampUp: TimeSpan = .zero, rampDown: TimeSpan = .zero, think: ThinkTime,
        seed: Seed
    ) {
        precondition(count >= 0 && length > .zero, "\(count) users for \(length)")
        precondition(
            rampUp >= .zero && rampDown >= .zero && rampUp + rampDown <= length,
            "users ramped up for \(rampUp) and down for \(rampDown) in \(length)")
        self.count = count
        self.length = length
        self.rampUp = rampUp
        self.rampDown = rampDown
        self.think = think
        self.seed = seed.split("users")
    }

    /// From when to when a user starts journeys, since the start of the stage.
    package func presence(of user: Int) -> Range<TimeSpan> {
        precondition(0 <= user && user < count, "user \(user) of \(count)")
        let share = (Double(user) + 0.5) / Double(count)
        let arrives = Int64(share * Double(rampUp.nanoseconds))
        let leaves = length.nanoseconds - Int64((1 - share) * Double(rampDown.nanoseconds))
        return TimeSpan(nanoseconds: arrives)..<TimeSpan(nanoseconds: leaves)
    }

    package func present(at instant: TimeSpan) -> Int {
        guard .zero <= instant, instant < length else { return 0 }
        return users { presence(of: $0).lowerBound <= instant } - users { presence(of: $0).upperBound <= instant }
    }

    /// How long the user thinks after this turn.
    package func thinkTime(of user: Int, afterTurn turn: Int) -> TimeSpan {
        think.sample(at: self.seed(of: user).child(turn))
    }

    /// What is the user's own for the whole drill: a card, a device.
    package func seed(of user: Int) -> Seed { seed.child(user) }

    /// How many users meet a condition that holds for a prefix of them.
    private func users(_ condition: (Int) -> Bool) -> Int {
        var (known, unknown) = (0, count)
        while known < unknown {
            let middle = known + (unknown - known) / 2
            if condition(middle) { known = middle + 1 } else { unknown = middle }
        }
        return known
    }
}
