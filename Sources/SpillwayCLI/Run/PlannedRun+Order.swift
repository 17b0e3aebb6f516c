import Cryptography
import Diagnostics
import Drill
import Evidence
import Peers
import PlanModel
import ShadowTag

extension PlannedRun {
    /// What a drill of this plan is to be, in one world or the other.
    func order(into folder: String, in world: RunWorld, _ permissions: PermissionList) -> DrillOrder {
        let entropy = RunEntropy(of: self, in: world)
        // Nobody whom a plan allows can be hit by a rehearsal of it.
        let permitted = world == .rehearsed ? plan.target.allow.map(\.value) : permissions.blocks
        var order = DrillOrder(
            plan: plan, planDigest: digest, seed: seed, planFolder: self.folder, outFolder: folder,
            policy: PeerPolicy(of: plan, permitted: permitted), permitted: permissions.written,
            environment: ProcessEnvironment.values, entropy: entropy.bytes(32, for: "shadow key"),
            runEntropy: entropy.bytes(RunID.entropyCount, for: "run"), version: SpillwayCLI.version)
        order.profile = profile
        order.planText = text
        order.planOverrides = overrides
        order.bankToken = Hexadecimal.text(entropy.bytes(16, for: "banks").span)
        order.stackToken = Hexadecimal.text(entropy.bytes(16, for: "stack").span)
        return order
    }
}
