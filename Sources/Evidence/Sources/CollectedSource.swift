package import PlanModel

/// A declared source at the end of a run: where it can be read now, or why it cannot.
package struct CollectedSource: Sendable {
    package enum State: Sendable {
        /// A file where the plan says, or what was fetched, whole.
        case there(SourceInput)
        case missing(String)
    }

    package let source: DeclaredSource
    package let state: State

    package init(_ source: DeclaredSource, _ state: State) {
        self.source = source
        self.state = state
    }

    package func rows(isOver: @escaping () -> Bool) throws(SourceFault) -> SourceRows {
        switch state {
        case .there(let input): return try SourceRows(source, input, isOver: isOver)
        case .missing(let reason): throw SourceFault(source, reason)
        }
    }
}
