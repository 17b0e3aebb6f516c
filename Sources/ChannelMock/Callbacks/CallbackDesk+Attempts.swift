// What is due goes out, and what comes of it decides whether it goes once more.

import ChannelProfile
import Containers
package import EventLoop
import HTTPService
import HTTPWire
import Lease
import Peers
import Timebase

extension CallbackDesk {
    package func timerFired(_ timer: TimerID) {
        self.timer = .none
        timerDue = .never
        pump()
    }

    /// Begins what is due and has a place. An attempt may end before its begin returns, so this is not entered twice.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        guard mayGoOn() else { return }
        while !isHeld, inFlight < bounds.inFlightMax, let next = due.first, next.due <= loop.now {
            if mustWaitLonger(next.place) { keep(next.place) } else { begin(next.place) }
        }
        armTimer()
        wakeIdlers()
    }

    func mustWaitLonger(_ place: Int32) -> Bool {
        let waiting = slots[place]
        return waiting.isReordered && !waiting.isKept && !isDraining && latestGone <= waiting.number
    }

    func keep(_ place: Int32) {
        unline(place)
        slots[place].isKept = true
        kept.append(place)
        line(place, until: loop.now + bounds.reorderMax)
    }

    /// What was kept until one as late as this had gone, goes.
    func overtake(before number: UInt64) {
        let overtaken = kept.filter { slots[$0].number < number }
        for place in overtaken {
            unline(place)
            line(place, until: loop.now)
        }
    }

    func begin(_ place: Int32) {
        if slots[place].isReordered {
            if latestGone > slots[place].number { counters.reordered += 1 } else { counters.reorderedInVain += 1 }
            slots[place].isReordered = false
        }
        unline(place)
        inFlight += 1
        counters.inFlightPeak = max(counters.inFlightPeak, inFlight)
        let waiting = slots[place]
        let generation = slots.generation(of: place)
        let task = loop.spawn { [self] in
            let beganAt = loop.now
            let ending = await attempt(waiting)
            ended(place, ending, beganAt: beganAt)
        }
        // It may be over already.
        if slots.generation(of: place) == generation, !slots.isInLine(place) { attempts.append((place, task)) }
    }

    enum Ending {
        case answered(UInt16)
        case unanswered(String)
        case refused(String)
        case stopped
    }

    func attempt(_ waiting: Waiting) async -> Ending {
        let deadline = loop.now + bounds.answerWithin
        guard let client = await waiting.destination.client(until: deadline) else {
            return waiting.destination.refusal.map(Ending.refused)
                ?? (isStopped ? .stopped : .unanswered("the host's name was not resolved in time"))
        }
        guard mayGoOn() else { return .stopped }
        let letter = CallbackLetter(order: waiting.order, channel: channel, attempt: waiting.attempt)
        let request: HTTPRequest
        do throws(WireError) {
            request = try letter.request(
                to: waiting.target, host: client.origin.host, second: loop.secondsSince1970, key: key)
        } catch {
            return .refused("'\(waiting.order.destination)' cannot be asked for: \(error.reason)")
        }
        counters.sent += 1
        if waiting.attempt > 1 { counters.retried += 1 }
        do throws(HTTPClientError) {
            return .answered(try await client.send(request, until: deadline).status)
        } catch {
            return isStopped ? .stopped : .unanswered(error.description)
        }
    }

    // MARK: What came of it

    func ended(_ place: Int32, _ ending: Ending, beganAt: Instant) {
        inFlight -= 1
        attempts.removeAll { $0.place == place }
        let waiting = slots[place]
        waiting.first?.isOver()
        switch ending {
        case .answered(let status) where (200..<300).contains(status):
            gone(waiting)
            counters.delivered += 1
            end(place, .delivered, beganAt, status: status)
        case .answered(let status):
            gone(waiting)
            failed(place, beganAt, status: status)
        case .unanswered(let words):
            gone(waiting)
            failed(place, beganAt, failure: words)
        case .refused(let words):
            counters.refused += 1
            end(place, .refused(words), beganAt)
        case .stopped:
            counters.stopped += 1
            end(place, .stopped, beganAt)
        }
        if isStopped { wakeIdlers() } else { pump() }
    }

    func gone(_ waiting: Waiting) {
        latestGone = max(latestGone, waiting.number)
        if !kept.isEmpty { overtake(before: latestGone) }
    }

    func failed(_ place: Int32, _ beganAt: Instant, status: UInt16? = nil, failure: String? = nil) {
        counters.failed += 1
        guard !isStopped else {
            counters.stopped += 1
            return end(place, .stopped, beganAt, status: status, failure: failure)
        }
        guard let wait = rule.retries.wait(after: slots[place].attempt) else {
            counters.givenUp += 1
            return end(place, .givenUp, beganAt, status: status, failure: failure)
        }
        tell(slots[place], .failed(retryAt: loop.now + wait), beganAt, status: status, failure: failure)
        makeRoom()
        slots[place].attempt += 1
        line(place, until: loop.now + wait)
    }

    func end(
        _ place: Int32, _ result: CallbackOutcome.Result, _ beganAt: Instant, status: UInt16? = nil,
        failure: String? = nil
    ) {
        tell(slots[place], result, beganAt, status: status, failure: failure)
        slots.giveBack(place)
    }

    func tell(
        _ waiting: Waiting, _ result: CallbackOutcome.Result, _ beganAt: Instant, status: UInt16?, failure: String?
    ) {
        onOutcome(
            CallbackOutcome(
                reference: waiting.order.reference, event: waiting.order.event, attempt: waiting.attempt,
                beganAt: beganAt, endedAt: loop.now, status: status, failure: failure, result: result))
    }

    /// Takes one that waits out of the line, for good.
    func discard(_ place: Int32, _ result: CallbackOutcome.Result) {
        unline(place)
        if result == .dropped { counters.dropped += 1 } else { counters.stopped += 1 }
        slots[place].first?.isOver()
        end(place, result, loop.now)
    }

    /// An order that never came into the line.
    func leave(_ order: CallbackOrder, _ first: FirstAttempt?, _ result: CallbackOutcome.Result) {
        switch result {
        case .lost: counters.lost += 1
        case .refused: counters.refused += 1
        default: counters.stopped += 1
        }
        first?.isOver()
        onOutcome(
            CallbackOutcome(
                reference: order.reference, event: order.event, attempt: 1, beganAt: loop.now, endedAt: loop.now,
                status: nil, failure: nil, result: result))
    }

    // MARK: The timer

    /// For the next that is due and could go, and for the instant at which the lease would be lost. One that is armed
    /// for an earlier instant is left as it is: it looks once more, and that is all.
    func armTimer() {
        guard slots.countInLine > 0 || inFlight > 0 else { return }
        var next = lease?.heldUntil.map { $0 + .nanoseconds(1) } ?? .never
        if !isHeld, inFlight < bounds.inFlightMax, let first = due.first { next = min(next, first.due) }
        guard next < timerDue else { return }
        loop.cancel(timer)
        timer = loop.arm(next, self)
        timerDue = next
    }

    func wakeIdlers() {
        guard !idlers.isEmpty, slots.countInLine == 0, inFlight == 0 else { return }
        for idler in idlers { idler.wake() }
    }
}
