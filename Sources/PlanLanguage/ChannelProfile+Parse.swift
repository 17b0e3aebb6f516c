package import ChannelProfile
package import Diagnostics

extension ChannelProfile {
    /// What came of a text: a profile, unless there are errors, and everything that is to be said about it.
    package struct Outcome: Sendable {
        package let profile: ChannelProfile?
        package let diagnostics: [Diagnostic]
        /// Further mistakes, of which there were too many to keep.
        package let droppedCount: Int

        package init(profile: ChannelProfile?, diagnostics: [Diagnostic], droppedCount: Int) {
            self.profile = profile
            self.diagnostics = diagnostics
            self.droppedCount = droppedCount
        }
    }

    /// Reads and checks a mock profile, as `Plan.parse` does a plan.
    ///
    /// - Parameter overrides: `path=value`, each as written behind `--set`.
    package static func parse(
        _ source: SourceText, environment: [String: String]? = nil, overrides: [String] = [],
        include: (String) throws(IncludeError) -> SourceText = { path throws(IncludeError) in
            throw IncludeError("nothing may be included here")
        }
    ) -> Outcome {
        var reading = PlanReading(.profile, environment: environment)
        let profile = read(source, overrides: overrides, &reading, include: include)
        return Outcome(
            profile: reading.collector.hasErrors ? nil : profile, diagnostics: reading.collector.diagnostics,
            droppedCount: reading.collector.droppedCount)
    }

    /// The profile that a plan names: what is wrong with it is told as well, and its channels are those of the plan.
    static func read(
        namedBy node: YAMLNode, include: (String) throws(IncludeError) -> SourceText, _ plan: inout PlanReading
    ) -> ChannelProfile? {
        guard case .text(let path) = node.content, !path.isEmpty else { return nil }
        let source: SourceText
        do throws(IncludeError) {
            source = try include(path)
        } catch {
            plan.error(
                "the mock profile '\(path)' cannot be read: \(error.reason)", at: node.span,
                fix: "its path is relative to the plan")
            return nil
        }
        var reading = PlanReading(.profile, environment: plan.environment)
        reading.collector = plan.collector
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let profile = read(source, overrides: [], &reading) { other throws(IncludeError) in
            try include(other.hasPrefix("/") ? other : folder + other)
        }
        plan.collector = reading.collector
        plan.declared[.channel] = reading.declared[.channel]
        return profile
    }

    private static func read(
        _ source: SourceText, overrides: [String], _ reading: inout PlanReading,
        include: (String) throws(IncludeError) -> SourceText
    ) -> ChannelProfile? {
        withoutActuallyEscaping(include) { include in
            let assembly = PlanAssembly(document: .profile, resolve: include)
            guard let tree = assembly.tree(of: source, overrides: overrides, into: &reading.collector) else {
                return nil
            }
            let profile = ProfileGrammar.shape.read(tree, "", &reading)
            reading.resolve()
            return profile
        }
    }
}
