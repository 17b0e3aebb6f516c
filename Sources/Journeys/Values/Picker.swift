import PlanValues
import SeededRandom

/// Which of many, prepared for drawing.
///
/// `in order` goes by the number of the arrival, so that no worker has to know how far the others are: rows are used
/// in turn and none twice in a round, but arrivals of other journeys pass theirs by.
final class Picker: Sendable {
    private let isInOrder: Bool
    private let count: Int
    private let zipf: Zipf?
    /// The same as `zipf`, out of a table.
    private let table: WeightedChoice?

    /// A table of more would not stay in a core's cache.
    private static let tableMax = 4_096

    init(_ pick: Pick, among count: Int) {
        self.count = count
        switch pick {
        case .random: (isInOrder, zipf, table) = (false, nil, nil)
        case .inOrder: (isInOrder, zipf, table) = (true, nil, nil)
        case .zipf(let exponent) where count > Self.tableMax:
            (isInOrder, zipf, table) = (false, Zipf(count: count, exponent: exponent), nil)
        case .zipf(let exponent):
            let weights = (1...count).map { DeterministicMath.exp(-exponent * DeterministicMath.log(Double($0))) }
            (isInOrder, zipf, table) = (false, nil, WeightedChoice(weights))
        }
    }

    func pick(at place: Seed, arrival: Int) -> Int {
        if isInOrder { return (arrival % count + count) % count }
        var random = place.stream()
        return table?.sample(&random) ?? zipf?.sample(&random) ?? Int(random.below(UInt64(count)))
    }
}
