package import ChannelProfile
package import Diagnostics
package import PlanModel

extension Plan {
    /// What came of a text: a plan, unless there are errors, and everything that is to be said about it.
    package struct Outcome: Sendable {
        package let plan: Plan?
        /// What the plan names as `channels`, when it was asked for and is right.
        package let profile: ChannelProfile?
        package let diagnostics: [Diagnostic]
        /// Further mistakes, of which there were too many to keep.
        package let droppedCount: Int

        package init(
            plan: Plan?, profile: ChannelProfile? = nil, diagnostics: [Diagnostic], droppedCount: Int
        ) {
            self.plan = plan
            self.profile = profile
            self.diagnostics = diagnostics
            self.droppedCount = droppedCount
        }
    }

    /// Reads and checks a plan. It opens no file and looks at no clock: files that it names come through `include`, and the
    /// names of secrets are compared with `environment`, when there is one; their values are not looked at.
    ///
    /// - Parameter overrides: `path=value`, each as written behind `--set`.
    /// - Parameter readsChannels: whether the mock profile is read as well. Its mistakes are the plan's then, and who names a
    ///   channel is held against those that there are.
    package static func parse(
        _ source: SourceText, environment: [String: String]? = nil, overrides: [String] = [],
        readsChannels: Bool = false,
        include: (String) throws(IncludeError) -> SourceText = { path throws(IncludeError) in
            throw IncludeError("nothing may be included here")
        }
    ) -> Outcome {
        withoutActuallyEscaping(include) { include in
            var reading = PlanReading(.plan, environment: environment)
            var plan: Plan?
            var profile: ChannelProfile?
            let assembly = PlanAssembly(document: .plan, resolve: include)
            if let tree = assembly.tree(of: source, overrides: overrides, into: &reading.collector) {
                plan = PlanGrammar.shape.read(tree, "", &reading)
                if readsChannels, let node = tree["channels"] {
                    profile = ChannelProfile.read(namedBy: node, include: include, &reading)
                    if let plan, case .embedded = plan.target.entry, let profile {
                        QuestionTiming(plan).checkBanks(of: profile, &reading)
                    }
                }
                reading.resolve()
            }
            let isRight = !reading.collector.hasErrors
            return Outcome(
                plan: isRight ? plan : nil, profile: isRight ? profile : nil,
                diagnostics: reading.collector.diagnostics, droppedCount: reading.collector.droppedCount)
        }
    }
}
