package import Diagnostics
package import Peers
package import ShadowTag

/// One thing that was looked at before any traffic.
package struct PreflightCheck: Sendable {
    package enum Outcome: String, Sendable, CaseIterable {
        case passed
        /// Worth knowing; the run goes on.
        case warned
        case failed
        /// Nothing here could show it, and nothing is claimed.
        case notObserved = "not observed"
    }

    /// `pay.example.test:8443`, `report folder`, `clock`.
    package let name: String
    package let outcome: Outcome
    package let words: String
    package let fix: String?
    /// Where the plan asks for what was looked at.
    package let span: SourceSpan?

    package init(_ name: String, _ outcome: Outcome, _ words: String, fix: String? = nil, at span: SourceSpan? = nil) {
        self.name = name
        self.outcome = outcome
        self.words = words
        self.fix = fix
        self.span = span
    }

    var asWarning: PreflightCheck { PreflightCheck(name, .warned, words, fix: fix, at: span) }
}

/// What was found before any traffic, and what the run may use of it.
package struct PreflightReport {
    package let checks: [PreflightCheck]
    /// The plan's entry points in its order, pinned and permitted; fewer when a check failed.
    package let origins: [(service: String?, origin: PermittedOrigin)]
    /// What stands before all of them, where the plan has a proxy and it was reached.
    package let proxy: PermittedProxy?
    /// For each of the plan's observations, in its order; nil where it cannot be read.
    package let observed: [PermittedOrigin?]
    /// For each of the plan's sources of evidence, in its order; nil for one that is a file.
    package let sources: [PermittedOrigin?]
    /// Nil when none could be read.
    package let shadowKey: ShadowKey?
    /// The plan's mock banks, running; whoever has the report stops them.
    let banks: RunBanks?
    /// Their twins for live traffic, of a run with the embedded stack.
    let live: RunBanks?
    /// The embedded stack, running; the same holds for it.
    let stack: RunStack?

    /// The stack goes before the banks that it calls.
    func endParts() async {
        _ = await stack?.stop()
        _ = await banks?.stop()
        _ = await live?.stop()
    }

    /// No traffic may begin otherwise.
    package var isClear: Bool { !checks.contains { $0.outcome == .failed } }

    /// What failed or is worth knowing, at its place in the plan.
    package var diagnostics: [Diagnostic] {
        var collector = DiagnosticCollector()
        for check in checks where check.outcome == .failed || check.outcome == .warned {
            collector.report(
                check.outcome == .failed
                    ? .error(check.words, at: check.span, fix: check.fix)
                    : .warning(check.words, at: check.span, fix: check.fix))
        }
        return collector.diagnostics
    }
}
