import Evidence
import Histogram
import Numerals
import PlanModel
import Timebase

/// Are percentiles of admitted work within their limits?
///
/// Every request of the journey must keep every limit in every stage of the scope: the latency of a journey is that of
/// its slowest request, since percentiles of requests cannot be added up, and a caller waits for each of them. The
/// first counts from the instant the arrival was due, the others from the end of the step before. Polls and awaited
/// webhooks are left out: they tell how long the business took, not how long an answer did. And no ten seconds may be
/// beyond all measure (`Collapse`), however long the stage.
///
/// Latency counts from the due instant; the raw figure, from the instant of sending, is shown beside it.
struct LatencyJudge {
    let record: RunRecord
    let name: String
    let scope: Scope
    let limits: [PercentileLimit]

    /// One percentile of one step in one stage.
    private struct Part {
        let place: String
        let limit: PercentileLimit
        /// Nil when nothing was admitted, or nothing can be read.
        let estimate: Estimate?
        let raw: UInt64?
        let collapse: Collapse?

        var status: Judgement.Status {
            if collapse != nil { return .fail }
            return estimate?.status(atMost: Double(limit.limit.nanoseconds)) ?? .inconclusive
        }

        /// How much of the limit is used up; what is unknown weighs more than what passes.
        var weight: Double {
            let used = (estimate?.value ?? 0) / Double(limit.limit.nanoseconds)
            return used / (1 + used) + (status == .fail ? 2 : status == .pass ? 0 : 1)
        }
    }

    var judgement: Judgement {
        let scoped = ScopedCells(record: record, scope: scope)
        let parts = scoped.stages.flatMap { self.parts(in: $0, scoped) }.sorted { $0.weight > $1.weight }
        return Judgement(
            name: name, kind: .performance, claim: "latency of admitted requests: \(scoped.words)",
            status: .together(parts.map(\.status)),
            expected: limits.map { "p\($0.percentile.digits) at most \($0.limit)" }.joined(separator: ", "),
            observed: parts.first.map(words) ?? "no samples",
            window: Judgement.Window(scoped.stages.map(\.stage)),
            reasons: parts.isEmpty ? [scoped.absence] : reasons(parts))
    }

    private func parts(in stage: CountedStage, _ scoped: ScopedCells) -> [Part] {
        scoped.cells(in: stage).filter { $0.step.isRequest }.flatMap { place, step, cell in
            let corrected = try? cell.corrected.opened()
            let raw = try? cell.raw.opened()
            return limits.map { limit in
                Part(
                    place: "\(step.title) of '\(step.journey)' in stage '\(stage.stage.name)'", limit: limit,
                    estimate: corrected.flatMap { Estimate(percentile: limit.percentile, of: $0) },
                    raw: raw?.value(atPercentile: limit.percentile), collapse: collapse(of: place, in: stage, limit))
            }
        }
    }

    /// Ten seconds in which a tenth and more of the step's answers were beyond the limit.
    private func collapse(of step: Int, in stage: CountedStage, _ limit: PercentileLimit) -> Collapse? {
        // Most slices have nothing beyond: their worst value says so without the rest.
        let counts = stage.slices.map { slice -> (bad: UInt64, all: UInt64) in
            guard let cell = record.slices[slice].cells.first(where: { $0.step == step })?.cell,
                let histogram = try? cell.corrected.opened()
            else { return (0, 0) }
            let bound = UInt64(limit.limit.nanoseconds)
            guard histogram.maximum ?? 0 > bound else { return (0, histogram.total) }
            return (
                histogram.recorded.reduce(0) { $0 + ($1.values.lowerBound > bound ? $1.count : 0) }, histogram.total
            )
        }
        return Collapse(in: stage.slices, of: record, allowed: 1 - limit.percentile / 100, counts)
    }

    private func words(_ part: Part) -> String {
        let percentile = "p\(part.limit.percentile.digits)"
        guard let estimate = part.estimate else { return "no admitted request: \(part.place)" }
        let value = Figures.span(nanoseconds: UInt64(estimate.value))
        let raw = part.raw.map { "raw \(Figures.span(nanoseconds: $0)), " } ?? ""
        return "\(percentile) \(value) (\(raw)\(estimate.words)): \(part.place)"
    }

    private func reasons(_ parts: [Part]) -> [String] {
        let others = parts.filter { $0.status != .pass }
        guard !others.isEmpty else {
            return parts.count == 1 ? [] : ["the worst of \(Figures.grouped(parts.count)) percentiles is shown"]
        }
        // The first is the one that was observed.
        let listed = [why(others[0])] + others.dropFirst().prefix(GeneratorJudge.witnessesMax - 1).map(reason)
        let more = others.count - listed.count
        return listed + (more > 0 ? ["\(Figures.grouped(more)) more like these"] : [])
    }

    private func reason(_ part: Part) -> String { "\(words(part)): \(why(part))" }

    private func why(_ part: Part) -> String {
        if let collapse = part.collapse {
            return "\(Figures.percent(collapse.share)) above \(part.limit.limit) from \(record.words(collapse.window))"
        }
        return switch (part.status, part.estimate) {
        case (.fail, _): "above \(part.limit.limit) beyond doubt"
        case (_, nil): "nothing was admitted, so there is no latency"
        case (_, .some(let estimate)): estimate.doubt(about: "\(part.limit.limit)")
        }
    }
}

extension Estimate {
    /// `95% sure of 390ms to 431ms, 1,204 samples`
    fileprivate var words: String {
        let lower = Figures.span(nanoseconds: UInt64(low))
        let upper = high.isFinite ? "to \(Figures.span(nanoseconds: UInt64(high)))" : "upward"
        return "95% sure of \(lower) \(upper), \(Figures.counted(samples, "sample"))"
    }

    /// Why it decides nothing.
    func doubt(about bound: String) -> String {
        if samples < Self.samplesMin {
            return "fewer than \(Self.samplesMin) samples decide nothing"
        }
        return isDecisive ? "too close to \(bound) to tell" : "too few samples to tell whether it is within \(bound)"
    }
}

extension Double {
    /// `99`, `99.9`
    fileprivate var digits: String { self == rounded() ? String(Int(self)) : String(self) }
}
