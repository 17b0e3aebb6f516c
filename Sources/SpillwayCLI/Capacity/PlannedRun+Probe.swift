import Capacity
import ChannelProfile

extension PlannedRun {
    /// One step of a search as a run. It is another plan than the one that was written, and has a fingerprint of its own.
    func probing(_ step: CapacityCourse.Step) -> PlannedRun {
        var run = self
        run.plan = step.plan
        run.seed = step.seed
        // Faults on the banks' own clock would fall into one drill and not into the next.
        run.profile = profile?.withoutFaults
        var digest = PlanDigest()
        digest.add(Array(self.digest.utf8))
        digest.add(Array("\(step.name) \(step.probe.perSecond) \(step.probe.hold)".utf8))
        run.digest = digest.text
        return run
    }
}

extension ChannelProfile {
    fileprivate var withoutFaults: ChannelProfile {
        ChannelProfile(
            name: name, about: about, seed: seed, allow: allow, channels: channels, faults: [], statement: statement)
    }
}
