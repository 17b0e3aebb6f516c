// Goal: a stack that is declared to do so much a second does that much, on any machine and in virtual time, so that
// queues, knees and collapse are real.
// Method: so many places, each taken by one request for its declared cost. Those that wait for a place stand in two
// lanes, and nobody of the shadow's begins while a live one waits:
//
//     live   | ....  \
//     shadow | ..    -> places -> the work is done: the turn ends
//
//     begins = max(when it came, when a place is free first)        ends = begins + cost
//
// Instants are computed, never taken from the clock: a loop that is late with its timer does what was due meanwhile in
// one go, and loses no capacity. A refusal takes its small cost from the place that is free first, and wakes nobody.
// Not here: who is let in (`Door`), and what the work is.

import Containers
import EventLoop
import StackVocabulary
import Timebase

final class DeclaredProcessor: TimerTarget {
    /// Nil: the work takes what it takes.
    let costs: ServiceCosts?
    let cores: Int
    private let loop: EventLoop
    private var places: FreeTimes
    private var lanes: [AgedSlots<Turn>]
    /// At most as many as places.
    private var working: [(turn: Turn, until: Instant)] = []
    /// Refusals of the shadow's, to be paid before its next work.
    private var shadowDebt = TimeSpan.zero
    private var isAdvancing = false
    private var timer = TimerID.none
    private var timerDue = Instant.never
    /// Core time that was taken, of each namespace.
    private(set) var taken = [TimeSpan.zero, .zero]

    init(_ setting: StackSetting, on loop: EventLoop) {
        self.loop = loop
        costs = setting.service ?? (loop.simulation == nil ? nil : .calibrated)
        cores = setting.cores
        places = FreeTimes(count: setting.cores)
        lanes = Namespace.allCases.map { _ in AgedSlots(room: 0) }
    }

    /// Who waits for a place.
    func waitingCount(_ namespace: Namespace) -> Int { lanes[Int(namespace.rawValue)].countInLine }

    /// The turn's door is told when the work is done.
    func work(_ turn: Turn, _ namespace: Namespace) {
        turn.beganAt = loop.now
        let lane = Int(namespace.rawValue)
        turn.place = lanes[lane].put(turn)
        lanes[lane].enterLine(turn.place)
        advance()
    }

    /// Of a refusal.
    func charge(_ cost: TimeSpan, _ namespace: Namespace) {
        taken[Int(namespace.rawValue)] = taken[Int(namespace.rawValue)] + cost
        if namespace == .shadow {
            shadowDebt = shadowDebt + cost
        } else {
            places.takeFirst(until: max(places.first, loop.now) + cost)
        }
    }

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        timerDue = .never
        advance()
    }

    /// All that is due, in the order of its instants.
    private func advance() {
        // Who is told of an end may bring the next.
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        let now = loop.now
        while true {
            let end = working.indices.min { working[$0].until < working[$1].until }
            if let end, working[end].until <= now, !hasWaiting || working[end].until <= places.first {
                let turn = working.remove(at: end).turn
                turn.door.worked(turn)
            } else if hasWaiting, places.first <= now {
                beginNext()
            } else {
                break
            }
        }
        armTimer()
    }

    private var hasWaiting: Bool { lanes[0].countInLine + lanes[1].countInLine > 0 }

    private func beginNext() {
        let lane = lanes[0].countInLine > 0 ? 0 : 1
        guard let place = lanes[lane].oldest else { return }
        let turn = lanes[lane][place]
        lanes[lane].giveBack(place)
        var begins = max(places.first, turn.beganAt)
        if lane == 1 {
            begins = begins + shadowDebt
            shadowDebt = .zero
        }
        let ends = begins + turn.cost
        guard turn.door.isWorth(turn, until: ends) else { return turn.door.cameTooLate(turn) }
        places.takeFirst(until: ends)
        working.append((turn, ends))
        taken[lane] = taken[lane] + turn.cost
    }

    private func armTimer() {
        var next = hasWaiting ? places.first : .never
        for work in working { next = min(next, work.until) }
        guard next < timerDue else { return }
        if timer != .none { loop.cancel(timer) }
        timer = loop.arm(next, self)
        timerDue = next
    }
}
