import ChannelProfile
import Diagnostics
import PlanLanguage
import PlanModel

/// What is said of a plan or a mock profile once it is read.
struct CheckedDocument {
    /// What is in it; nil when it is wrong.
    let summary: String?
    let diagnostics: [Diagnostic]
    let droppedCount: Int

    init(summary: String? = nil, diagnostics: [Diagnostic], droppedCount: Int = 0) {
        self.summary = summary
        self.diagnostics = diagnostics
        self.droppedCount = droppedCount
    }

    init(_ outcome: Plan.Outcome) {
        self.init(
            summary: outcome.plan.map(Self.summary), diagnostics: outcome.diagnostics,
            droppedCount: outcome.droppedCount)
    }

    init(_ outcome: ChannelProfile.Outcome) {
        self.init(
            summary: outcome.profile.map(Self.summary), diagnostics: outcome.diagnostics,
            droppedCount: outcome.droppedCount)
    }

    private static func summary(of plan: Plan) -> String {
        [
            counted(plan.journeys.count, "journey", "journeys"), counted(plan.traffic.count, "stage", "stages"),
            counted(plan.faults.count, "fault", "faults"), counted(plan.targets.count, "target", "targets"),
        ].joined(separator: ", ")
    }

    private static func summary(of profile: ChannelProfile) -> String {
        [
            counted(profile.channels.count, "channel", "channels"), counted(profile.faults.count, "fault", "faults"),
        ].joined(separator: ", ")
    }

    private static func counted(_ count: Int, _ noun: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? noun : plural)"
    }
}
