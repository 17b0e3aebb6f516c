// Goal: one bank, as one namespace reaches it: what the stack asks for goes out once, and what comes back is a verdict.
// Method:
//
//     authorise -> limit -> breaker -> [ render -> send -> judge ] -> verdict
//                                        ^ wait, same reference |
//                                        +---- retry rule <-----+
//
// Not here: which bank a payment goes to (`Router`), when an unknown one is asked for (`QueryDesk`).

import EventLoop
import HTTPService
import HTTPWire
import Histogram
import Money
import SeededRandom
import StackVocabulary
import Timebase

final class ChannelAdapter {
    let name: String
    let number: ChannelNumber
    let namespace: Namespace
    let loop: EventLoop
    let client: HTTPClient
    private let limits: (own: ChannelLimit, common: ChannelLimit)
    // Planted (shared-pool): all banks together have the places of one.
    var limit: ChannelLimit { defects.contains(.sharedPool) ? limits.common : limits.own }
    var breakers: [Breaker]
    var budget = RetryBudget()
    let letters: BankLetters
    var figures = ChannelFigures()
    /// Told of each send's end.
    let note: (ChannelNumber, Router.Ending, Instant) -> Void

    let timeout: TimeSpan
    /// A second send of the same is no second payment.
    let hasKey: Bool
    /// Under one key all sends are declined when one is.
    let keepsDeclines: Bool
    /// Of several sends of a payment one may be declined and another approved. A bank without keys is sent one.
    var decidesAnew: Bool { hasKey && !keepsDeclines }
    private let defects: DefectSwitches
    private let jitter: Seed
    private var draws: UInt64 = 0

    /// With less time than this left nothing is sent.
    static let timeMin = TimeSpan.milliseconds(5)
    /// Who gave a bank less time than this, or than its timeout where that is shorter, has learnt nothing about it.
    static let fairTime = TimeSpan.milliseconds(250)
    /// One for each first digit of a card, and one for payments without.
    static let binGroups = 10

    init(
        _ channel: StackChannel, _ number: ChannelNumber, _ namespace: Namespace, at origin: HTTPOrigin,
        _ setting: StackSetting, notify: String?, limits: (own: ChannelLimit, common: ChannelLimit),
        seed: Seed, on loop: EventLoop,
        note: @escaping (ChannelNumber, Router.Ending, Instant) -> Void
    ) throws(WireError) {
        name = channel.name
        self.number = number
        self.namespace = namespace
        self.loop = loop
        self.limits = limits
        self.note = note
        client = HTTPClient(on: loop, to: origin, configuration: Self.configuration(setting))
        letters = try BankLetters(host: origin.host, keyField: channel.idempotencyField, notify: notify)
        breakers = Array(
            repeating: Breaker(setting.breaker, defects: setting.defects), count: Self.binGroups)
        timeout = setting.bankTimeout
        hasKey = channel.idempotencyField != nil
        keepsDeclines = channel.keepsDeclines
        defects = setting.defects
        jitter = seed
    }

    /// With pipelining a call that gets no answer in time ends its connection, and those behind it there are unknown as
    /// well. They are not left to wait for their turn instead: a bank that does not answer one answers none behind it,
    /// and a connection that stays open meanwhile is given more.
    private static func configuration(_ setting: StackSetting) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.connectionsMax = setting.bankConnections
        configuration.pipelineDepth = setting.bankPipeline
        configuration.wire.bodyBytes = 64 << 10
        // No call is cancelled before its deadline but by closing the client.
        configuration.heedsCancellation = false
        return configuration
    }

    static func binGroup(_ bin: UInt32) -> Int { Int(bin / 100_000) % binGroups }

    // MARK: Asking

    func authorise(_ order: BankOrder, _ context: RequestContext) async -> BankReply {
        let judge = BankJudge(
            reference: order.reference, amount: order.amount, capturesAtOnce: order.capturesAtOnce)
        return await call(judge, bin: order.bin, context) { [self] in
            letters.authorisation(order, as: $0, marks: context.marks)
        }
    }

    func capture(_ amendment: BankAmendment, _ context: RequestContext) async -> BankReply {
        await amend(amendment, .capture, context)
    }

    func reverse(_ amendment: BankAmendment, _ context: RequestContext) async -> BankReply {
        await amend(amendment, .reverse, context)
    }

    func refund(_ amendment: BankAmendment, _ context: RequestContext) async -> BankReply {
        await amend(amendment, .refund, context)
    }

    private func amend(
        _ amendment: BankAmendment, _ kind: BankReference.Kind, _ context: RequestContext
    ) async -> BankReply {
        precondition(amendment.reference.kind == kind, "\(amendment.reference) for a \(kind)")
        let judge = BankJudge(reference: amendment.reference, amount: amendment.amount, capturesAtOnce: false)
        return await call(judge, bin: amendment.bin, context) { [self] in
            letters.amendment(amendment, as: $0, marks: context.marks)
        }
    }

    /// How a payment stands, asked once.
    func query(_ reference: BankReference, _ context: RequestContext) async -> BankStanding {
        precondition(context.namespace == namespace, "\(context.namespace) work in the adapter of \(namespace)")
        figures.queries += 1
        let until = min(context.deadline, loop.now + timeout)
        guard until - loop.now >= Self.timeMin else { return .unasked(.deadline) }
        let request = letters.query(reference, marks: context.marks)
        let standing: BankStanding
        do throws(HTTPClientError) {
            standing = BankStanding(try await client.send(request, until: until), of: reference)
        } catch {
            standing = BankStanding(error)
        }
        if case .unknown = standing { figures.queriesUnknown += 1 }
        return standing
    }

    func close() { client.close() }

    // MARK: One call

    private func call(
        _ judge: BankJudge, bin: UInt32, _ context: RequestContext, _ render: (BankReference) -> HTTPRequest
    ) async -> BankReply {
        precondition(context.namespace == namespace, "\(context.namespace) work in the adapter of \(namespace)")
        figures.attempts += 1
        let group = Self.binGroup(bin)
        var sends = Sends(judge, keepsDeclines: keepsDeclines)
        while true {
            let began = loop.now
            let until = min(deadline(context), began + timeout)
            if let refusal = admit(until - began, group, began, &sends) {
                return end(sends.verdict(.refused(refusal)), sends)
            }
            let verdict: BankVerdict
            do throws(HTTPClientError) {
                let response = try await client.send(render(sends.judge.reference), until: until)
                verdict = sends.take(response)
            } catch {
                verdict = sends.take(error)
            }
            leave(verdict, sends, group, began: began, until: until)
            let final = sends.verdict(verdict)
            guard let wait = waitBeforeRetry(verdict, sends, until: deadline(context)) else { return end(final, sends) }
            await Parking(loop).rest(until: loop.now + wait)
            figures.retries += 1
            // Planted (new-reference-on-retry): to the bank it is another payment.
            if defects.contains(.newReferenceOnRetry) { sends.judge = sends.judge.renamed }
        }
    }

    private func deadline(_ context: RequestContext) -> Instant {
        // Planted (no-deadline): banks are asked for senders that have given up.
        defects.contains(.noDeadline) ? .never : context.deadline
    }

    /// Nil: it may be sent, and a place is taken for it.
    private func admit(
        _ time: TimeSpan, _ group: Int, _ now: Instant, _ sends: inout Sends
    ) -> BankRefusal? {
        guard time >= Self.timeMin else { return .deadline }
        let limit = limit
        guard limit.enter() else { return .limit }
        guard let leave = breakers[group].enter(now: now) else {
            limit.forget()
            return .breaker
        }
        sends.leave = leave
        sends.limit = limit
        if sends.count < .max { sends.count += 1 }
        if sends.count == 1 { budget.earn() }
        figures.sends += 1
        return nil
    }

    private func leave(_ verdict: BankVerdict, _ sends: Sends, _ group: Int, began: Instant, until: Instant) {
        let now = loop.now
        let took = now - began
        let isFair = until - began >= min(timeout, Self.fairTime)
        let health = verdict.health(of: sends.judge.reference.kind, isFair: isFair)
        if let leave = sends.leave { breakers[group].note(leave, isWell: health, now: now) }
        sends.limit?.leave(sends.judge.reference.kind.part, verdict.load(isFair: isFair), took, now: now)
        if verdict.isAnswer { figures.latency.record(UInt64(max(0, took.nanoseconds))) }
        switch (health, verdict) {
        case (true?, _): note(number, .well(took), now)
        case (false?, .unknown): note(number, .unknown, now)
        case (false?, _): note(number, .refused, now)
        case (nil, _): break
        }
    }

    /// Nil: it is not tried again.
    private func waitBeforeRetry(_ verdict: BankVerdict, _ sends: Sends, until deadline: Instant) -> TimeSpan? {
        guard verdict.mayPass, hasKey || !sends.isDoubtful else { return nil }
        // Planted (metastable-retries): at once, without end and without budget.
        if defects.contains(.metastableRetries) { return TimeSpan.milliseconds(1) }
        guard sends.count < RetryRule.sendsMax else { return nil }
        draws &+= 1
        let wait = RetryRule.wait(after: sends.count, retryAfter: sends.retryAfter, draw: jitter.child(draws).unit)
        guard loop.now + wait + Self.timeMin < deadline else { return nil }
        // Planted (no-retry-budget): all that fails is tried again.
        guard defects.contains(.noRetryBudget) || budget.spend() else {
            figures.retriesRefused += 1
            return nil
        }
        return wait
    }

    private func end(_ verdict: BankVerdict, _ sends: Sends) -> BankReply {
        figures.count(verdict)
        if case .unknown(.mismatched) = verdict { figures.mismatched += 1 }
        return BankReply(
            verdict: verdict, sends: sends.count, executions: sends.executions, reference: sends.judge.reference)
    }
}

/// What was sent for one call.
private struct Sends {
    var judge: BankJudge
    var count: UInt8 = 0
    var leave: Breaker.Leave?
    /// Where the place was taken, which is where it is given back.
    var limit: ChannelLimit?
    var retryAfter: Int64?
    private let keepsDeclines: Bool
    /// An earlier send may have been executed.
    private var doubt: BankDoubt?
    /// Sends that may have been executed, each by itself.
    private(set) var executions: UInt8 = 0

    init(_ judge: BankJudge, keepsDeclines: Bool) {
        self.judge = judge
        self.keepsDeclines = keepsDeclines
    }

    var isDoubtful: Bool { doubt != nil }

    mutating func take(_ response: HTTPResponse) -> BankVerdict {
        let finding = judge.finding(response)
        retryAfter = finding.retryAfter
        return note(finding.verdict)
    }

    mutating func take(_ error: HTTPClientError) -> BankVerdict {
        retryAfter = nil
        return note(BankJudge.verdict(error))
    }

    private mutating func note(_ verdict: BankVerdict) -> BankVerdict {
        switch verdict {
        case .unknown(let doubt):
            self.doubt = doubt
            // That one is of a send before it.
            if doubt != .underWay, executions < .max { executions += 1 }
        case .approved, .declined, .pending: if executions < .max { executions += 1 }
        case .refused: break
        }
        return verdict
    }

    /// Of the call: that the last send did nothing says nothing about those before, nor does a decline where each is
    /// decided by itself.
    func verdict(_ last: BankVerdict) -> BankVerdict {
        guard let doubt else { return last }
        switch last {
        case .refused: return .unknown(doubt)
        case .declined where !keepsDeclines, .pending where !keepsDeclines: return .unknown(doubt)
        case .approved, .declined, .pending, .unknown: return last
        }
    }
}

extension BankVerdict {
    /// The bank has said how it stands.
    var isAnswer: Bool {
        switch self {
        case .approved, .declined, .pending: true
        case .refused, .unknown: false
        }
    }

    /// Whether trying the same again may go better.
    fileprivate var mayPass: Bool {
        switch self {
        case .unknown(.mismatched), .refused(.rejected), .refused(.deadline), .refused(.noOrigin), .refused(.breaker),
            .refused(.limit):
            false
        case .unknown, .refused: true
        case .approved, .declined, .pending: false
        }
    }

    /// What it says of the load that was put on the bank.
    fileprivate func load(isFair: Bool) -> ChannelLimit.Load {
        switch self {
        case .approved, .declined, .pending: .carried
        case .unknown(.timeout): isFair ? .carried : .untold
        case .refused(.overloaded): .tooMuch
        case .unknown, .refused: .untold
        }
    }

    /// What it says of the bank; nil for nothing.
    fileprivate func health(of kind: BankReference.Kind, isFair: Bool) -> Bool? {
        switch self {
        case .approved, .declined, .pending: true
        case .unknown(.timeout): isFair ? false : nil
        case .unknown(.underWay): nil
        case .unknown: false
        case .refused(.overloaded), .refused(.unreachable): false
        // That a payment cannot be captured any more is an answer; that none can be authorised is not.
        case .refused(.rejected): kind != .payment
        case .refused: nil
        }
    }
}
