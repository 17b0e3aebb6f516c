import PlanValues
import SeededRandom

/// Which of many, prepared for drawing.
///
/// `in order` goes by the number of the arrival, so that no worker has to know how far the others are: rows are used
/// in turn and none twice in a round, but arrivals of other journeys pass theirs by.
enum Picker: Sendable {
    case even(UInt64)
    case inOrder(Int)
    case zipf(Zipf)
    /// The same as `zipf`, out of a table.
    case table(WeightedChoice)

    /// A table of more would not stay in a core's cache.
    private static let tableMax = 4_096

    init(_ pick: Pick, among count: Int) {
        switch pick {
        case .random: self = .even(UInt64(count))
        case .inOrder: self = .inOrder(count)
        case .zipf(let exponent) where count > Self.tableMax: self = .zipf(Zipf(count: count, exponent: exponent))
        case .zipf(let exponent):
            let weights = (1...count).map { DeterministicMath.exp(-exponent * DeterministicMath.log(Double($0))) }
            self = .table(WeightedChoice(weights))
        }
    }

    func pick(at place: Seed, arrival: Int) -> Int {
        if case .inOrder(let count) = self { return (arrival % count + count) % count }
        var random = place.stream()
        switch self {
        case .even(let count): return Int(random.below(count))
        case .zipf(let zipf): return zipf.sample(&random)
        case .table(let choice): return choice.sample(&random)
        case .inOrder: return 0
        }
    }
}
