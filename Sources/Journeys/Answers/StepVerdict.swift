/// What an answer says about a step. That there was no answer is for whoever waited for it.
package enum StepVerdict: Sendable, Equatable {
    case ok
    case expectationFailed(Unmet)
    case shed
    case declined
    case unknown

    /// What of an expectation did not hold; the number is its place in the plan.
    package enum Unmet: Sendable, Equatable {
        case status
        case header(Int)
        case json(Int)
        case body
        /// What was to be kept is not there.
        case keep(Int)
    }
}
