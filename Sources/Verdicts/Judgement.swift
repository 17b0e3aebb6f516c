package import Timebase

/// What the evidence says about one claim, in words for people.
package struct Judgement: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case pass, fail, inconclusive
        /// In reports from before every target had its judge: never a pass.
        case notJudged = "not_judged"
    }

    /// What follows from a failure.
    package enum Kind: String, Sendable, CaseIterable {
        /// How the load was made. Unless it passes, no performance can be judged.
        case generator
        case performance
        /// Money or isolation: a failure stands however the load was made.
        case integrity
    }

    /// What was looked at: the stages and the time from the first's beginning to the last's end.
    package struct Window: Sendable, Equatable {
        package var stages: [String]
        package var span: Range<TimeSpan>

        package init(stages: [String], span: Range<TimeSpan>) {
            self.stages = stages
            self.span = span
        }
    }

    /// The plan's word for the target: `latency`.
    package var name: String
    package var kind: Kind
    package var claim: String
    package var status: Status
    package var expected: String
    package var observed: String
    /// Nil when there was nothing to look at.
    package var window: Window?
    /// Why it is so, the weightiest first; witnesses among them.
    package var reasons: [String]

    package init(
        name: String, kind: Kind, claim: String, status: Status, expected: String, observed: String, window: Window?,
        reasons: [String]
    ) {
        self.name = name
        self.kind = kind
        self.claim = claim
        self.status = status
        self.expected = expected
        self.observed = observed
        self.window = window
        self.reasons = reasons
    }
}

extension Judgement.Status {
    package var words: String {
        switch self {
        case .pass: "pass"
        case .fail: "fail"
        case .inconclusive: "inconclusive"
        case .notJudged: "not judged"
        }
    }

    /// What decides comes first.
    static let byWeight: [Judgement.Status] = [.fail, .inconclusive, .notJudged, .pass]

    /// Of several parts of one claim: one that fails decides, and all must pass.
    static func together(_ parts: [Judgement.Status]) -> Judgement.Status {
        if parts.contains(.fail) { return .fail }
        return parts.isEmpty || parts.contains { $0 != .pass } ? .inconclusive : .pass
    }
}
