import Evidence
import Numerals
import Timebase

/// Figures of every stage, and of every step in it.
struct StageSection {
    let record: RunRecord

    var markup: Markup { .section("stages", "Stages and steps", [stages.markup, steps.markup]) }

    private var stages: FigureTable {
        FigureTable(
            caption: "Stages: percentiles from the due instant; raw counts from the sending",
            header: ["stage", "time", "due", "ended", "ok", "declined", "shed", "errors", "p50", "p99", "p99.9"],
            rows: record.stages.prefix(PageLimits.rowsMax).map(stageRow),
            more: max(0, record.stages.count - PageLimits.rowsMax))
    }

    private func stageRow(_ stage: StageRecord) -> [Markup] {
        let outcomes = stage.cells.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        let latency = LatencyPair(requestsOf: [stage], record.steps)
        let span = "\(TimeAxis.clock(stage.span.lowerBound)) to \(TimeAxis.clock(stage.span.upperBound))"
        let kind = stage.kind == stage.name ? "" : " \(stage.kind)"
        return [
            Markup([Markup(stage.name), .element("small", [], kind + (stage.countsForVerdicts ? "" : " (not judged)"))]
            ),
            Markup(span), Markup(stage.scheduled.map { Figures.grouped($0) } ?? "by users"),
            Markup(Figures.grouped(outcomes.total)),
        ] + [outcomes[.ok], outcomes[.declined], outcomes[.shed], outcomes.errors].map { share($0, outcomes.total) }
            + [50, 99, 99.9].map { latency.markup($0) }
    }

    private func share(_ count: UInt64, _ total: UInt64) -> Markup {
        Markup(total == 0 ? "-" : Figures.percent(Double(count) / Double(total)))
    }

    private var steps: FigureTable {
        var rows: [(stage: String, step: StepRecord, cell: StageCell)] = []
        for stage in record.stages {
            for (step, cell) in zip(record.steps, stage.cells) where cell.outcomes.total > 0 {
                rows.append((stage: stage.name, step: step, cell: cell))
            }
        }
        let kinds = Outcome.allCases.filter { kind in rows.contains { $0.cell.outcomes[kind] > 0 } }
        return FigureTable(
            caption: "Steps: counts by outcome, and percentiles from the due instant; raw counts from the sending",
            header: ["step", "stage"] + kinds.map(\.words) + ["p50", "p90", "p99", "p99.9", "max"],
            rows: rows.prefix(PageLimits.rowsMax).map { stepRow($0.stage, $0.step, $0.cell, kinds) },
            more: max(0, rows.count - PageLimits.rowsMax))
    }

    private func stepRow(_ stage: String, _ step: StepRecord, _ cell: StageCell, _ kinds: [Outcome]) -> [Markup] {
        let latency = LatencyPair([cell])
        return [
            Markup([Markup(step.title), .element("small", [], " \(step.journey), \(step.priority)")]), Markup(stage),
        ] + kinds.map { Markup(cell.outcomes[$0] == 0 ? "-" : Figures.grouped(cell.outcomes[$0])) }
            + [50, 90, 99, 99.9, 100].map { latency.markup($0) }
    }
}
