import Evidence

/// How the steps of a stage ended, for the objective: of every request, and not of the first of each journey as goodput is.
struct StepCount: Equatable {
    private(set) var requests: UInt64 = 0
    private(set) var shed: UInt64 = 0
    /// Of requests, and of what was waited for in vain.
    private(set) var errors: UInt64 = 0
    /// Correct answers, in time or not.
    private(set) var answered: UInt64 = 0

    var failed: UInt64 { shed + errors }

    mutating func add(_ step: StepRecord, _ cell: StageCell) {
        shed += cell.outcomes[.shed]
        errors += cell.outcomes.errors
        guard step.isRequest else { return }
        requests += cell.outcomes.total
        answered += cell.outcomes[.ok] + cell.outcomes[.declined]
    }
}
