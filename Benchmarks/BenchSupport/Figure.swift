import CAllocationCount

/// What one call costs: the best and the median of the rounds, and heap allocations. The best is what the code costs,
/// the distance between the two is what the machine was doing meanwhile.
package struct Figure {
    package let best: Double
    package let median: Double
    package let allocations: Double

    package static func measure(rounds: Int, calls: Int, _ work: () throws -> Void) rethrows -> Figure {
        let clock = ContinuousClock()
        for _ in 0..<1000 { try work() }
        var samples: [Double] = []
        samples.reserveCapacity(rounds)
        let before = spillway_allocation_count()
        for _ in 0..<rounds {
            let begin = clock.now
            for _ in 0..<calls { try work() }
            let elapsed = (clock.now - begin).components
            samples.append((Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) / 1e9) / Double(calls))
        }
        let allocations = spillway_allocation_count() - before
        samples.sort()
        return Figure(
            best: samples[0], median: samples[rounds / 2],
            allocations: Double(allocations) / Double(rounds * calls))
    }

    package func report(_ name: String) {
        func tenths(_ value: Double) -> String { "\(Double(Int(value * 10 + 0.5)) / 10)" }
        print("\(name): best \(tenths(best)) ns, median \(tenths(median)) ns, \(allocations) allocations")
    }
}
