/// One probe that was driven, and what came of it.
package struct ProbeRecord: Sendable, Equatable {
    /// From 1, in the order of driving.
    package let number: Int
    package let probe: Probe
    package let seed: UInt64
    /// Nil where nothing arrived that counted.
    package let figures: ProbeFigures?
    /// Checks of money and isolation that were violated, in words.
    package let violations: [String]

    package var standing: ProbeStanding { figures?.standing ?? .notMade }
    package var goodput: Double { figures?.goodput.value ?? 0 }
}
