// Goal: a request gets into the stack when it can be served in time; else it is refused at once, for as little as
// possible, and told why and when to come again. What is precious goes before what is not.
// Method: the questions, the cheapest first:
//
//     deadline passed? -> merchant's quota -> more precious ones being shed? -> room under the limit: in
//        |                    |                    |                              | no
//        deadline             merchant             concurrency                    v
//                                                                  would it wait too long? -> concurrency, deadline
//                                                                  is the room full?       -> the least precious: queue
//                                                                  it waits: until it is in, or too old -> age, deadline
//
// How long a newcomer would wait is known from the work before it (`DrainRate`), so that those who cannot be served are
// told at once and not when they have grown old. Who is in is counted and timed, and the limit learns from it
// (`ConcurrencyLimit`). With declared costs the way in leads over the processor, which is one for both namespaces.
// One door for each namespace: nothing of the shadow's decides over live requests.
// Not here: HTTP, what a request is, and limits on banks.

import EventLoop
import SeededRandom
import StackVocabulary
import Timebase

final class Door: TimerTarget {
    /// Shares of the age at which a waiting request is dropped.
    ///
    /// A newcomer that would wait longer than `target` is refused. Once the room has not been empty for a whole age,
    /// nobody is let grow older than `standing`: a queue that stands gives nothing to anybody but delay, and who is
    /// refused is to know within 50 ms.
    enum Wait {
        static let targetShare = 4
        static let standingShare: (Int64, Int64) = (2, 5)
    }
    /// When a tier was shed, those below it are for so long.
    static let shedHold = TimeSpan.seconds(3)
    static let insideMax = 4_096
    static let retryAfterMax = TimeSpan.seconds(30)

    let namespace: Namespace
    let loop: EventLoop
    let setting: StackSetting
    let processor: DeclaredProcessor
    /// What kinds of work weigh against each other.
    let weights: ServiceCosts
    var quotas: MerchantQuotas?
    var limit: ConcurrencyLimit
    var drain: DrainRate
    var room = WaitingRoom()
    var random: SeededRandom
    var inside = 0
    /// Levels of rank below this one are refused until then.
    var shedLevel = Rank.levels
    var shedUntil = Instant.zero
    /// When the room was empty last.
    var emptyAt = Instant.zero
    private var timer = TimerID.none
    private var timerDue = Instant.never
    var counts = DoorCounts()

    /// - Parameter seed: the namespace's own place.
    init(
        _ namespace: Namespace, _ setting: StackSetting, through processor: DeclaredProcessor, on loop: EventLoop,
        seed: Seed
    ) {
        self.namespace = namespace
        self.setting = setting
        self.processor = processor
        self.loop = loop
        weights = processor.costs ?? .calibrated
        quotas = setting.merchantRate.map { MerchantQuotas(perSecond: $0, merchants: setting.merchants) }
        let costs = processor.costs
        limit = ConcurrencyLimit(
            parts: Tier.allCases.map { tier in costs.map { $0[tier] } } + [nil], from: processor.cores + 2,
            to: Self.insideMax, beginning: costs == nil ? 64 : 4 * processor.cores,
            timeMax: TimeSpan(nanoseconds: setting.queueAgeMax.nanoseconds / 2))
        drain = DrainRate(cores: processor.cores)
        random = seed.stream()
    }

    // MARK: In

    /// Plain code, for most requests: nothing waits and nothing is declared, or it is refused.
    func begin(_ tier: Tier, _ urgency: Urgency, merchant: UInt32?, until deadline: Instant) -> Beginning {
        let now = loop.now
        let rank = rank(tier, urgency)
        counts.offered[tier] += 1
        drain.look(at: now, isEmpty: room.isEmpty)
        let arrival = Arrival(tier: tier, rank: rank, merchant: merchant ?? 0, deadline: deadline, at: now)
        if isTooLate(arrival.deadline, at: now) { return refuse(arrival, .deadline) }
        if let merchant, let wait = quotas?.take(merchant, at: now) { return refuse(arrival, .merchant, after: wait) }
        if rank.level > shedLevel, now < shedUntil { return refuse(arrival, .concurrency) }
        if room.isEmpty, mayGoIn { return letIn(arrival) }
        return lineUp(arrival)
    }

    /// What `begin` left open.
    func wait(for turn: Turn) async -> Entry {
        let entry = await turn.wait()
        // Planted (metastable-retries): nobody takes a refusal for an answer.
        if setting.has(.metastableRetries), case .refused(let refusal) = entry, refusal.limit.isOverload {
            return await tryAgain(turn) ?? entry
        }
        return entry
    }

    func enter(_ tier: Tier, _ urgency: Urgency, merchant: UInt32?, until deadline: Instant) async -> Entry {
        switch begin(tier, urgency, merchant: merchant, until: deadline) {
        case .admitted(let pass): .admitted(pass)
        case .refused(let refusal): .refused(refusal)
        case .waits(let turn): await wait(for: turn)
        }
    }

    // MARK: Out

    /// It waits for a bank: others may come in meanwhile.
    func pause(_ pass: inout Pass) {
        guard pass.isInside else { return }
        goOut(pass, .done)
        pass.goOutside()
        letNextIn()
    }

    /// The bank has answered, or not: what is left is done now, whatever the limit says.
    func resume(_ pass: inout Pass) {
        guard !pass.isInside else { return }
        pass.comeBack(at: loop.now)
        inside += 1
    }

    func leave(_ pass: Pass, _ ending: Pass.Ending = .done) {
        guard pass.isInside else { return }
        goOut(pass, ending)
        letNextIn()
    }

    private func goOut(_ pass: Pass, _ ending: Pass.Ending) {
        let now = loop.now
        switch ending {
        case .done: limit.learn(pass.part, now - pass.insideSince, inside: inside, at: now)
        case .overloaded: limit.shrink()
        case .cutShort: break
        }
        inside -= 1
    }

    // MARK: The processor and the timer

    /// Whether the work is done in time. One that is refused is refused then, whatever the time.
    func isWorth(_ turn: Turn, until end: Instant) -> Bool {
        turn.refusal != nil || !isTooLate(turn.deadline, at: end)
    }

    /// It did not come to a core in time; nothing was done for it.
    func cameTooLate(_ turn: Turn) {
        inside -= 1
        refuse(turn, .deadline)
        letNextIn()
    }

    /// The declared work is done.
    func worked(_ turn: Turn) {
        if let refusal = turn.refusal { return turn.end(.refused(refusal)) }
        turn.end(.admitted(Pass(turn.tier, arrivedAt: turn.arrivedAt, at: turn.beganAt)))
    }

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        timerDue = .never
        dropAged()
        armTimer()
    }

    func armTimer() {
        guard let oldest = room.oldest else { return }
        let next = oldest.arrivedAt + ageMax(at: loop.now)
        guard next < timerDue else { return }
        if timer != .none { loop.cancel(timer) }
        timer = loop.arm(next, self)
        timerDue = next
    }
}
