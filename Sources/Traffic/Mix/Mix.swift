package import SeededRandom

/// Which journey an arrival belongs to, by weight, with other weights in other stages.
///
/// The choice is a pure function of seed, arrival number and stage (alias method, O(1)), not of what was chosen before;
/// so any shard knows it. Where two stages have equal weights, an arrival that moves between them keeps its journey.
package struct Mix: Sendable {
    private let choices: [WeightedChoice]
    private let choiceOfStage: [Int]
    private let draws: Seed
    private let data: Seed
    /// Of the closed model's users, below those two.
    private let userDraws: Seed
    private let userData: Seed

    /// `weights[stage][journey]`, a row for each stage of the curve. `seed` is the plan's own; the mix takes its places
    /// "mix" and "data" below it.
    package init(_ weights: [[Double]], seed: Seed) {
        var rows: [[Double]] = []
        choiceOfStage = weights.map { row in
            if let known = rows.firstIndex(of: row) { return known }
            rows.append(row)
            return rows.count - 1
        }
        choices = rows.map { WeightedChoice($0) }
        draws = seed.split("mix")
        data = seed.split("data")
        userDraws = draws.split("users")
        userData = data.split("users")
    }

    /// The journey of an arrival of the open model.
    package func journey(of arrival: Arrival) -> Int {
        journey(inStage: arrival.stage, at: draws.child(arrival.index))
    }

    /// The journey that a user of the closed model takes in this turn.
    package func journey(inStage stage: Int, user: Int, turn: Int) -> Int {
        journey(inStage: stage, at: userDraws.child(user).child(turn))
    }

    /// Where an arrival's data (ids, amounts, cards) is drawn.
    package func dataSeed(of arrival: Int) -> Seed { data.child(arrival) }

    package func dataSeed(user: Int, turn: Int) -> Seed { userData.child(user).child(turn) }

    private func journey(inStage stage: Int, at place: Seed) -> Int {
        var random = place.stream()
        return choices[choiceOfStage[stage]].sample(&random)
    }
}
