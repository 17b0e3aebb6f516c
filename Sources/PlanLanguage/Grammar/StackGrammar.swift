import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary
import Timebase

/// `stack`: how large the embedded stack is declared to be, how it behaves, and what is planted in it.
enum StackGrammar {
    private static let standard = StackSetting()

    private static let cores = Key<Int>.defaulted(
        "cores", .integer(StackBounds.cores), to: standard.cores, shown: "\(standard.cores)",
        "places at which payments are worked on at a time")
    private static let service = Key<ServiceCosts?>.optional(
        "service", .scalar(cost.map { ServiceCosts(pay: $0) }, or: ServiceGrammar.shape),
        "what a payment takes of a core, as `500us`, or each operation: the declared capacity is cores through service; "
            + "what it takes in truth when left out")
    private static let store = Key<StackStore>.defaulted(
        "store", .word, to: .sqlite, shown: "sqlite", "a database in the run's folder, or memory alone")
    private static let isolation = Key<StoreIsolation>.defaulted(
        "isolation", .word, to: standard.isolation, shown: standard.isolation.rawValue,
        "whether live and shadow rows have tables of their own, or databases")
    private static let merchants = Key<Int>.defaulted(
        "merchants", .integer(StackBounds.merchants), to: standard.merchants, shown: "\(standard.merchants)",
        "`merchant-1` to `merchant-N` have an account")
    private static let limits = Key<Limits>.defaulted(
        "limits", limitsShape, to: Limits(), shown: "as below", "what is refused at the door")
    private static let deadline = Key<TimeSpan>.defaulted(
        "deadline", wait, to: standard.deadline, shown: "\(standard.deadline)",
        "how long a request may take whose sender names no `X-Deadline-Ms`")
    private static let bank = Key<Bank>.defaulted(
        "bank", bankShape, to: Bank(), shown: "as below", "how banks are called")
    private static let breaker = Key<BreakerSetting>.defaulted(
        "breaker", breakerShape, to: BreakerSetting(), shown: "as below", "when a bank is not called any more")
    private static let query = Key<QuerySetting>.defaulted(
        "query", queryShape, to: QuerySetting(), shown: "as below", "when a bank is asked what became of a payment")
    private static let notify = Key<NotifySetting>.defaulted(
        "notify", notifyShape, to: NotifySetting(), shown: "as below", "how merchants are told")
    private static let defects = Key<[Located<Defect>]>.defaulted(
        "defects", .list(defect.located, countMin: 0), to: [], shown: "[]",
        "planted on purpose, to see the verdict turn red that is made for it")

    static let standardStack = EmbeddedStack(standard, store: .sqlite, defects: [])

    static let shape = Shape<EmbeddedStack>.record(
        "stack", "The embedded stack: how large it is declared to be, how it behaves, and what is planted in it.",
        [
            cores, service, store, isolation, merchants, limits, deadline, bank, breaker, query, notify,
            defects,
        ]
    ) { fields, reading in
        checkTwins(fields[defects], &reading)
        return EmbeddedStack(setting(fields), store: fields[store], defects: fields[defects])
    }

    private static func setting(_ fields: Fields) -> StackSetting {
        var setting = standard
        setting.cores = fields[cores]
        setting.service = fields[service]
        setting.isolation = fields[isolation]
        setting.merchants = fields[merchants]
        let (limits, bank) = (fields[limits], fields[bank])
        setting.merchantRate = limits.merchant
        setting.queueMax = limits.queue
        setting.queueAgeMax = limits.age
        setting.amountMax = limits.amount
        setting.deadline = fields[deadline]
        setting.bankTimeout = bank.timeout
        setting.bankConnections = bank.connections
        setting.bankPipeline = bank.pipeline
        setting.breaker = fields[breaker]
        setting.query = fields[query]
        setting.notify = fields[notify]
        setting.defects = DefectSwitches(fields[defects].map { $0.value })
        return setting
    }

    // MARK: Defects

    /// They are too many to be listed where one is mistyped.
    private static let defect = Shape<Defect>(form: .choice(Defect.allCases.map(\.name))) { node, name, reading in
        if let defect = Defect(name: node.written) { return defect }
        guard node.isScalar, !node.isNull else {
            reading.wrongKind(node, name, "a defect's name", fix: "'spillway stack --list-defects' lists them")
            return nil
        }
        let closest = Spelling.closest(to: node.written, among: Defect.allCases.map(\.name))
        reading.error(
            "there is no defect '\(node.written)'", at: node.span,
            fix: closest.map { "did you mean '\($0)'?" } ?? "'spillway stack --list-defects' lists them")
        return nil
    }

    private static func checkTwins(_ defects: [Located<Defect>], _ reading: inout PlanReading) {
        var seen: Set<Defect> = []
        for defect in defects where !seen.insert(defect.value).inserted {
            reading.error(
                "the defect '\(defect.value.name)' is planted twice", at: defect.span, fix: "leave one of the two out")
        }
    }

    // MARK: Limits

    private struct Limits {
        var merchant: Double?
        var queue = standard.queueMax
        var age = standard.queueAgeMax
        var amount = standard.amountMax
    }

    private static let merchantRate = Key<Rate?>.optional(
        "merchant", Phrases.limit, "of one merchant, as `100/s`: beyond it 429; no limit when left out")
    private static let queue = Key<Int>.defaulted(
        "queue", .integer(StackBounds.queue), to: standard.queueMax, shown: "\(standard.queueMax)",
        "payments that wait for a core: beyond them 503")
    private static let age = Key<TimeSpan>.defaulted(
        "age", wait, to: standard.queueAgeMax, shown: "\(standard.queueAgeMax)",
        "what has waited for so long is dropped: 503")
    private static let amount = Key<Int>.defaulted(
        "amount", .integer(StackBounds.amount), to: Int(standard.amountMax), shown: "\(standard.amountMax)",
        "minor units: a larger payment is refused by risk")
    private static let limitsShape = Shape<Limits>.record(
        "stack.limits", "What is refused at the door, early and in words.", [merchantRate, queue, age, amount]
    ) { fields, _ in
        Limits(
            merchant: fields[merchantRate]?.perSecond, queue: fields[queue], age: fields[age],
            amount: Int64(fields[amount]))
    }

    // MARK: Banks

    private struct Bank {
        var timeout = standard.bankTimeout
        var connections = standard.bankConnections
        var pipeline = standard.bankPipeline
    }

    private static let timeout = Key<TimeSpan>.defaulted(
        "timeout", wait, to: standard.bankTimeout, shown: "\(standard.bankTimeout)",
        "what has no answer by then is unknown, and asked for")
    private static let connections = Key<Int>.defaulted(
        "connections", .integer(StackBounds.bankConnections), to: standard.bankConnections,
        shown: "\(standard.bankConnections)", "to each bank, at most")
    private static let pipeline = Key<Int>.defaulted(
        "pipeline", .integer(StackBounds.bankPipeline), to: standard.bankPipeline, shown: "\(standard.bankPipeline)",
        "requests under way on one connection")
    private static let bankShape = Shape<Bank>.record(
        "stack.bank", "How banks are called.", [timeout, connections, pipeline]
    ) { fields, _ in
        Bank(timeout: fields[timeout], connections: fields[connections], pipeline: fields[pipeline])
    }

    private static let opensAt = Key<Ratio>.defaulted(
        "opens at", Phrases.someRatio, to: Ratio(standard.breaker.failureShare),
        shown: "\(Ratio(standard.breaker.failureShare))", "of the calls that failed")
    private static let calls = Key<Int>.defaulted(
        "of at least", .integer(StackBounds.breakerCalls), to: standard.breaker.callsMin,
        shown: "\(standard.breaker.callsMin)", "calls; fewer say nothing")
    private static let window = Key<TimeSpan>.defaulted(
        "within", wait, to: standard.breaker.window, shown: "\(standard.breaker.window)",
        "the window they are counted in")
    private static let openFor = Key<TimeSpan>.defaulted(
        "for", wait, to: standard.breaker.openFor, shown: "\(standard.breaker.openFor)",
        "how long nobody is let through")
    private static let probes = Key<Int>.defaulted(
        "probes", .integer(StackBounds.breakerProbes), to: standard.breaker.probes, shown: "\(standard.breaker.probes)",
        "calls that must go well before it closes")
    private static let breakerShape = Shape<BreakerSetting>.record(
        "stack.breaker", "When a bank, or one group of its cards, is not called any more.",
        [opensAt, calls, window, openFor, probes]
    ) { fields, _ in
        var breaker = BreakerSetting()
        breaker.failureShare = fields[opensAt].value
        breaker.callsMin = fields[calls]
        breaker.window = fields[window]
        breaker.openFor = fields[openFor]
        breaker.probes = fields[probes]
        return breaker
    }

    private static let first = Key<TimeSpan>.defaulted(
        "first", wait, to: standard.query.first, shown: "\(standard.query.first)", "after the payment became unknown")
    private static let perPayment = Key<Int>.defaulted(
        "max-per-payment", .integer(StackBounds.queries), to: standard.query.perPaymentMax,
        shown: "\(standard.query.perPaymentMax)", "questions; then a callback or a statement must tell")
    private static let queryRate = Key<Rate>.defaulted(
        "rate", Phrases.limit, to: Rate(perSecond: standard.query.rate),
        shown: "\(Rate(perSecond: standard.query.rate))",
        "of one bank, at most")
    private static let queryShape = Shape<QuerySetting>.record(
        "stack.query", "When a bank is asked what became of a payment.", [first, perPayment, queryRate]
    ) { fields, _ in
        var query = QuerySetting()
        query.first = fields[first]
        query.perPaymentMax = fields[perPayment]
        query.rate = fields[queryRate].perSecond
        return query
    }

    // MARK: Merchants

    private static let attempts = Key<Int>.defaulted(
        "attempts", .integer(StackBounds.notifyAttempts), to: standard.notify.attemptsMax,
        shown: "\(standard.notify.attemptsMax)", "then it is given up")
    private static let firstWait = Key<TimeSpan>.defaulted(
        "first-wait", wait, to: standard.notify.firstWait, shown: "\(standard.notify.firstWait)",
        "before the second attempt; it doubles")
    private static let notifyTimeout = Key<TimeSpan>.defaulted(
        "timeout", wait, to: standard.notify.timeout, shown: "\(standard.notify.timeout)", "for an answer")
    private static let underWay = Key<Int>.defaulted(
        "under-way", .integer(StackBounds.notifyUnderWay), to: standard.notify.underWayMax,
        shown: "\(standard.notify.underWayMax)", "notifications at a time")
    private static let notifyShape = Shape<NotifySetting>.record(
        "stack.notify", "How merchants are told what became of a payment.",
        [attempts, firstWait, notifyTimeout, underWay]
    ) { fields, _ in
        var notify = NotifySetting()
        notify.attemptsMax = fields[attempts]
        notify.firstWait = fields[firstWait]
        notify.timeout = fields[notifyTimeout]
        notify.underWayMax = fields[underWay]
        return notify
    }

    // MARK: Forms

    private static let wait = Phrases.span(within: StackBounds.wait)

    fileprivate static let cost = Phrases.span(within: StackBounds.service)
}

/// `service`: what each operation takes of a core.
private enum ServiceGrammar {
    private static let pay = Key<TimeSpan>.required(
        "pay", StackGrammar.cost, "a payment, or a transfer")

    private typealias Part = any WritableKeyPath<ServiceCosts, TimeSpan> & Sendable

    private static let others: [(key: Key<TimeSpan?>, part: Part)] = [
        other("settle", "a callback, a capture or a cancellation: half of `pay`", \.settle),
        other("refund", "as `pay`", \.refund),
        other("query", "what became of a payment: a fifth of `pay`", \.query),
        other("cashier", "the methods one can pay by: a fifth of `pay`", \.cashier),
        other("report", "what operators and auditors ask: as `pay`", \.report),
        other("refuse", "what is refused at the door: a fiftieth of `pay`", \.refuse),
    ]

    private static func other(_ name: String, _ about: String, _ part: Part) -> (key: Key<TimeSpan?>, part: Part) {
        (.optional(name, StackGrammar.cost, about), part)
    }

    static let shape = Shape<ServiceCosts>.record(
        "stack.service", "What an operation takes of one core; those that are left out follow from `pay`.",
        [pay] + others.map(\.key)
    ) { fields, _ in
        var costs = ServiceCosts(pay: fields[pay])
        for other in others {
            if let span = fields[other.key] { costs[keyPath: other.part] = span }
        }
        return costs
    }
}
