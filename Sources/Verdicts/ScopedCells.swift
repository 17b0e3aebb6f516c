import Evidence
import PlanModel

/// The stages and steps that a target's scope names.
struct ScopedCells {
    let record: RunRecord
    let scope: Scope

    var stages: [CountedStage] {
        record.countedStages.filter { scope.stage == nil || $0.stage.name == scope.stage }
    }

    /// A step by its place in the record.
    func includes(_ step: Int) -> Bool { scope.journey == nil || record.steps[step].journey == scope.journey }

    /// Steps without an outcome are left out.
    func cells(in stage: CountedStage) -> [(place: Int, step: StepRecord, cell: StageCell)] {
        zip(record.steps, stage.stage.cells).enumerated()
            .filter { place, each in includes(place) && each.1.outcomes.total > 0 }
            .map { (place: $0.offset, step: $0.element.0, cell: $0.element.1) }
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
