// Goal: what nobody knows is asked for, and banks are not asked to death: a bank that has just been sick has as many
// questions waiting as it was sick for payments.
// Method: a heap of instants, and for each channel a quota.
//
//     unknown --first wait--> due --quota--> asked --+-- known ------------------> told, and forgotten
//                              ^      |later         |
//                              +------+--------------+-- still open: told, and due again after first * 2^n
//                                                    +-- for the last time ------> told, and forgotten: it stays unknown
//
// Each wait is up to a tenth longer, by the payment's own draw, so that those who became unknown together do not ask
// together. What the desk holds it holds in memory: after a restart whoever reads the store adds it again.
//
// Not here: what an answer is worth.

import Containers
import EventLoop
import HTTPWire
import SeededRandom
import StackVocabulary
import Timebase

/// Something of which nobody knows what became of it.
struct OpenQuestion: Sendable {
    /// What is unknown: a payment's attempt, a capture, a refund.
    let about: BankReference
    /// The payment that the bank is asked for; it knows no others.
    let payment: BankReference
    let channel: ChannelNumber
    /// What the request was marked with; of one that a restart found, `RequestContext.recovered`.
    let marks: RequestContext
    /// How often it was asked already.
    var asked: UInt8 = 0
    /// Somebody has cause to ask again since it was asked last.
    var isRenewed = false
}

struct QueryAnswer: Sendable {
    let question: OpenQuestion
    let standing: BankStanding
    /// It is not asked for again.
    let isLast: Bool
}

struct QueryFigures: Sendable, Equatable {
    var waiting = 0
    var asked: UInt64 = 0
    /// Put off because their channel had been asked enough.
    var putOff: UInt64 = 0
    /// Asked for the last time, and still not known.
    var givenUp: UInt64 = 0
    /// Not taken, because too many waited.
    var turnedAway: UInt64 = 0
}

final class QueryDesk: TimerTarget {
    static let waitingMax = 200_000
    /// When nothing could be asked, it is tried again after this.
    static let pause = TimeSpan.seconds(5)

    private let channels: Channels
    private let loop: EventLoop
    private let rules: QuerySetting
    private let defects: DefectSwitches
    private let timeout: TimeSpan
    private let draws: Seed
    private let tell: (QueryAnswer) -> Void
    private var quotas: [Quota]
    private var slots: AgedSlots<OpenQuestion>
    private var heap = DueHeap()
    private var places: [BankReference: Int32] = [:]
    private var number: UInt64 = 0
    private var timer = TimerID.none
    private var timerDue = Instant.never
    private var isClosed = false
    private var counted = QueryFigures()

    /// One for each namespace.
    init(
        _ channels: Channels, _ setting: StackSetting, seed: Seed, on loop: EventLoop,
        tell: @escaping (QueryAnswer) -> Void
    ) {
        self.channels = channels
        self.loop = loop
        self.tell = tell
        rules = setting.query
        defects = setting.defects
        timeout = setting.bankTimeout
        draws = seed
        quotas = Array(repeating: Quota(perSecond: rules.rate), count: channels.names.count)
        slots = AgedSlots(room: 0)
    }

    private var isStorm: Bool { defects.contains(.queryStorm) }
    private static let stormAsks = 250
    /// Payments count their queries in a byte.
    private static let asksMax = Int(UInt8.max)

    /// Planted (query-storm): at once, all the time, and of everyone.
    private var perPaymentMax: Int { isStorm ? Self.stormAsks : min(rules.perPaymentMax, Self.asksMax) }
    private var first: TimeSpan { isStorm ? .milliseconds(20) : rules.first }
    /// How often the wait doubles.
    private var growthMax: UInt8 { isStorm ? 0 : 16 }

    var figures: QueryFigures {
        var figures = counted
        figures.waiting = places.count
        return figures
    }

    /// When the next one is to be asked, if any waits for that.
    var nextDue: Instant? { heap.first?.due }

    /// Asked for after the first wait, or a later one if it was asked already. One that is here is not asked for sooner, but
    /// once more.
    func add(_ question: OpenQuestion) {
        guard !isClosed else { return }
        if let place = places[question.about] { return slots[place].isRenewed = true }
        guard places.count < Self.waitingMax, Int(question.asked) < perPaymentMax else {
            counted.turnedAway += 1
            return
        }
        let place = slots.put(question)
        places[question.about] = place
        putDue(place, at: loop.now + wait(before: question))
        arm()
    }

    func has(_ about: BankReference) -> Bool { places[about] != nil }

    /// It is known by now: a callback or a statement told.
    func forget(_ about: BankReference) {
        guard let place = places.removeValue(forKey: about) else { return }
        // One that is being asked stands in no heap; whoever asks finds its place given to another.
        if !slots.isInLine(place) { heap.remove(place) }
        slots.giveBack(place)
    }

    func close() {
        isClosed = true
        loop.cancel(timer)
        timer = .none
    }

    private func wait(before question: OpenQuestion) -> TimeSpan {
        let grown = first.nanoseconds << Int64(min(question.asked, growthMax))
        let more = draws.child(question.about.record.bits).child(Int(question.asked)).unit / 10
        return TimeSpan(nanoseconds: grown + Int64(Double(grown) * more))
    }

    // MARK: Due

    private func putDue(_ place: Int32, at due: Instant) {
        number += 1
        heap.insert(place, due: due, number: number)
    }

    private func arm() {
        guard let first = heap.first, first.due < timerDue else { return }
        loop.cancel(timer)
        timerDue = first.due
        timer = loop.arm(first.due, self)
    }

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        timerDue = .never
        let now = loop.now
        while !isClosed, let first = heap.first, first.due <= now {
            heap.remove(first.place)
            come(first.place, now)
        }
        if !isClosed { arm() }
    }

    private func come(_ place: Int32, _ now: Instant) {
        if !isStorm, let wait = quotas[Int(slots[place].channel)].take(at: now) {
            counted.putOff += 1
            return putDue(place, at: now + wait)
        }
        counted.asked += 1
        // Those that are being asked stand in the line of the slots, the others in the heap.
        slots.enterLine(place)
        let generation = slots.generation(of: place)
        let question = slots[place]
        loop.spawn { [self] in
            let standing = await ask(question)
            guard !isClosed, slots.generation(of: place) == generation else { return }
            take(standing, place)
        }
    }

    private func ask(_ question: OpenQuestion) async -> BankStanding {
        guard let adapter = channels[question.channel, question.about.namespace] else { return .unasked(.noOrigin) }
        var context = question.marks
        context.deadline = loop.now + timeout
        // Planted (shadow-leak-async): what a timer starts has lost the mark.
        if defects.contains(.shadowLeakAsync) { context = context.leaked }
        return await adapter.query(question.payment, context)
    }

    private func take(_ standing: BankStanding, _ place: Int32) {
        if case .unasked = standing {
            slots.leaveLine(place)
            putDue(place, at: loop.now + Self.pause)
            return arm()
        }
        slots[place].asked += 1
        let question = slots[place]
        // How a payment stands does not say how its refund does: who asked forgets that when it is known.
        let isOpen = standing.isOpen || question.about.kind == .refund
        let isLast = !isOpen || Int(question.asked) >= perPaymentMax && !question.isRenewed
        if isLast {
            if isOpen { counted.givenUp += 1 }
            forget(question.about)
        } else {
            if question.isRenewed { (slots[place].asked, slots[place].isRenewed) = (0, false) }
            slots.leaveLine(place)
            putDue(place, at: loop.now + wait(before: slots[place]))
            arm()
        }
        tell(QueryAnswer(question: question, standing: standing, isLast: isLast))
    }
}
