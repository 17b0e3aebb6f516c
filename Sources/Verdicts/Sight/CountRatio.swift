import SeededRandom

/// One count over another, as of events that come independently: with the interval that holds the true ratio with 95 %
/// certainty. Its logarithm is nearly normal, with a variance of 1/a + 1/b.
struct CountRatio {
    let value: Double
    let low: Double
    let high: Double

    /// Nil where there is nothing to divide by.
    init?(_ count: UInt64, over other: UInt64) {
        guard other > 0 else { return nil }
        value = Double(count) / Double(other)
        guard count > 0 else {
            (low, high) = (0, Self.fewMax / Double(other))
            return
        }
        let spread = DeterministicMath.exp(1.96 * (1 / Double(count) + 1 / Double(other)).squareRoot())
        (low, high) = (value / spread, value * spread)
    }

    /// None seen: up to three may have been expected.
    private static let fewMax = 3.0

    func status(atMost bound: Double) -> Judgement.Status {
        low > bound ? .fail : value <= bound ? .pass : .inconclusive
    }
}
