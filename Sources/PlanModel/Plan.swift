package import ChannelProfile
package import Diagnostics

/// A drill as it was asked for: validated, immutable, without anything of the text's form.
///
/// Every reference in it leads somewhere (stages, journeys, data, series), every number is in its range, and defaults
/// are filled in. What only the world can tell (hosts, files, secrets) is for the preflight.
package struct Plan: Sendable {
    package let name: String
    package let about: String?
    /// Arrivals, data and faults derive from it.
    package let seed: UInt64
    package let target: Target
    package let stack: EmbeddedStack
    package let shadow: ShadowMarks
    /// The mock profile with the banks to start.
    package let channels: Located<String>?
    package let webhooks: WebhookSink?
    package let data: [DataSource]
    package let journeys: [Journey]
    package let classify: Classification
    package let setup: [Step]
    package let teardown: [Step]
    package let arrivals: Arrivals
    package let traffic: [Stage]
    package let faults: [Fault]
    package let observe: [Observation]
    package let guards: [Guard]
    package let evidence: [DeclaredSource]
    package let targets: [Verdict]

    package init(
        name: String, about: String?, seed: UInt64, target: Target, stack: EmbeddedStack, shadow: ShadowMarks,
        channels: Located<String>?, webhooks: WebhookSink?, data: [DataSource], journeys: [Journey],
        classify: Classification, setup: [Step], teardown: [Step], arrivals: Arrivals, traffic: [Stage],
        faults: [Fault], observe: [Observation], guards: [Guard], evidence: [DeclaredSource], targets: [Verdict]
    ) {
        self.name = name
        self.about = about
        self.seed = seed
        self.target = target
        self.stack = stack
        self.shadow = shadow
        self.channels = channels
        self.webhooks = webhooks
        self.data = data
        self.journeys = journeys
        self.classify = classify
        self.setup = setup
        self.teardown = teardown
        self.arrivals = arrivals
        self.traffic = traffic
        self.faults = faults
        self.observe = observe
        self.guards = guards
        self.evidence = evidence
        self.targets = targets
    }
}
