// Goal: what can be known to go wrong is known before the first payment, all of it at once, with the words that mend it.
// Method: checks that change nothing but the report folder (which is made), the limit of descriptors (which is raised),
// the plan's mock banks and its embedded stack (which are started), and send nothing but probes: a name look-up, a
// connection, a TLS handshake, a question to a bank or the stack. A failed check is exit code 3.
// Each check has a deadline. In the simulated world the same checks run; what has no meaning there (names, TLS) says so.
//
// Only the address that is pinned must be allowed, not every address of a name: the others are never touched. Which one
// is pinned is the first allowed one, in the resolver's order, that takes a connection.
//
// Not here: whether the stack does its work. That is the traffic's question.

import Diagnostics
package import EventLoop
package import Peers
package import PlanModel
import ShadowTag
package import Traffic

package struct Preflight {
    /// What the plan does not say and the caller knows.
    package struct Surroundings: Sendable {
        /// The plan's paths are relative to it; empty for the working folder.
        package var planFolder: String
        /// Nil for a run that leaves no files.
        package var outFolder: String?
        package var environment: [String: String]
        /// 32 bytes of the kernel's, for a shadow key when none is given.
        package var entropy: [UInt8]

        package init(planFolder: String, outFolder: String?, environment: [String: String], entropy: [UInt8]) {
            self.planFolder = planFolder
            self.outFolder = outFolder
            self.environment = environment
            self.entropy = entropy
        }
    }

    let plan: Plan
    /// Nil where the plan's traffic cannot be told, for want of a recording for one.
    let traffic: PlannedTraffic?
    let recordings: [String: RecordingProfile]
    let policy: PeerPolicy
    let surroundings: Surroundings
    let loop: EventLoop
    /// Nil where the plan names none, or nobody has read them.
    var banks: BankOrder?
    /// Of their twins for live traffic; nil where no stack of ours would use them.
    var live: BankOrder?
    /// Nil where the plan drives another stack.
    var stack: StackLaunch?
    /// Where untagged payments may go though nobody started the stack there.
    var realPayments: [String] = []
    var seed: UInt64
    /// A look-up, a connection with its handshake, a look at a file: how long each may take.
    var patience = TimeSpan.seconds(5)

    package init(
        _ plan: Plan, traffic: PlannedTraffic?, recordings: [String: RecordingProfile] = [:], policy: PeerPolicy,
        surroundings: Surroundings, on loop: EventLoop
    ) {
        self.plan = plan
        self.traffic = traffic
        self.recordings = recordings
        self.policy = policy
        self.surroundings = surroundings
        self.loop = loop
        seed = plan.seed
    }

    package func run() async -> PreflightReport {
        let (key, keyCheck) = shadowKey
        var checks = [keyCheck] + secrets + shadowFields
        checks += await files()
        checks += await folder()
        checks.append(descriptors)
        checks.append(await clock())
        checks += await webhooks()
        checks += control
        let banks = await startBanks(key)
        let live = await startLiveTwins(key, beside: banks.banks)
        let stack = await startStack(key, banks.banks, live: live.banks)
        let entries = await entryPoints(banks.banks, stack.stack)
        let observations = await observations(stack.stack)
        let sources = await sources()
        checks +=
            banks.checks + live.checks + stack.checks + entries.checks + observations.checks + sources.checks
            + (await canaries(banks.banks, live: live.banks, stack.stack, key))
        return PreflightReport(
            checks: checks, origins: entries.origins, proxy: entries.proxy, observed: observations.origins,
            sources: sources.origins, shadowKey: key, banks: banks.banks, live: live.banks, stack: stack.stack)
    }

    // MARK: Marks and secrets

    private var shadowFields: [PreflightCheck] {
        plan.shadow.mistakes(in: surroundings.environment).map { mistake in
            PreflightCheck("shadow headers", .failed, mistake.words, fix: mistake.fix, at: mistake.span)
        }
    }

    private var shadowKey: (ShadowKey?, PreflightCheck) {
        do throws(ShadowKeyError) {
            let key = try ShadowKey.find(in: surroundings.environment, entropy: surroundings.entropy)
            return (key, PreflightCheck("shadow key", .passed, "\(key)"))
        } catch {
            return (nil, PreflightCheck("shadow key", .failed, "\(error)", fix: error.fix))
        }
    }

    /// Each variable once, where it is named first.
    private var secrets: [PreflightCheck] {
        var seen: Set<String> = []
        let references = plan.templates.flatMap(\.references).filter { $0.path.count == 2 && $0.path[0] == "env" }
        return references.filter { seen.insert($0.path[1]).inserted }.map { reference in
            let name = reference.path[1]
            let isThere = surroundings.environment[name].map { !$0.isEmpty } ?? false
            return isThere
                ? PreflightCheck("secret \(name)", .passed, "it is set")
                : PreflightCheck(
                    "secret \(name)", .failed, "the environment has no '\(name)'", fix: "set it before the run",
                    at: reference.span)
        }
    }
}
