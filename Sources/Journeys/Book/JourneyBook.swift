// Goal: rendering a request on the hot path is copying, and checking an answer is scanning.
//
// Method: everything that does not change from arrival to arrival is done once, when the plan is loaded. Templates
// become byte segments that are encoded for the place where they stand, with numbered slots between them; secrets and
// names of the run are among the segments. Files are read, distributions and keys prepared. The book is immutable, and
// all loops share it.
//
//     JourneyBook        compiled, one for a run
//     LoopData           recent values, one for each loop
//     JourneyContext     the values of one journey under way, reused from arrival to arrival
//
//     context.begin(journey, arrival: 7, seed: mix.dataSeed(of: 7), intendedAt: instant)
//     for step in journey.steps where context.wants(step) {
//         guard context.render(step, into: &wire) == .whole else { return skip }
//         ...                                              // the driver sends, waits, and keeps the time
//         let verdict = context.check(step, status: 201, head: head, body: body)
//     }
//
// Nothing here sends, waits, or reads a clock: instants and the seed are arguments.
package import Diagnostics
package import PlanModel

package struct JourneyBook: Sendable {
    /// In the order of the plan.
    package let journeys: [CompiledJourney]
    /// Once before the traffic and once behind it; without steps when the plan has none.
    package let setup: CompiledJourney
    package let teardown: CompiledJourney
    /// What marks the requests of a recording: one request, of which only the fields are sent.
    package let marks: CompiledJourney
    /// Of `journeys`; their indices come first.
    package let stepCount: Int
    /// In the order of `target.services`; one, called "", when there is no choice.
    package let services: [String]
    let recentNames: [String]
    let patterns: [String]
    let classify: Classification
    let setting: RunSetting

    /// What came of a plan: a book, unless there are errors.
    package struct Outcome: Sendable {
        package let book: JourneyBook?
        package let diagnostics: [Diagnostic]
    }

    /// A row of evidence names its step in 16 bits.
    private static let stepsMax = 65_535

    /// Errors are what only the run can tell: a file or secret that is missing, a column that is not there.
    package static func compile(_ plan: Plan, _ setting: RunSetting) -> Outcome {
        var compilation = Compilation(plan, setting)
        let book = compilation.book()
        if let objection = objection(to: plan) { compilation.collector.report(objection) }
        return Outcome(
            book: compilation.collector.hasErrors ? nil : book, diagnostics: compilation.collector.diagnostics)
    }

    /// What keeps a plan of sound parts from being one run.
    package static func objection(to plan: Plan) -> Diagnostic? {
        let count = plan.journeys.reduce(0) { $0 + $1.steps.count }
        // Each replay is a step beside them.
        guard count + plan.traffic.count > stepsMax else { return nil }
        return .error(
            "the plan has \(count) steps, and evidence can tell \(stepsMax) apart", at: plan.journeys.last?.name.span,
            fix: "give some journeys a plan of their own")
    }

    package func step(_ index: Int) -> CompiledStep? {
        for journey in journeys + [setup, teardown] {
            if let step = journey.steps.first(where: { $0.index == index }) { return step }
        }
        return nil
    }
}

extension JourneyBook: CustomStringConvertible, CustomReflectable {
    /// Without the secrets that stand in its requests.
    package var description: String { "\(journeys.count) journeys" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
