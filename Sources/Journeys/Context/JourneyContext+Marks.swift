import SeededRandom

extension JourneyContext {
    /// Appends the fields that mark a request which no journey renders: Host, the marks of shadow traffic, the trace.
    /// The context has begun `book.marks`.
    package func renderMarks(into wire: inout [UInt8]) -> Rendering {
        let step = book.marks.steps[0]
        guard let request = step.request else { preconditionFailure("marks without a request") }
        let readiness = prepare(step, 0)
        guard readiness == .whole else { return readiness }
        trace = seed.child(Label.trace).child(step.position).child(0)
        write(request.marks, into: &wire)
        return .whole
    }
}
