import Diagnostics
import Evidence
import PlanModel
import PlanValues
import StackVocabulary
import Timebase

/// The drill of one probe: the base plan's journeys, data, stack, banks and marks, and a traffic of its own. Faults and the
/// guards on errors and latency are left out, since a probe is meant to break what they guard; guards on the books and on
/// series of somebody else's system stay.
extension Plan {
    /// Waits of an open arrival, of which there may be so many; the plan may name more.
    private static let inFlightMax = 20_000
    private static let connectionsMax = 1_024
    /// So much of the strictest limit may a generator be late by.
    private static let lagShare: Int64 = 50

    func probing(
        _ stages: [(name: String, perSecond: Double, span: TimeSpan, counts: Bool)], _ setting: CapacitySetting
    ) -> Plan {
        let span = place
        let peak = stages.map(\.perSecond).max() ?? 0
        return Plan(
            name: name, about: about, seed: seed, target: target.holding(peak, setting.objective, Self.limits),
            stack: stack, shadow: shadow, channels: channels, webhooks: webhooks, data: data, journeys: journeys,
            classify: classify, setup: setup, teardown: teardown, arrivals: arrivals,
            traffic: stages.map { stage in
                Stage(
                    name: Located(stage.name, at: span),
                    load: .hold(rate: Rate(perSecond: stage.perSecond), span: stage.span), mix: [],
                    countsForVerdicts: stage.counts)
            },
            faults: [], observe: observe, guards: guards.filter(\.isOfSomebodyElse),
            evidence: evidence, targets: integrityTargets + [generatorTarget(setting)], drain: drain)
    }

    private static let limits = (inFlightMax, connectionsMax)

    /// Every plan has traffic.
    private var place: SourceSpan { traffic[0].name.span }

    private var integrityTargets: [PlanModel.Verdict] {
        targets.filter { target in
            switch target.claim {
            case .money, .isolation: true
            default: false
            }
        }
    }

    private func generatorTarget(_ setting: CapacitySetting) -> PlanModel.Verdict {
        let named = targets.first { if case .generator = $0.claim { true } else { false } }
        if let named { return named }
        let share = (setting.objective.strictest?.nanoseconds ?? 0) / Self.lagShare
        let limit = max(TimeSpan.milliseconds(1), TimeSpan(nanoseconds: share))
        return PlanModel.Verdict(claim: .generator(lagP99: limit), name: "generator", span: place)
    }
}

extension Guard {
    fileprivate var isOfSomebodyElse: Bool {
        switch subject {
        case .moneyViolations, .series: true
        default: false
        }
    }
}

extension Target {
    /// Beyond the knee answers are slow: with the plan's own caps the driver would spare the target what it is asked to bear.
    fileprivate func holding(
        _ perSecond: Double, _ objective: CapacityObjective, _ limits: (inFlight: Int, connections: Int)
    ) -> Target {
        let wait = objective.uselessAfter ?? .seconds(1)
        let open = min(Double(limits.inFlight), perSecond * timeout.seconds)
        let busy = min(Double(limits.connections), perSecond * wait.seconds)
        return Target(
            entry: entry, transport: transport, proxy: proxy,
            connections: max(connections, Int(busy.rounded(.up))), inFlight: max(inFlight, Int(open.rounded(.up))),
            tls: tls, allow: allow, timeout: timeout)
    }
}

// MARK: Where to begin

extension Plan {
    /// A declared processor's own rate, less what a queue before it needs; else what the plan declares; else the plan's highest.
    func guess(_ setting: CapacitySetting) -> Double {
        if let declared = declaredRate { return declared * Self.utilisationGuess }
        if let declared = setting.declared { return declared.perSecond }
        return max(traffic.map(\.load.perSecondMax).max() ?? 0, 1)
    }

    private static let utilisationGuess = 0.85

    /// Of the embedded stack with declared costs: cores over what an arrival takes of one, by its requests.
    private var declaredRate: Double? {
        guard case .embedded = target.entry, let costs = stack.setting.service else { return nil }
        let weights = journeys.reduce(0) { $0 + $1.weight }
        let work = journeys.reduce(0) { $0 + $1.weight * $1.work(costs) } / max(weights, 1e-9)
        return work > 0 ? Double(stack.setting.cores) / work : nil
    }
}

extension Journey {
    /// Seconds of a core. What reads is taken for a query, anything else for a payment.
    fileprivate func work(_ costs: ServiceCosts) -> Double {
        steps.reduce(0) { sum, step in
            switch step.action {
            case .request(let request): sum + (request.method == "GET" ? costs.query : costs.pay).seconds
            case .poll: sum + costs.query.seconds
            case .awaitWebhook, .think: sum
            }
        }
    }
}

extension Load {
    fileprivate var perSecondMax: Double {
        switch self {
        case .hold(let rate, _), .spike(let rate, _): rate.perSecond
        case .ramp(let from, let to, _, _): max(from.perSecond, to.perSecond)
        case .pulses(let rate, let base, _, _, _): max(rate.perSecond, base.perSecond)
        case .replay(_, .rate(let rate), _): rate.perSecond
        case .pause, .replay, .users: 0
        }
    }
}
