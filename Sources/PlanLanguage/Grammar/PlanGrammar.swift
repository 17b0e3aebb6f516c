import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary
import Timebase

/// The whole of a plan: the one description that checker, schema and reference are made from.
enum PlanGrammar {
    private static let name = Key<String>.required(
        "plan",
        Phrases.title("flash-sale"), "its name, also of the report's folder")
    private static let about = Key<String?>.optional("about", .text, "what the drill is for, in a sentence")
    private static let seed = Key<Int>.defaulted(
        "seed", .integer(0 ... .max), to: 1, shown: "1", "arrivals, data and faults derive from it")
    /// Taken in before the rest is read; see `PlanAssembly`.
    private static let include = Key<[String]>.defaulted(
        "include", .oneOrMany(.text), to: [], shown: "none", "files whose `journeys` and `data` are added to the plan's"
    )
    private static let target = Key<Target>.required("target", TargetGrammar.shape, "what the traffic goes to")
    private static let stack = Key<EmbeddedStack>.defaulted(
        "stack", StackGrammar.shape, to: StackGrammar.standardStack, shown: "as below",
        "how large the embedded stack is declared to be, and how it behaves")
    private static let shadow = Key<ShadowMarks>.defaulted(
        "shadow", TargetGrammar.shadowShape, to: TargetGrammar.shadowDefault, shown: "on", "how this traffic is marked")
    private static let channels = Key<Located<String>?>.optional(
        "channels", Shape<String>.text.located, "the mock profile with the banks to start")
    private static let webhooks = Key<WebhookSink?>.optional(
        "webhooks", TargetGrammar.webhooksShape, "where the driver waits for webhooks")
    private static let data = Key<[DataSource]>.defaulted(
        "data", DataGrammar.section, to: [], shown: "none", "the values that templates draw from")
    private static let journeys = Key<[Journey]>.required("journeys", JourneyGrammar.section, "what arrivals do")
    private static let classify = Key<Classification>.defaulted(
        "classify", JourneyGrammar.classify, to: JourneyGrammar.classifyDefault, shown: "as below",
        "which statuses are no errors")
    private static let setup = Key<[Step]>.defaulted(
        "setup", lone(StepGrammar.steps), to: [], shown: "none", "steps done once, before warm-up")
    private static let teardown = Key<[Step]>.defaulted(
        "teardown", lone(StepGrammar.steps), to: [], shown: "none", "steps done once, after the drain")
    private static let arrivals = Key<Arrivals>.defaulted(
        "arrivals", TrafficGrammar.arrivals, to: .poisson, shown: "poisson", "how they are spread around the rate")
    private static let traffic = Key<[Stage]>.required(
        "traffic", TrafficGrammar.traffic, "stages, in order; an open model unless `users` is given")
    private static let drain = Key<TimeSpan>.defaulted(
        "drain", DrainGrammar.shape, to: DrainGrammar.standard, shown: "as below",
        "what is waited for between the traffic and the end of the stack")
    private static let faults = Key<[Fault]>.defaulted(
        "faults", FaultGrammar.ofPlan, to: [], shown: "none", "what goes wrong, on the clock of the stages")
    private static let observe = Key<[Observation]>.defaulted(
        "observe", ObservationGrammar.observe, to: [], shown: "none", "time series drawn beside the load")
    private static let guards = Key<[Guard]>.defaulted(
        "guards", ObservationGrammar.guards, to: [], shown: "none", "abort the drill, drain, still report")
    private static let evidence = Key<[DeclaredSource]>.defaulted(
        "evidence", EvidenceGrammar.section, to: [], shown: "none",
        "what a stack or bank that knows nothing of Spillway says of itself, for the audit")
    private static let targets = Key<[Verdict]>.defaulted(
        "targets", VerdictGrammar.shape, to: [], shown: "none", "verdicts; one that cannot be judged is never passed")

    static let shape = Shape<Plan>.record(
        "plan", "A drill: what is driven, how, and what it must show.",
        [
            name, about, seed, include, target, stack, shadow, channels, webhooks, data, journeys, classify, setup,
            teardown, arrivals, traffic, drain, faults, observe, guards, evidence, targets,
        ], plan)

    /// `setup` and `teardown` are no journey: what others keep is not known there.
    private static func lone(_ steps: Shape<[Step]>) -> Shape<[Step]> {
        Shape<[Step]>(form: steps.form) { node, name, reading in
            reading.kept = []
            defer { reading.kept = [] }
            return steps.read(node, name, &reading)
        }
    }

    private static func plan(_ fields: Fields, _ reading: inout PlanReading) -> Plan? {
        let plan = Plan(
            name: fields[name], about: fields[about], seed: UInt64(fields[seed]), target: fields[target],
            stack: fields[stack], shadow: fields[shadow], channels: fields[channels], webhooks: fields[webhooks],
            data: fields[data], journeys: fields[journeys], classify: fields[classify], setup: fields[setup],
            teardown: fields[teardown], arrivals: fields[arrivals], traffic: fields[traffic], faults: fields[faults],
            observe: fields[observe], guards: fields[guards], evidence: fields[evidence], targets: fields[targets],
            drain: fields[drain])
        checkWeights(plan, at: fields.span(of: journeys), &reading)
        checkChannels(plan, &reading)
        checkEmbedded(plan, fields, &reading)
        checkWebhooks(plan, &reading)
        return plan
    }

    // MARK: What only the whole tells

    private static func checkWeights(_ plan: Plan, at span: SourceSpan, _ reading: inout PlanReading) {
        let needsOwnWeights = plan.traffic.contains { $0.mix.isEmpty }
        if needsOwnWeights, let first = plan.journeys.first, plan.journeys.allSatisfy({ $0.weight == 0 }) {
            reading.error(
                "the weights of all journeys are 0", at: first.name.span, fix: "give one more, or every stage a 'mix'")
        }
    }

    private static func checkChannels(_ plan: Plan, _ reading: inout PlanReading) {
        guard plan.channels == nil else { return }
        for fault in plan.faults {
            reading.error(
                "the plan starts no mock banks, so '\(fault.channel.value)' cannot fail", at: fault.channel.span,
                fix: "write 'channels:' with the path of a mock profile")
        }
        for entry in plan.target.entry.addresses {
            guard case .channel(let channel) = entry.address.value else { continue }
            reading.error(
                "the plan starts no mock banks, so there is no '\(channel)' to drive", at: entry.address.span,
                fix: "write 'channels:' with the path of a mock profile")
        }
    }

    private static func checkEmbedded(_ plan: Plan, _ fields: Fields, _ reading: inout PlanReading) {
        if case .embedded(let span) = plan.target.entry {
            if let source = plan.evidence.first {
                reading.error(
                    "the embedded stack and its banks are asked for their evidence as it is", at: source.span,
                    fix: "leave 'evidence' out; it is for a stack that is already there")
            }
            checkBanks(plan, behind: span, fields, &reading)
            return QuestionTiming(plan).checkEnd(&reading)
        }
        for observation in plan.observe where observation.prometheus.value == .stack {
            reading.error(
                "this plan drives no embedded stack, so it has no metrics", at: observation.prometheus.span,
                fix: "write a URL, such as 'http://127.0.0.1:8080/metrics'")
        }
        for guardian in plan.guards where guardian.subject == .moneyViolations {
            reading.error(
                "only the embedded stack's books are looked at while the drill runs", at: guardian.text.span,
                fix: "leave it out, or write 'target: {stack: embedded}'")
        }
        if fields.has(stack) {
            reading.error(
                "'stack' sets up the embedded stack, which this plan does not drive", at: fields.span(of: stack),
                fix: "leave it out, or write 'target: {stack: embedded}'")
        }
        if let control = plan.shadow.control {
            reading.collector.report(
                .warning(
                    "untagged twins are real payments to any stack but the embedded one", at: control.span,
                    fix: "leave 'control' out, or give the run '--control-is-real-payments' with the target's URL"))
        }
    }

    private static func checkBanks(
        _ plan: Plan, behind span: SourceSpan, _ fields: Fields, _ reading: inout PlanReading
    ) {
        guard !fields.has(channels) else { return }
        reading.error(
            "the embedded stack has no banks to send payments to", at: span,
            fix: "write 'channels:' with the path of a mock profile, or 'url' for a stack that is already there")
    }

    private static func checkWebhooks(_ plan: Plan, _ reading: inout PlanReading) {
        guard plan.webhooks == nil else { return }
        for mention in reading.templates where mention.reference.path == ["webhook"] {
            reading.error(
                "nobody listens for webhooks, so '${webhook}' is no address", at: mention.reference.span,
                fix: "write a section 'webhooks'")
        }
        for step in plan.journeys.flatMap(\.steps) + plan.setup + plan.teardown {
            guard case .awaitWebhook = step.action else { continue }
            reading.error(
                "nobody listens for webhooks", at: step.span,
                fix: "write 'webhooks: {listen: \"127.0.0.1:0\", public-url: \"http://127.0.0.1\"}'")
        }
    }
}
