import EventLoop
import SeededRandom
import StackVocabulary
import Timebase

/// A request at the door.
struct Arrival {
    let tier: Tier
    let rank: Rank
    let merchant: UInt32
    let deadline: Instant
    let at: Instant
}

extension Door {
    func rank(_ tier: Tier, _ urgency: Urgency) -> Rank {
        let rank = Rank(tier, urgency)
        // Planted (priority-inversion).
        return setting.has(.priorityInversion) ? rank.inverted : rank
    }

    /// Whether what ends then ends for nobody.
    func isTooLate(_ deadline: Instant, at end: Instant) -> Bool {
        // Planted (no-deadline).
        if setting.has(.noDeadline) { return false }
        return deadline <= end
    }

    var mayGoIn: Bool {
        // Planted (no-limiter).
        if setting.has(.noLimiter) { return true }
        return inside < limit.value
    }

    private var isBounded: Bool {
        // Planted (unbounded-queue).
        !setting.has(.unboundedQueue)
    }

    /// Beyond it a newcomer does not wait.
    private var waitTarget: TimeSpan {
        TimeSpan(nanoseconds: setting.queueAgeMax.nanoseconds / Int64(Wait.targetShare))
    }

    func ageMax(at now: Instant) -> TimeSpan {
        guard isBounded else { return .seconds(3_600) }
        let age = setting.queueAgeMax
        guard now - emptyAt > age else { return age }
        return TimeSpan(nanoseconds: age.nanoseconds * Wait.standingShare.0 / Wait.standingShare.1)
    }

    // MARK: In

    func letIn(_ arrival: Arrival) -> Beginning {
        let part = Pass.Part.first(arrival.tier)
        if isTooLate(arrival.deadline, at: arrival.at + limit.expected(part)) { return refuse(arrival, .deadline) }
        countEntry(arrival.rank, weights[arrival.tier])
        drain.roomIsEmpty()
        if processor.costs == nil {
            counts.admitted(arrival.tier, after: .zero)
            return .admitted(Pass(arrival.tier, arrivedAt: arrival.at, at: arrival.at))
        }
        let turn = turn(arrival)
        counts.admitted(arrival.tier, after: .zero)
        processor.work(turn, namespace)
        return .waits(turn)
    }

    func lineUp(_ arrival: Arrival) -> Beginning {
        let wait = drain.wait(behind: room.workAhead(of: arrival.rank), arrival.rank)
        if isTooLate(arrival.deadline, at: arrival.at + wait + limit.expected(.first(arrival.tier))) {
            return refuse(arrival, .deadline, after: wait)
        }
        if isBounded {
            if wait > waitTarget, !makesRoomInAlphabet(arrival) { return shed(arrival, .concurrency, after: wait) }
            if room.count >= setting.queueMax, !makesRoom(arrival) { return shed(arrival, .queue, after: wait) }
        }
        if room.isEmpty { emptyAt = arrival.at }
        let turn = turn(arrival)
        drain.came(arrival.rank, turn.cost)
        room.enter(turn)
        counts.waiting(room.count)
        armTimer()
        return .waits(turn)
    }

    /// Those that wait, while there is room inside.
    func letNextIn() {
        guard !room.isEmpty else { return }
        while mayGoIn, let turn = room.takeNext() {
            let now = loop.now
            let waited = now - turn.arrivedAt
            if isTooLate(turn.deadline, at: now + limit.expected(.first(turn.tier))) {
                refuse(turn, .deadline)
            } else if waited > ageMax(at: now) {
                refuse(turn, .age)
            } else {
                drain.wentIn(turn.cost)
                inside += 1
                counts.admitted(turn.tier, after: waited)
                begin(turn)
            }
        }
        if room.isEmpty { noteEmpty() }
    }

    private func begin(_ turn: Turn) {
        if processor.costs == nil {
            turn.end(.admitted(Pass(turn.tier, arrivedAt: turn.arrivedAt, at: loop.now)))
        } else {
            processor.work(turn, namespace)
        }
    }

    private func countEntry(_ rank: Rank, _ cost: TimeSpan) {
        inside += 1
        drain.came(rank, cost)
        drain.wentIn(cost)
    }

    private func turn(_ arrival: Arrival) -> Turn {
        Turn(
            arrival.tier, arrival.rank, merchant: arrival.merchant, until: arrival.deadline, at: arrival.at,
            cost: weights[arrival.tier], door: self)
    }

    private func noteEmpty() {
        emptyAt = loop.now
        drain.roomIsEmpty()
    }

    // MARK: Who makes room

    /// The least precious that waits goes, if the newcomer is more precious.
    private func makesRoom(_ arrival: Arrival) -> Bool {
        guard let last = room.leastPrecious, arrival.rank < last.rank else { return false }
        room.remove(last)
        noteShed(last.rank)
        refuse(last, .queue)
        return true
    }

    /// Planted (unfair-limiter): whoever comes later in the alphabet makes room. Numbers stand for names.
    private func makesRoomInAlphabet(_ arrival: Arrival) -> Bool {
        guard setting.has(.unfairLimiter), let last = room.lastInAlphabet(of: arrival.rank),
            arrival.merchant < last.merchant
        else { return false }
        room.remove(last)
        refuse(last, .concurrency)
        return true
    }

    func dropAged() {
        let now = loop.now
        while let oldest = room.oldest, oldest.arrivedAt + ageMax(at: now) <= now {
            room.remove(oldest)
            noteShed(oldest.rank)
            refuse(oldest, .age)
        }
        if room.isEmpty { noteEmpty() }
    }

    // MARK: Refusals

    private func shed(_ arrival: Arrival, _ limit: Limit, after wait: TimeSpan) -> Beginning {
        noteShed(arrival.rank)
        return refuse(arrival, limit, after: wait)
    }

    /// Nobody less precious is let in for a while.
    private func noteShed(_ rank: Rank) {
        let now = loop.now
        if rank.level <= shedLevel || now >= shedUntil {
            shedLevel = rank.level
            shedUntil = now + Self.shedHold
        }
    }

    func refuse(_ arrival: Arrival, _ limit: Limit, after wait: TimeSpan = .zero) -> Beginning {
        let refusal = refusal(arrival.tier, limit, after: wait)
        if setting.has(.slowShed) || setting.has(.metastableRetries) {
            let turn = turn(arrival)
            answer(turn, refusal)
            return .waits(turn)
        }
        if let costs = processor.costs { processor.charge(costs.refuse, namespace) }
        return .refused(refusal)
    }

    /// One that has waited.
    func refuse(_ turn: Turn, _ limit: Limit) { answer(turn, refusal(turn.tier, limit, after: .zero)) }

    private func answer(_ turn: Turn, _ refusal: Refusal) {
        guard let costs = processor.costs else { return turn.end(.refused(refusal)) }
        // Planted (slow-shed): the work is done first. Without declared costs nothing shows.
        if setting.has(.slowShed) {
            turn.refusal = refusal
            processor.work(turn, namespace)
        } else {
            processor.charge(costs.refuse, namespace)
            turn.end(.refused(refusal))
        }
    }

    private func refusal(_ tier: Tier, _ limit: Limit, after wait: TimeSpan) -> Refusal {
        counts.refused(tier, limit)
        drain.refused()
        return Refusal(limit: limit, retryAfter: retryAfter(wait))
    }

    /// When it may be worth another try. Those who were refused together do not come back together: they are spread over
    /// the time that it takes to serve as many.
    ///
    ///     wait + u * (1 s + refusals for each one let in, in seconds)      u in [0, 1), rounded up, at most 30 s
    private func retryAfter(_ wait: TimeSpan) -> TimeSpan {
        let spread = 1 + drain.refusalsPerEntry
        let seconds = (wait.seconds + random.unit() * spread).rounded(.up)
        return .seconds(Int64(min(max(seconds, 1), Self.retryAfterMax.seconds)))
    }

    /// Planted (metastable-retries): until the sender's deadline, every twentieth of a second.
    func tryAgain(_ first: Turn) async -> Entry? {
        var last: Entry?
        while loop.now < first.deadline {
            await Parking(loop).rest(until: loop.now + .milliseconds(50))
            let arrival = Arrival(
                tier: first.tier, rank: first.rank, merchant: first.merchant, deadline: first.deadline, at: loop.now)
            drain.look(at: arrival.at, isEmpty: room.isEmpty)
            let beginning = room.isEmpty && mayGoIn ? letIn(arrival) : lineUp(arrival)
            switch beginning {
            case .admitted(let pass): return .admitted(pass)
            case .refused(let refusal): last = .refused(refusal)
            case .waits(let turn): last = await turn.wait()
            }
            if case .admitted = last { return last }
        }
        return last
    }
}

extension Limit {
    /// The stack's own state spoke, not the sender's.
    var isOverload: Bool { self == .concurrency || self == .queue || self == .age }
}
