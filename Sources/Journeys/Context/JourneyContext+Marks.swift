extension JourneyContext {
    /// Appends the fields that mark a request which no journey renders: Host, the marks of shadow traffic, the trace.
    /// The context has begun `book.marks`.
    package func renderMarks(into wire: inout [UInt8]) -> Rendering {
        let step = book.marks.steps[0]
        guard let request = step.content.request else { preconditionFailure("marks without a request") }
        let readiness = prepare(step, 0)
        guard readiness == .whole else { return readiness }
        write(request.fields, into: &wire)
        if request.hasTrace { writeTrace(step, 0, into: &wire) }
        return .whole
    }
}
