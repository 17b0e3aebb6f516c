import Evidence
import PlanModel

/// The stages and steps that a target's scope names.
struct ScopedCells {
    let record: RunRecord
    let scope: Scope

    var stages: [CountedStage] {
        record.countedStages.filter { scope.stage == nil || $0.stage.name == scope.stage }
    }

    /// Steps without an outcome are left out.
    func cells(in stage: CountedStage) -> [(step: StepRecord, cell: StageCell)] {
        zip(record.steps, stage.stage.cells)
            .filter { step, cell in
                (scope.journey == nil || step.journey == scope.journey) && cell.outcomes.total > 0
            }
            .map { (step: $0.0, cell: $0.1) }
    }

    /// `journey 'pay', stage 'baseline'`
    var words: String {
        let journey = scope.journey.map { "journey '\($0)'" } ?? "every journey"
        let stage = scope.stage.map { "stage '\($0)'" } ?? "every stage that counts"
        return "\(journey), \(stage)"
    }

    /// Why nothing was seen.
    var absence: String {
        if let name = scope.stage, stages.isEmpty {
            return record.stages.contains { $0.name == name }
                ? "stage '\(name)' does not count for verdicts" : "the run has no stage '\(name)'"
        }
        if let name = scope.journey, !record.steps.contains(where: { $0.journey == name }) {
            return "the run has no journey '\(name)'"
        }
        return "no samples: nothing of \(words) came to an end"
    }
}
