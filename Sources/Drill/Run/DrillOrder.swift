package import ChannelProfile
package import Peers
package import PlanModel
package import Reporting

/// What a run is to be.
package struct DrillOrder: Sendable {
    package var plan: Plan
    /// SHA-256 of the plan's text with all that belongs to it, in hexadecimal.
    package var planDigest: String
    /// The plan as it was written, with its secrets unresolved.
    package var planText = ""
    /// What was set beside it, as `path=value`.
    package var planOverrides: [String] = []
    package var seed: UInt64
    /// The plan's paths are relative to it; empty for the working folder.
    package var planFolder: String
    /// For the reports, and the evidence in a folder below.
    package var outFolder: String
    package var policy: PeerPolicy
    /// What was permitted outside the plan, as it was written.
    package var permitted: [String]
    package var environment: [String: String]
    /// 32 bytes of the kernel's, for a shadow key when none is given, and `RunID.entropyCount` for the run's name.
    package var entropy: [UInt8]
    package var runEntropy: [UInt8]
    /// Spillway's own.
    package var version: String
    /// What the plan names as `channels`, read.
    package var profile: ChannelProfile?
    /// 32 hexadecimal digits that nobody can guess: the leave to put faults on the run's banks.
    package var bankToken = ""
    /// The same for the operator's side of the embedded stack.
    package var stackToken = ""
    /// Entry points of which somebody said outside the plan that untagged payments may go there, as they were written.
    package var realPayments: [String] = []
    /// A simulated run leaves an evidence.db as well; a live one always does.
    package var keepsEvidence = false
    /// Without it a simulated run leaves nothing behind it but its report in memory.
    package var leavesFiles = true
    /// Those of the report; report.json is among them in any case.
    package var files = ReportFile.allCases
    /// Plays mock banks, or the embedded stack, when it is called as `spillway mock` or `spillway stack` is: this program.
    package var executable = "/proc/self/exe"

    package init(
        plan: Plan, planDigest: String, seed: UInt64, planFolder: String, outFolder: String, policy: PeerPolicy,
        permitted: [String], environment: [String: String], entropy: [UInt8], runEntropy: [UInt8], version: String
    ) {
        self.plan = plan
        self.planDigest = planDigest
        self.seed = seed
        self.planFolder = planFolder
        self.outFolder = outFolder
        self.policy = policy
        self.permitted = permitted
        self.environment = environment
        self.entropy = entropy
        self.runEntropy = runEntropy
        self.version = version
    }
}
