package import Diagnostics
package import PlanValues
package import Timebase

/// One mock bank on a good day.
package struct Channel: Sendable {
    package let name: Located<String>
    package let about: String?
    /// Nil: a free port of loopback.
    package let listen: Located<HostPort>?
    package let idempotency: IdempotencyPreset
    package let untagged: UntaggedRule
    package let capacity: Capacity
    /// Of the work itself. Waiting for a place to work comes on top.
    package let latency: Distribution<TimeSpan>
    /// Operations that take longer or shorter than the others.
    package let latencies: [Operation: Distribution<TimeSpan>]
    /// What has not been decided by then is declined with `issuer_timeout`, as a card issuer's timer does.
    package let timer: TimeSpan?
    package let outcome: OutcomeShares
    /// How long a payment that was answered `pending` takes to settle.
    package let settlement: Distribution<TimeSpan>
    package let callback: CallbackRule?
    package let query: QueryRule
    /// Transfers are taken in a part of the day only.
    package let cutOff: CutOff?
    /// The channel answers that and does nothing else; what is said of payments, operations and callbacks is unused.
    package let fixedAnswer: FixedAnswer?

    package init(
        name: Located<String>, about: String? = nil, listen: Located<HostPort>? = nil,
        idempotency: IdempotencyPreset = .stripeV1, untagged: UntaggedRule = .refuse, capacity: Capacity = Capacity(),
        latency: Distribution<TimeSpan> = .constant(.zero), latencies: [Operation: Distribution<TimeSpan>] = [:],
        timer: TimeSpan? = nil, outcome: OutcomeShares = OutcomeShares(),
        settlement: Distribution<TimeSpan> = .constant(.zero), callback: CallbackRule? = nil,
        query: QueryRule = QueryRule(), cutOff: CutOff? = nil, fixedAnswer: FixedAnswer? = nil
    ) {
        self.name = name
        self.about = about
        self.listen = listen
        self.idempotency = idempotency
        self.untagged = untagged
        self.capacity = capacity
        self.latency = latency
        self.latencies = latencies
        self.timer = timer
        self.outcome = outcome
        self.settlement = settlement
        self.callback = callback
        self.query = query
        self.cutOff = cutOff
        self.fixedAnswer = fixedAnswer
    }

    package func latency(of operation: Operation) -> Distribution<TimeSpan> { latencies[operation] ?? latency }
}

/// How a provider treats a key that it has seen before.
package enum IdempotencyPreset: String, Sendable, CaseIterable {
    case stripeV1 = "stripe-v1"
    case stripeV2 = "stripe-v2"
    case checkout
    /// Keys are not looked at: who sends twice, pays twice.
    case none
}

/// What happens to a request that no drill has marked.
package enum UntaggedRule: String, Sendable, CaseIterable {
    /// 403, and nothing is booked.
    case refuse
    /// Booked, and counted apart.
    case record
    /// As `record`, and the channel's health says so until someone looks.
    case alarm
}

/// How much a channel can do at a time. This is what makes its latency rise with the load.
package struct Capacity: Sendable, Equatable {
    /// Requests at work at the same time; nil for as many as come.
    package let concurrency: Int?
    /// Requests that wait for a place; beyond them 503.
    package let queue: Int
    /// Requests in a second; beyond it 429. A second's worth may come at once.
    package let quota: Rate?

    package init(concurrency: Int? = nil, queue: Int = 256, quota: Rate? = nil) {
        self.concurrency = concurrency
        self.queue = queue
        self.quota = quota
    }
}

/// How payments end. What is declined for no named reason and not approved does not exist: the shares sum to all.
package struct OutcomeShares: Sendable {
    package let approve: Ratio
    /// In the order of the text.
    package let declines: [(reason: String, share: Ratio)]
    /// Answered `pending` first, whatever their end.
    package let pending: Ratio

    package init(
        approve: Ratio = Ratio(1), declines: [(reason: String, share: Ratio)] = [], pending: Ratio = Ratio(0)
    ) {
        self.approve = approve
        self.declines = declines
        self.pending = pending
    }
}

package struct QueryRule: Sendable, Equatable {
    /// Beyond it 429.
    package let quota: Rate?
    /// A payment younger than this may not be asked for: 425.
    package let minAge: TimeSpan
    /// Beyond it 429 for this payment.
    package let maxPerPayment: Int?

    package init(quota: Rate? = nil, minAge: TimeSpan = .zero, maxPerPayment: Int? = nil) {
        self.quota = quota
        self.minAge = minAge
        self.maxPerPayment = maxPerPayment
    }
}

/// Transfers are taken between `opens` and `closes`, counted from the begin of a day of `day`; others wait for the next
/// opening, and are answered `pending`.
package struct CutOff: Sendable, Equatable {
    package let opens: TimeSpan
    package let closes: TimeSpan
    /// A drill has no time for days of 24 hours.
    package let day: TimeSpan

    package init(opens: TimeSpan, closes: TimeSpan, day: TimeSpan) {
        self.opens = opens
        self.closes = closes
        self.day = day
    }
}

/// What a channel's statement looks like, and what is planted in it to see whether an audit finds it.
package struct StatementRule: Sendable, Equatable {
    package enum Form: String, Sendable, CaseIterable {
        case csv, ndjson
    }

    package let form: Form
    /// Of the payments, left out.
    package let missing: Ratio
    /// Of the payments, told twice under a reference that nobody sent.
    package let extra: Ratio
    /// Of the payments, one minor unit more.
    package let offByOne: Ratio

    package init(
        form: Form = .csv, missing: Ratio = Ratio(0), extra: Ratio = Ratio(0), offByOne: Ratio = Ratio(0)
    ) {
        self.form = form
        self.missing = missing
        self.extra = extra
        self.offByOne = offByOne
    }
}
