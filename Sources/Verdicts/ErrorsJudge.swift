import Evidence
import Numerals
import PlanModel
import PlanValues

/// Is the share of errors within its bound, over all steps of the scope together, and in no ten seconds beyond all measure
/// (`Collapse`)? Sheds and declines are no errors, and count among the steps.
struct ErrorsJudge {
    let record: RunRecord
    let name: String
    let scope: Scope
    let bound: Ratio

    var judgement: Judgement {
        let scoped = ScopedCells(record: record, scope: scope)
        let counts = scoped.stages.map { stage in (stage.stage.name, outcomes(in: stage, scoped)) }
        let all = counts.reduce(into: OutcomeCounts()) { $0 += $1.1 }
        let estimate = Estimate(all.errors, of: all.total, against: bound.value)
        let collapses = scoped.stages.compactMap { collapse(in: $0, scoped) }
        return Judgement(
            name: name, kind: .performance, claim: "the share of errors: \(scoped.words)",
            status: collapses.isEmpty ? estimate?.status(atMost: bound.value) ?? .inconclusive : .fail,
            expected: "at most \(bound) of steps", observed: estimate.map { words($0, all) } ?? "no samples",
            window: Judgement.Window(scoped.stages.map(\.stage)),
            reasons: collapses.map(words) + (estimate.map { reasons($0, all, counts) } ?? [scoped.absence]))
    }

    private func collapse(in stage: CountedStage, _ scoped: ScopedCells) -> Collapse? {
        Collapse(
            in: stage.slices, of: record, allowed: bound.value,
            stage.slices.map { slice in
                let outcomes = record.slices[slice].cells.filter { scoped.includes($0.step) }
                    .reduce(into: OutcomeCounts()) { $0 += $1.cell.outcomes }
                return (outcomes.errors, outcomes.total)
            })
    }

    private func words(_ collapse: Collapse) -> String {
        "\(Figures.percent(collapse.share)) errors from \(record.words(collapse.window))"
    }

    private func outcomes(in stage: CountedStage, _ scoped: ScopedCells) -> OutcomeCounts {
        scoped.cells(in: stage).reduce(into: OutcomeCounts()) { $0 += $1.cell.outcomes }
    }

    private func words(_ estimate: Estimate, _ all: OutcomeCounts) -> String {
        "\(Figures.percent(estimate.value)) (\(Figures.grouped(all.errors)) of \(Figures.counted(all.total, "step")), "
            + "95% sure of \(Figures.percent(estimate.low)) to \(Figures.percent(estimate.high)))"
    }

    /// Why it decides nothing, which errors, and where they were most frequent.
    private func reasons(
        _ estimate: Estimate, _ all: OutcomeCounts, _ stages: [(name: String, counts: OutcomeCounts)]
    ) -> [String] {
        let isUndecided = estimate.status(atMost: bound.value) == .inconclusive
        let doubt = isUndecided ? [estimate.doubt(about: "\(bound)")] : []
        guard all.errors > 0 else { return doubt }
        let kinds = Outcome.allCases.filter { $0.isError && all[$0] > 0 }
            .map { "\($0.name) \(Figures.grouped(all[$0]))" }.joined(separator: ", ")
        let worst = stages.filter { $0.counts.total > 0 }.max { $0.counts.errorShare < $1.counts.errorShare }
        let place = worst.map { ["most in stage '\($0.name)': \(Figures.percent($0.counts.errorShare))"] } ?? []
        let cut =
            all[.unknown] > 0 && record.generator.arrivalsCut > 0
            ? [
                "\(Figures.counted(record.generator.arrivalsCut, "arrival")) of the run were cut when it was abandoned, "
                    + "and count as unknown"
            ] : []
        return doubt + [kinds] + cut + (stages.count > 1 ? place : [])
    }
}

extension OutcomeCounts {
    fileprivate var errorShare: Double { Double(errors) / Double(total) }
}
