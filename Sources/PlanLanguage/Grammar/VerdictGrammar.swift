import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `targets`: what the drill must show.
enum VerdictGrammar {
    private static func variant(
        _ name: String, _ about: String, _ keys: [any AnyKey],
        _ claim: @escaping @Sendable (Fields, inout PlanReading) -> Verdict.Claim?
    ) -> Variant<Verdict> {
        let shape = Shape<Verdict.Claim>.record("targets." + name, about, keys, claim)
        return Variant(name, about, shape) { claim, entry, _ in
            Verdict(claim: claim, name: entry.key, span: entry.keySpan)
        }
    }

    /// All checks of a kind, or those that are named.
    private static func audited(
        _ name: String, _ checks: [String], _ claim: @escaping @Sendable ([String]) -> Verdict.Claim, _ about: String
    ) -> Variant<Verdict> {
        let shape = Shape<[String]>.scalar(.choice(["strict": []]), or: .list(.choice(of: checks)))
        return Variant(name, about, shape.map(claim)) { claim, entry, _ in
            Verdict(claim: claim, name: entry.key, span: entry.keySpan)
        }
    }

    // MARK: Keys

    private static let percentiles: [(key: Key<TimeSpan?>, percentile: Double)] = [
        ("p50", 50.0), ("p90", 90), ("p95", 95), ("p99", 99), ("p99.9", 99.9),
    ].map { (.optional($0.0, Phrases.positiveSpan, "at most this"), $0.1) }

    private static func limits(_ fields: Fields) -> [PercentileLimit] {
        percentiles.compactMap { entry in
            fields[entry.key].map { PercentileLimit(percentile: entry.percentile, limit: $0) }
        }
    }

    private static let stage = Key<String?>.optional("stage", Phrases.name(of: .stage), "all that count, when left out")
    private static let oneStage = Key<String>.required("stage", Phrases.name(of: .stage), "the stage that is looked at")
    private static let journey = Key<String?>.optional("journey", Phrases.name(of: .journey), "all, when left out")
    private static let channel = Key<String>.required("channel", Phrases.name(of: .channel), "one of the mock profile")
    private static let rateAtLeast = Key<Rate>.required("at least", Phrases.positiveRate, "goodput")
    private static let ratioAtLeast = Key<Ratio>.required("at least", .value(), "the least that passes")
    private static let ratioAtMost = Key<Ratio>.required("at most", .value(), "the most that passes")
    private static let numberAtMost = Key<Double>.required(
        "at most", .number(0 ... .greatestFiniteMagnitude), "the most that passes")
    private static let writesAtMost = Key<Double>.required("at most", writes, "the most that passes")
    private static let queriesAtMost = Key<Double>.defaulted(
        "queries at most", .number(0 ... .greatestFiniteMagnitude), to: 3, shown: "3",
        "questions to channels for one admitted payment")
    private static let factorAtMost = Key<Factor>.required("at most", .value(), "the most that passes")
    private static let fairness = Key<Double>.required("at least", .number(0...1), "Jain's index")
    private static let by = Key<String>.required(
        "by",
        Shape<String>.text.then { name, node, _, reading in
            reading.mention(.data, name, at: node.span)
            return name
        }, "whose success is compared: a name of `data`")
    private static let shareAtLeast = Key<Share>.required("at least", share, "of the peak, or of a stage")
    private static let shareTo = Key<Share>.required("to", share, "of the peak, or of a stage")
    private static let within = Key<TimeSpan>.required("within", Phrases.positiveSpan, "at the latest")
    private static let after = Key<String>.required("after", Phrases.name(of: .stage), "the stage that disturbed")
    private static let slo = Key<Objective>.required("slo", objective, "when an answer is good enough")
    private static let errors = Key<Ratio?>.optional("errors", .value(), "at most; shed answers are errors here")
    private static let series = Key<String>.required("series", Phrases.name(of: .series), "one of `observe`")
    private static let p99 = Key<TimeSpan?>.optional("p99", Phrases.positiveSpan, "of rejections; 50ms when left out")
    private static let retryAfter = Key<Bool>.defaulted(
        "retry-after", .choice(["required": true, "optional": false]), to: false, shown: "optional",
        "whether rejections say when to come back")
    private static let advised = Key<Ratio>.defaulted(
        "advised", .value(), to: Ratio(1), shown: "100%",
        "of rejections that say when to come back, at least, where `retry-after` is required")
    private static let order = Key<[Priority]>.defaulted(
        "order", .list(Phrases.priority), to: [.low, .normal, .critical], shown: "[low, normal, critical]",
        "what is shed first")
    private static let explicit = Key<Ratio>.defaulted(
        "explicit", .value(), to: Ratio(0.99), shown: "99%", "of refusals and errors under overload, at least")
    private static let critical = Key<Ratio>.defaulted(
        "critical", .value(), to: Ratio(0.994), shown: "99.4%",
        "of the last in `order` that is let in while the others can be shed, at least")
    private static let p99Factor = Key<Factor>.defaulted(
        "p99", .value(), to: Factor(1.2), shown: "1.2x", "of the reference's, at most")
    private static let leftShare = Key<Ratio>.defaulted(
        "share", .value(), to: Ratio(0.2), shown: "20%", "of its former share, below which the channel is left")
    private static let backShare = Key<Ratio>.defaulted(
        "back share", .value(), to: Ratio(0.8), shown: "80%", "of its former share, from which traffic is back")
    private static let over = Key<TimeSpan>.defaulted(
        "over", Phrases.positiveSpan, to: .seconds(3), shown: "3s", "the time over which shares are taken")
    private static let turns = Key<Int>.defaulted(
        "turns", .integer(0...1_000), to: 2, shown: "2", "changes of direction, at most")
    private static let closes = Key<TimeSpan>.defaulted(
        "closes within", Phrases.positiveSpan, to: .seconds(30), shown: "30s", "from the fault's end")
    private static let away = Key<TimeSpan>.required("away within", Phrases.positiveSpan, "from the fault's beginning")
    private static let back = Key<TimeSpan>.required("back within", Phrases.positiveSpan, "from the fault's end")
    private static let opens = Key<TimeSpan>.required(
        "opens within", Phrases.positiveSpan, "from the fault's beginning")
    private static let lag = Key<TimeSpan>.required("lag p99", Phrases.positiveSpan, "of sends behind their schedule")

    private static let share = Shape<Share>.phrase(
        "a share", pattern: #"^[0-9]+(\.[0-9]+)?% of [^ ].*$"#, examples: ["90% of peak", "95% of baseline"]
    ) { text in
        let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3, parts[1] == "of", let ratio = try? Ratio(parsing: parts[0]) else { return nil }
        return Share(ratio: ratio, reference: parts[2])
    }.then { share, node, _, reading in
        if share.reference != "peak" { reading.mention(.stage, share.reference, at: node.span) }
        return share
    }

    private static let objective = Shape<Objective>.record(
        "slo", "When an answer is good enough. At least one limit.", percentiles.map(\.key) + [errors] as [any AnyKey]
    ) { fields, reading in
        let limits = limits(fields)
        if limits.isEmpty, !fields.has(errors), percentiles.allSatisfy({ !fields.has($0.key) }) {
            reading.error("this objective has no limit", at: fields.span, fix: "write {p99: 500ms, errors: 0.1%}")
        }
        return Objective(limits: limits, errors: fields[errors])
    }

    private static let writes = Shape<Double>(form: Shape<Double>.number(0 ... .greatestFiniteMagnitude).form) {
        node, name, reading in
        switch node.content {
        case .integer(let count) where count >= 1: return Double(count)
        case .float(let count) where count >= 1: return count
        case .integer, .float:
            reading.error(
                "'\(name)' is at least 1: a payment takes a write of its own", at: node.span, fix: "write 1.1")
        default: reading.wrongKind(node, name, "a number", fix: "write 1.1")
        }
        return nil
    }

    // MARK: Targets

    static let shape = Shape<[Verdict]>.list(
        Shape<Verdict>.variants(
            "a target",
            performance + resilience + [
                audited(
                    "isolation", Verdict.isolationChecks, Verdict.Claim.isolation,
                    "shadow traffic never reached a live store, nor live traffic a shadow one; `strict`, or the checks that count"
                ),
                audited(
                    "money", Verdict.moneyChecks, Verdict.Claim.money,
                    "no money was lost, made or moved twice; `strict`, or the checks that count"),
            ]), countMin: 0)

    private static let performance: [Variant<Verdict>] = [
        variant("capacity", "the goodput that holds for 10 s under the objective", [rateAtLeast, slo]) { fields, _ in
            .capacity(atLeast: fields[rateAtLeast], objective: fields[slo])
        },
        variant(
            "latency", "percentiles of admitted work", [journey, stage] + percentiles.map(\.key) as [any AnyKey]
        ) { fields, reading in
            let limits = limits(fields)
            if percentiles.allSatisfy({ !fields.has($0.key) }) {
                reading.error("this target has no limit", at: fields.span, fix: "write p99: 400ms")
            }
            return .latency(Scope(journey: fields[journey], stage: fields[stage]), limits: limits)
        },
        variant("errors", "the share of errors; shed and declined are none", [journey, stage, ratioAtMost]) {
            fields, _ in
            .errors(Scope(journey: fields[journey], stage: fields[stage]), atMost: fields[ratioAtMost])
        },
        variant("goodput", "correct answers in time, as a share of what was offered", [oneStage, shareAtLeast]) {
            fields, _ in .goodput(stage: fields[oneStage], atLeast: fields[shareAtLeast])
        },
        variant("generator", "how exactly the load was made", [lag]) { fields, _ in .generator(lagP99: fields[lag]) },
    ]

    private static let resilience: [Variant<Verdict>] = [
        variant("shed", "how overload is turned away", [p99, retryAfter, advised, order, explicit, critical]) {
            fields, reading in
            if fields.has(advised), !fields[retryAfter] {
                reading.error(
                    "'advised' says how many, and no rejection has to", at: fields.span,
                    fix: "write retry-after: required")
            }
            return .shed(
                p99: fields[p99], advised: fields[retryAfter] ? fields[advised] : nil, order: fields[order],
                explicit: fields[explicit], critical: fields[critical])
        },
        variant("recovery", "goodput comes back", [after, shareTo, within, p99Factor]) { fields, _ in
            .recovery(after: fields[after], to: fields[shareTo], within: fields[within], p99: fields[p99Factor])
        },
        variant("hysteresis", "goodput on the way down, as a share of that on the way up", [ratioAtLeast]) {
            fields, _ in
            .hysteresis(atLeast: fields[ratioAtLeast])
        },
        variant("amplification", "channel writes for one admitted payment", [writesAtMost, queriesAtMost]) {
            fields, _ in
            .amplification(writesAtMost: fields[writesAtMost], queriesAtMost: fields[queriesAtMost])
        },
        variant("wasted work", "bank calls for requests that nobody waits for", [ratioAtMost]) { fields, _ in
            .wastedWork(atMost: fields[ratioAtMost])
        },
        variant("queue", "a series stays under its cap and does not grow", [series, numberAtMost]) { fields, _ in
            .queue(series: fields[series], atMost: fields[numberAtMost])
        },
        variant("blast radius", "p99 of everything that a fault should not touch", [channel, factorAtMost]) {
            fields, _ in
            .blastRadius(channel: fields[channel], atMost: fields[factorAtMost])
        },
        variant(
            "routing", "traffic leaves a sick channel, and returns",
            [channel, away, back, leftShare, backShare, over, turns]
        ) { fields, _ in
            .routing(
                channel: fields[channel], awayWithin: fields[away], backWithin: fields[back],
                Detour(
                    awayShare: fields[leftShare], backShare: fields[backShare], over: fields[over], turns: fields[turns]
                ))
        },
        variant("breaker", "opens, probes, closes", [channel, opens, closes]) { fields, _ in
            .breaker(channel: fields[channel], opensWithin: fields[opens], closesWithin: fields[closes])
        },
        variant("fairness", "success is spread evenly under shedding", [by, fairness]) { fields, _ in
            .fairness(by: fields[by], atLeast: fields[fairness])
        },
    ]
}
