import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `channels`: the banks of a profile.
enum ChannelGrammar {
    private static let about = Key<String?>.optional("about", .text, "who this stands for")
    private static let listen = Key<Located<HostPort>?>.optional(
        "listen", Phrases.hostPort.located, "a free port of loopback, when left out")
    private static let wire = Key<String>.defaulted(
        "protocol", protocolShape, to: "json", shown: "json", "how it is spoken to")
    private static let idempotency = Key<IdempotencyPreset>.defaulted(
        "idempotency", .word, to: .stripeV1, shown: "stripe-v1", "how a key that was seen before is treated")
    private static let shadow = Key<UntaggedRule>.defaulted(
        "shadow", shadowShape, to: .refuse, shown: "{untagged: refuse}", "what traffic without a mark meets")
    private static let capacity = Key<Capacity>.defaulted(
        "capacity", capacityShape, to: Capacity(), shown: "no limit", "how much it can do at a time")
    private static let latency = Key<Distribution<TimeSpan>>.defaulted(
        "latency", .value(), to: .constant(.zero), shown: "0s", "of the work itself; waiting for a place comes on top")
    private static let operations = Key<[Operation: Distribution<TimeSpan>]>.defaulted(
        "operations", OperationGrammar.shape, to: [:], shown: "like all", "those that take longer or shorter")
    private static let timer = Key<TimeSpan?>.optional(
        "timer", Phrases.positiveBoundedSpan, "what is not decided by then is declined with `issuer_timeout`")
    private static let outcome = Key<OutcomeShares>.defaulted(
        "outcome", OutcomeGrammar.shape, to: OutcomeShares(), shown: "all approved", "how payments end")
    private static let settlement = Key<Distribution<TimeSpan>?>.optional(
        "settlement", .value(), "how long what was answered `pending` takes to end")
    private static let callback = Key<CallbackRule?>.optional(
        "callback", CallbackGrammar.shape, "what it tells afterwards; nothing, when left out")
    private static let query = Key<QueryRule>.defaulted(
        "query", queryShape, to: QueryRule(), shown: "no limit", "how often may be asked what became of a payment")
    private static let cutOff = Key<CutOff?>.optional(
        "cut-off", cutOffShape, "transfers are taken in a part of the day only")
    private static let answer = Key<FixedAnswer?>.optional(
        "answer", AnswerGrammar.shape, "the same for every request: no bank, but a wall to measure against")

    private typealias Draft = @Sendable (Located<String>) -> Channel

    private static let shape = Shape<Draft>.record(
        "channels.NAME", "A mock bank on a good day.",
        [
            about, listen, wire, idempotency, shadow, capacity, latency, operations, timer, outcome, settlement,
            callback, query, cutOff, answer,
        ]
    ) { fields, reading in
        checkAnswer(fields, &reading)
        checkSettlement(fields, &reading)
        checkTimer(fields, &reading)
        return { name in
            Channel(
                name: name, about: fields[about], listen: fields[listen], idempotency: fields[idempotency],
                untagged: fields[shadow], capacity: fields[capacity], latency: fields[latency],
                latencies: fields[operations], timer: fields[timer], outcome: fields[outcome],
                settlement: fields[settlement] ?? .constant(.zero), callback: fields[callback], query: fields[query],
                cutOff: fields[cutOff], fixedAnswer: fields[answer])
        }
    }

    static let section = Shape<[(name: Located<String>, value: Draft)]>.names(shape, declaring: .channel).then {
        pairs, node, _, reading in
        for pair in pairs where !Phrases.isTitle(pair.name.value) {
            reading.error(
                "a channel is called by letters, digits, '_', '.' and '-', 64 at most", at: pair.name.span,
                fix: "write 'icbc', and say more in 'about'")
        }
        if pairs.count > ChannelProfile.channelsMax {
            reading.error("a profile has at most \(ChannelProfile.channelsMax) channels", at: node.span)
        }
        return pairs.map { $0.value($0.name) }
    }

    // MARK: What belongs together

    private static func checkAnswer(_ fields: Fields, _ reading: inout PlanReading) {
        guard fields.has(answer) else { return }
        let unused: [any AnyKey] = [
            idempotency, shadow, capacity, latency, operations, timer, outcome, settlement, callback, query, cutOff,
        ]
        for key in unused {
            guard let span = fields.spans[key.form.name] else { continue }
            reading.error(
                "a channel with an 'answer' gives it to everyone at once, so its '\(key.form.name)' says nothing",
                at: span,
                fix: "leave out one of the two")
        }
    }

    private static func checkSettlement(_ fields: Fields, _ reading: inout PlanReading) {
        let hasPending = fields[outcome].pending.value > 0
        if hasPending, !fields.has(settlement) {
            reading.error(
                "payments that are answered 'pending' need to end some time", at: fields.span(of: outcome),
                fix: "write 'settlement: lognormal p50=2s p99=30s' beside 'outcome'")
        }
        if fields.has(settlement), !hasPending, !fields.has(cutOff) {
            reading.error(
                "no payment is answered 'pending', so none settles later", at: fields.span(of: settlement),
                fix: "write 'pending: 5%' in 'outcome', or leave this out")
        }
    }

    private static func checkTimer(_ fields: Fields, _ reading: inout PlanReading) {
        guard let limit = fields[timer] else { return }
        let least: TimeSpan
        switch fields[latency] {
        case .constant(let value): least = value
        case .uniform(let min, _): least = min
        case .exponential, .normal, .lognormal: return
        }
        guard least >= limit else { return }
        reading.error(
            "no answer comes within the 'timer' of \(limit), so everything is declined", at: fields.span(of: latency),
            fix: "write a latency below it, or 'outcome: {decline: {issuer_timeout: 100%}}'")
    }

    // MARK: Small sections

    private static let protocolShape = Shape<String>(form: .choice(["json"])) { node, name, reading in
        guard node.written.lowercased().hasPrefix("iso") else {
            return Shape<String>.choice(["json": "json"]).read(node, name, &reading)
        }
        reading.error("ISO 8583 is not built yet", at: node.span, fix: "write 'json'")
        return nil
    }

    private static let untagged = Key<UntaggedRule>.required(
        "untagged", .word, "403, booked and counted apart, or booked and cried about")
    private static let shadowShape = Shape<UntaggedRule>.record(
        "shadow", "What a request meets that no drill has marked.", [untagged]
    ) { fields, _ in fields[untagged] }

    private static let concurrency = Key<Int?>.optional(
        "concurrency", .integer(1...1_000_000), "requests at work at the same time")
    private static let queue = Key<Int>.defaulted(
        "queue", .integer(0...10_000_000), to: 256, shown: "256", "requests that wait for a place; beyond them 503")
    private static let quota = Key<Rate?>.optional("quota", Phrases.quota, "beyond it 429, with `Retry-After`")
    private static let capacityShape = Shape<Capacity>.record(
        "capacity", "How much a bank can do at a time: what makes its latency rise with the load.",
        [concurrency, queue, quota]
    ) { fields, reading in
        if fields.has(queue), !fields.has(concurrency) {
            reading.error(
                "nothing waits where everything is worked on at once", at: fields.span(of: queue),
                fix: "write 'concurrency: 64' beside it, or leave it out")
        }
        return Capacity(concurrency: fields[concurrency], queue: fields[queue], quota: fields[quota])
    }

    private static let queryQuota = Key<Rate?>.optional("quota", Phrases.quota, "beyond it 429")
    private static let minAge = Key<TimeSpan>.defaulted(
        "min-age", Phrases.boundedSpan, to: .zero, shown: "0s", "a younger payment may not be asked for: 425")
    private static let maxPerPayment = Key<Int?>.optional(
        "max-per-payment", .integer(1...1_000_000), "beyond it 429 for this payment")
    private static let queryShape = Shape<QueryRule>.record(
        "query", "How often may be asked what became of a payment.", [queryQuota, minAge, maxPerPayment]
    ) { fields, _ in
        QueryRule(quota: fields[queryQuota], minAge: fields[minAge], maxPerPayment: fields[maxPerPayment])
    }

    private static let opens = Key<TimeSpan>.defaulted(
        "opens", Phrases.boundedSpan, to: .zero, shown: "0s", "after the begin of the day")
    private static let closes = Key<TimeSpan>.required(
        "closes", Phrases.positiveBoundedSpan, "after the begin of the day")
    private static let day = Key<TimeSpan>.defaulted(
        "day", Phrases.positiveBoundedSpan, to: .seconds(86_400), shown: "24h",
        "how long one lasts; a drill has short ones")
    private static let cutOffShape = Shape<CutOff>.record(
        "cut-off",
        "Transfers are taken between `opens` and `closes`; others are answered `pending`, and wait for the next opening. "
            + "The first day begins with the banks.", [opens, closes, day]
    ) { fields, reading in
        if fields[closes] <= fields[opens] {
            reading.error(
                "'cut-off' closes before it opens", at: fields.span(of: closes),
                fix: "both count from the begin of the day")
        } else if fields[closes] > fields[day] {
            reading.error(
                "'cut-off' closes after its day is over", at: fields.span(of: closes),
                fix: "write a longer 'day'; it lasts 24h when nothing is said")
        } else if fields[opens] == .zero, fields[closes] == fields[day] {
            reading.error("this 'cut-off' never closes", at: fields.span, fix: "leave it out")
        }
        return CutOff(opens: fields[opens], closes: fields[closes], day: fields[day])
    }
}

/// `operations`: what takes longer or shorter than the rest.
private enum OperationGrammar {
    private static let latency = Key<Distribution<TimeSpan>>.required("latency", .value(), "instead of the channel's")
    private static let timing = Shape<Distribution<TimeSpan>>.record("operations.NAME", "One operation.", [latency]) {
        fields, _ in fields[latency]
    }

    private static let keys: [(operation: Operation, key: Key<Distribution<TimeSpan>?>)] = Operation.allCases.map {
        ($0, .optional($0.rawValue, timing, about($0)))
    }

    private static func about(_ operation: Operation) -> String {
        switch operation {
        case .authorise: "an amount is reserved"
        case .capture: "what was reserved is taken"
        case .reverse: "what was reserved is let go"
        case .refund: "what was taken goes back"
        case .transfer: "money moves"
        case .query: "what became of a payment"
        case .statement: "what was booked"
        }
    }

    static let shape = Shape<[Operation: Distribution<TimeSpan>]>.record(
        "operations", "What takes longer or shorter than the rest.", keys.map(\.key)
    ) { fields, _ in
        keys.reduce(into: [:]) { latencies, entry in latencies[entry.operation] = fields[entry.key] }
    }
}
