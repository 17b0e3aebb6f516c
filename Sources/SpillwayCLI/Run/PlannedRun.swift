import ChannelProfile
import Diagnostics
import PlanLanguage
import PlanModel

/// A plan that was read for a run, and where from.
struct PlannedRun {
    var plan: Plan
    /// What it names as `channels`.
    var profile: ChannelProfile?
    var digest: String
    var seed: UInt64
    /// Its own paths are relative to it.
    let folder: String
    /// As it was written, without what it includes.
    let text: String
    let overrides: [String]

    /// Nil when there are mistakes; they are told.
    init?(_ path: String, overrides: [String], seed: UInt64?, _ console: Console) {
        let file = PlanFile(path)
        var digest = PlanDigest()
        var text: [UInt8]?
        let outcome = file.outcome(overrides: overrides) { source in
            digest.add(source.bytes)
            text = text ?? source.bytes
        }
        digest.add(overrides: overrides)
        outcome.tell(console)
        guard let plan = outcome.plan else { return nil }
        self.plan = plan
        profile = outcome.profile
        self.digest = digest.text
        self.seed = seed ?? plan.seed
        folder = file.folder
        self.overrides = overrides
        self.text = String(decoding: text ?? [], as: UTF8.self)
    }
}
