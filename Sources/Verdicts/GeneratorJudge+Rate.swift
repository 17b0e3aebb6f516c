import Evidence
import Numerals
import Timebase

/// Did the schedule begin, in every slice?
extension GeneratorJudge {
    private struct Shortfall {
        let slice: Int
        let arrivals: ArrivalCounts
        /// By the machine, in this slice and the one before, whose backlog it had to take up.
        let taken: TimeSpan

        var missing: UInt64 { arrivals.scheduled - min(arrivals.started, arrivals.scheduled) }

        /// The arrivals of the time that was taken, and one on the edge, may be missing.
        func isExplained(sliceLength: TimeSpan) -> Bool {
            let due = Double(arrivals.scheduled) * taken.seconds / sliceLength.seconds
            return taken > .zero && Double(missing) <= due + 1
        }
    }

    func rateFindings(in stage: CountedStage) -> [Finding] {
        // Users and replays have no schedule to fall behind; what they drop or skip is counted as due all the same.
        let shortfalls = stage.slices.compactMap(shortfall)
        let explained = shortfalls.filter { $0.isExplained(sliceLength: record.sliceLength) }
        let others = shortfalls.filter { !$0.isExplained(sliceLength: record.sliceLength) }
        return others.prefix(Self.witnessesMax).map { Finding(status: .fail, text: words($0, stage)) }
            + rest(others.count, .fail, "more slices of stage '\(stage.stage.name)' fell short")
            + explained.prefix(Self.witnessesMax).map { Finding(status: .inconclusive, text: gapWords($0, stage)) }
            + rest(explained.count, .inconclusive, "more slices fell short in gaps of the machine")
            + smallLosses(in: stage, besides: shortfalls)
    }

    private func shortfall(in slice: Int) -> Shortfall? {
        let arrivals = record.slices[slice].arrivals
        // An arrival on the edge of two slices may be counted in the next.
        let slack: UInt64 = arrivals.dropped + arrivals.skipped == 0 ? 1 : 0
        guard Double(arrivals.started + slack) < Double(arrivals.scheduled) * Self.rateMin else { return nil }
        let span = record.span(ofSlice: slice)
        let taken = record.generator.gaps.taken(from: span.lowerBound - record.sliceLength..<span.upperBound)
        return Shortfall(slice: slice, arrivals: arrivals, taken: taken)
    }

    private func words(_ shortfall: Shortfall, _ stage: CountedStage) -> String {
        let arrivals = shortfall.arrivals
        var words =
            "at \(Figures.span(record.span(ofSlice: shortfall.slice).lowerBound)) in stage '\(stage.stage.name)' "
            + "\(Figures.grouped(arrivals.started)) of \(Figures.counted(arrivals.scheduled, "arrival")) began"
        if arrivals.dropped > 0 {
            words +=
                "; \(Figures.grouped(arrivals.dropped)) were dropped at the cap on open arrivals: raise 'in-flight'"
        }
        if arrivals.skipped > 0 {
            words +=
                "; \(Figures.grouped(arrivals.skipped)) needed a value that nobody had kept yet: warm up for longer"
        }
        if arrivals.dropped + arrivals.skipped == 0 {
            words += ": \(cause(in: stage))"
        }
        return words
    }

    private func gapWords(_ shortfall: Shortfall, _ stage: CountedStage) -> String {
        "at \(Figures.span(record.span(ofSlice: shortfall.slice).lowerBound)) in stage '\(stage.stage.name)' "
            + "\(Figures.grouped(shortfall.arrivals.started)) of "
            + "\(Figures.counted(shortfall.arrivals.scheduled, "arrival")) began, which a gap of the machine explains: "
            + "it ran nothing of ours for \(Figures.span(shortfall.taken)); that is not the target's fault"
    }

    private func rest(_ count: Int, _ status: Judgement.Status, _ words: String) -> [Finding] {
        count > Self.witnessesMax
            ? [Finding(status: status, text: "\(Figures.grouped(count - Self.witnessesMax)) \(words)")] : []
    }

    /// What was lost without falling short.
    private func smallLosses(in stage: CountedStage, besides shortfalls: [Shortfall]) -> [Finding] {
        let dropped = record.arrivals(in: stage.slices).dropped - shortfalls.reduce(0) { $0 + $1.arrivals.dropped }
        guard dropped > 0 else { return [] }
        let words = "\(Figures.counted(dropped, "arrival")) of stage '\(stage.stage.name)' "
        return [
            Finding(status: .pass, text: words + "dropped in slices that kept to the schedule: raise 'in-flight'")
        ]
    }
}
