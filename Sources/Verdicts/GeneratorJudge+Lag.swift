import Evidence
import Histogram
import Numerals
import Timebase

/// Did arrivals begin when they were due?
extension GeneratorJudge {
    /// After a gap the generator takes up what came due in it; so much of the gap's length again is laid to it.
    private static let gapWithCatchUp = 2.0

    /// Nil when nothing was recorded, or nothing that can be read.
    func lag(in stage: CountedStage) -> Histogram? {
        guard record.generator.lag.indices.contains(stage.place) else { return nil }
        return try? record.generator.lag[stage.place].opened()
    }

    /// The 99th percentile is within the limit if at most one in a hundred is beyond. Those that the machine's gaps
    /// explain are told apart.
    func lagFindings(in stage: CountedStage) -> [Finding] {
        guard let lag = lag(in: stage) else { return unread(stage) }
        let limit = UInt64(lagLimit.nanoseconds)
        let late = Double(lag.recorded.reduce(0) { $0 + ($1.values.lowerBound > limit ? $1.count : 0) })
        guard late > 0.01 * Double(lag.total) else { return [] }
        let explained = min(late, arrivalsInGaps(of: stage) * Self.gapWithCatchUp)
        let isExplained = late - explained <= 0.01 * (Double(lag.total) - explained)
        let p99 = Figures.span(nanoseconds: lag.value(atPercentile: 99) ?? 0)
        let words = "lag p99 in stage '\(stage.stage.name)' is \(p99), the limit \(lagLimit)"
        return [
            isExplained
                ? Finding(status: .inconclusive, text: words + ": \(gapWords(of: stage)) explain it")
                : Finding(
                    status: .fail,
                    text: words + ": \(cause(in: stage))")
        ]
    }

    /// Why it fell behind, as far as its own core tells.
    func cause(in stage: CountedStage) -> String {
        let series = record.observed.first { $0.name == ObservedSeries.driverProcessor }?.values ?? []
        let shares = stage.slices.compactMap { series.indices.contains($0) ? series[$0] : nil }
        guard let busiest = shares.max() else {
            return "the generator fell behind; lower the rate, or give it a core of its own"
        }
        let words = "the generator fell behind with its core \(Figures.percent(busiest)) at work in the busiest slice; "
        return words
            + (busiest >= Self.busyMin
                ? "that is all it has: lower the rate, or drive from several machines"
                : "it was not given the rest: lower the rate, or give it a core of its own")
    }

    /// From here on a core has no room for what comes unevenly.
    private static let busyMin = 0.8

    /// A stage in which arrivals began has their lag.
    private func unread(_ stage: CountedStage) -> [Finding] {
        guard record.arrivals(in: stage.slices).started > 0 else { return [] }
        return [
            Finding(status: .inconclusive, text: "the lag of stage '\(stage.stage.name)' is missing, or cannot be read")
        ]
    }

    private func arrivalsInGaps(of stage: CountedStage) -> Double {
        stage.slices.reduce(0) { sum, slice in
            let taken = record.generator.gaps.taken(from: record.span(ofSlice: slice))
            guard taken > .zero else { return sum }
            return sum + Double(record.slices[slice].arrivals.scheduled) * taken.seconds / record.sliceLength.seconds
        }
    }

    private func gapWords(of stage: CountedStage) -> String {
        let gaps = record.generator.gaps
        let taken = Figures.span(gaps.taken(from: stage.stage.span))
        let unlisted = gaps.count > UInt64(gaps.listed.count) ? ", as far as they are listed" : ""
        return "gaps of the machine, which ran nothing of ours for \(taken) of this stage\(unlisted),"
    }
}
