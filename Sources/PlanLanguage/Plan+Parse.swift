package import Diagnostics
package import PlanModel

extension Plan {
    /// What came of a text: a plan, unless there are errors, and everything that is to be said about it.
    package struct Outcome: Sendable {
        package let plan: Plan?
        package let diagnostics: [Diagnostic]
        /// Further mistakes, of which there were too many to keep.
        package let droppedCount: Int

        package init(plan: Plan?, diagnostics: [Diagnostic], droppedCount: Int) {
            self.plan = plan
            self.diagnostics = diagnostics
            self.droppedCount = droppedCount
        }
    }

    /// Reads and checks a plan. It opens no file and looks at no clock: included files come through `include`, and the
    /// names of secrets are compared with `environment`, when there is one; their values are not looked at.
    ///
    /// - Parameter overrides: `path=value`, each as written behind `--set`.
    package static func parse(
        _ source: SourceText, environment: [String: String]? = nil, overrides: [String] = [],
        include: (String) throws(IncludeError) -> SourceText = { path throws(IncludeError) in
            throw IncludeError("nothing may be included here")
        }
    ) -> Outcome {
        withoutActuallyEscaping(include) { include in
            var reading = PlanReading(.plan, environment: environment)
            var plan: Plan?
            if let tree = PlanAssembly(document: .plan, resolve: include).tree(
                of: source, overrides: overrides, into: &reading.collector)
            {
                plan = PlanGrammar.shape.read(tree, "", &reading)
                reading.resolve()
            }
            return Outcome(
                plan: reading.collector.hasErrors ? nil : plan, diagnostics: reading.collector.diagnostics,
                droppedCount: reading.collector.droppedCount)
        }
    }
}
