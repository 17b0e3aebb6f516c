import Evidence
import Numerals
import Timebase

/// Do the latencies account for what was seen in flight?
extension GeneratorJudge {
    private static let littleSlicesMin = 10
    private static let littleArrivalsMin: UInt64 = 1_000

    /// Little's law over a stage: L was sampled, lambda W is the time that arrivals spent, by the second.
    struct LittleBalance {
        let inFlight: Double
        let residence: Double
        /// Two standard errors of their difference from slice to slice, and what the stage's edges may hide: an
        /// arrival counts in lambda W where it was due, and in L while it was open.
        let doubt: Double

        var deviation: Double { abs(inFlight - residence) / inFlight }
        var isBroken: Bool { abs(inFlight - residence) - doubt > GeneratorJudge.littleMax * inFlight }
    }

    /// Nil for too few samples to say anything.
    func littleBalance(in stage: CountedStage) -> LittleBalance? {
        let slices = record.slices[stage.slices]
        let started = record.arrivals(in: stage.slices).started
        guard slices.count >= Self.littleSlicesMin, started >= Self.littleArrivalsMin else { return nil }
        let count = Double(slices.count)
        let length = record.sliceLength.seconds
        let inFlight = slices.reduce(0) { $0 + $1.inFlightMean } / count
        let residence = slices.reduce(0) { $0 + $1.residence.seconds } / count / length
        guard inFlight > 0 else { return nil }
        let squares = slices.reduce(0) { sum, slice in
            let distance = slice.inFlightMean - slice.residence.seconds / length - (inFlight - residence)
            return sum + distance * distance
        }
        let error = (squares / (count - 1) / count).squareRoot()
        let own = residence / Double(started)
        let edge =
            edge(at: stage.slices.lowerBound, own: own, over: count)
            + edge(at: stage.slices.upperBound, own: own, over: count)
        return LittleBalance(inFlight: inFlight, residence: residence, doubt: 2 * error + edge)
    }

    /// Each of those open at an edge spends about a mean residence on the far side of it: that of the arrivals which were due
    /// just before. Behind a crowd that was another than the calm's.
    ///
    /// - Parameter own: the mean share of the stage's time that one of its arrivals was open.
    private func edge(at slice: Int, own: Double, over count: Double) -> Double {
        let before = record.slices[max(0, slice - Self.edgeSlices)..<slice]
        let open = before.last?.inFlightMax ?? 0
        let started = before.reduce(0) { $0 + $1.arrivals.started }
        guard started > 0 else { return Double(open) * own }
        let residence = before.reduce(0) { $0 + $1.residence.seconds } / Double(started)
        return Double(open) * max(own, residence / (count * record.sliceLength.seconds))
    }

    private static let edgeSlices = 5

    func littleFindings(in stage: CountedStage) -> [Finding] {
        guard let balance = littleBalance(in: stage), balance.deviation > Self.littleMax else { return [] }
        let words =
            "in stage '\(stage.stage.name)' \(Figures.threeDigits(balance.inFlight)) arrivals were in flight on average, "
            + "their latencies account for \(Figures.threeDigits(balance.residence))"
        return [
            balance.isBroken
                ? Finding(status: .fail, text: words + ": latencies are missing, or counted twice")
                : Finding(status: .pass, text: words + "; the stage is too short or uneven to tell more")
        ]
    }
}
