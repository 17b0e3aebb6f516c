// Goal: a bank tells what became of its payments the way banks do: late, twice, in the wrong order, before it has
// answered, again when nobody listened, not at all, or everything at once; and what it does to whom depends on the seed
// and the payment's reference alone.
// Method: every callback that is not under way stands in one heap of due instants, with one timer for all of them:
//
//     order --fate--> lost
//           --------> due --its time--> under way --2xx----> delivered
//                      ^ |                |  \--- else, no retry left --> given up
//                      | \--to be overtaken: until a later one has gone
//                      +----- the wait of the retry schedule ----+
//
// A hold takes nothing out of the heap; when it ends, all that is due goes, as many at a time as ever. Everything is
// bounded: those that wait, those under way, destinations. Nothing goes out to whom the profile and the world outside it
// do not both allow, and nothing once the lease is lost.
// Not here: what a payment's status is, and who keeps the journal (`onOutcome`).

package import ChannelProfile
import Containers
package import Cryptography
package import EventLoop
import HTTPService
import HTTPWire
package import Lease
package import Peers
import PlanValues
package import SeededRandom
import Timebase

/// The callbacks of one channel, on one loop.
package final class CallbackDesk: TimerTarget {
    struct Waiting {
        let order: CallbackOrder
        let destination: Destination
        let target: String
        /// In the order in which they were ordered.
        let number: UInt64
        var attempt = 1
        /// To be overtaken yet.
        var isReordered: Bool
        /// In line only to be overtaken.
        var isKept = false
        /// The handler that answers when the first attempt is over.
        var first: FirstAttempt?
    }

    let loop: EventLoop
    let channel: String
    let rule: CallbackRule
    let fates: CallbackFates
    let key: HMACKey
    let lease: Lease?
    let bounds: CallbackBounds
    let onOutcome: (CallbackOutcome) -> Void

    var slots = AgedSlots<Waiting>(room: 0)
    var due = DueHeap()
    /// Those that wait to be overtaken.
    var kept: [Int32] = []
    let destinations: Destinations
    var orderNumber: UInt64 = 0
    /// Of the latest order whose first attempt is over.
    var latestGone: UInt64 = 0
    var inFlight = 0
    /// Those under way, to cut them off.
    var attempts: [(place: Int32, task: SpawnedTask)] = []
    var isHeld = false
    var isDraining = false
    var isStopped = false
    var isPumping = false
    var timer = TimerID.none
    var timerDue = Instant.never
    var idlers: [Parking] = []
    package internal(set) var counters = CallbackCounters()

    /// - Parameters:
    ///   - seed: the channel's own place.
    ///   - policy: the profile's `allow`, and what is permitted outside it.
    ///   - lease: nil where nobody else decides how long this goes on.
    ///   - onOutcome: told of every attempt, and of every callback that comes to none.
    package init(
        on loop: EventLoop, channel: String, rule: CallbackRule, seed: Seed, key: HMACKey, policy: PeerPolicy,
        lease: Lease? = nil, bounds: CallbackBounds = CallbackBounds(),
        onOutcome: @escaping (CallbackOutcome) -> Void = { _ in }
    ) {
        self.loop = loop
        self.channel = channel
        self.rule = rule
        self.fates = CallbackFates(rule, seed: seed)
        self.key = key
        destinations = Destinations(on: loop, under: policy, bounds.destinations)
        self.lease = lease
        self.bounds = bounds
        self.onOutcome = onOutcome
    }

    /// Those that are not under way.
    package var waitingCount: Int { slots.countInLine }
    package var inFlightCount: Int { inFlight }

    // MARK: Orders

    /// The payment has been decided now.
    package func take(_ order: CallbackOrder) { accept(order, first: nil) }

    /// Whether the callback about this payment comes before the answer: then the handler awaits `sendBeforeAnswer`
    /// instead of calling `take`.
    package func sendsBeforeAnswer(_ reference: PaymentReference) -> Bool {
        fates.fate(of: reference).isBeforeAnswer
    }

    /// Returns when the first attempt is over, or has taken too long for a handler to wait. While callbacks are held it returns at once: the answer comes first then.
    package func sendBeforeAnswer(_ order: CallbackOrder) async {
        guard !isHeld, sendsBeforeAnswer(order.reference) else { return take(order) }
        let first = FirstAttempt(loop)
        accept(order, first: first)
        await first.wait(until: loop.now + bounds.beforeAnswerMax)
    }

    func accept(_ order: CallbackOrder, first: FirstAttempt?) {
        counters.orders += 1
        guard mayGoOn() else { return leave(order, first, .stopped) }
        let fate = fates.fate(of: order.reference)
        if fate.isLost { return leave(order, first, .lost) }
        let (destination, target): (Destination, String)
        do throws(Destinations.Refusal) {
            (destination, target) = try destinations.find(order.destination)
        } catch {
            return leave(order, first, .refused(error.words))
        }
        // A duplicate has its twin's number: who is to be overtaken is not overtaken by itself.
        orderNumber += 1
        var waiting = Waiting(
            order: order, destination: destination, target: target, number: orderNumber,
            isReordered: fate.isReordered, first: first)
        if fate.isBeforeAnswer { counters.beforeAnswer += 1 }
        enter(waiting, until: loop.now + fate.delay)
        if fate.isDuplicate {
            counters.duplicated += 1
            waiting.isReordered = false
            waiting.first = nil
            enter(waiting, until: loop.now + fate.duplicateDelay)
        }
        pump()
    }

    func enter(_ waiting: Waiting, until instant: Instant) {
        makeRoom()
        line(slots.put(waiting), until: instant)
    }

    func makeRoom() {
        while slots.countInLine >= bounds.ordersMax, let oldest = slots.oldest { discard(oldest, .dropped) }
    }

    func line(_ place: Int32, until instant: Instant) {
        slots.enterLine(place)
        due.insert(place, due: instant, number: slots[place].number)
    }

    func unline(_ place: Int32) {
        slots.leaveLine(place)
        due.remove(place)
        if slots[place].isKept {
            slots[place].isKept = false
            kept.removeAll { $0 == place }
        }
    }

    // MARK: Holding back

    /// Nothing goes out until `release`; what is under way ends as it may.
    package func hold() { isHeld = true }

    /// All that was due meanwhile goes now, as many at a time as ever.
    package func release() {
        guard isHeld else { return }
        isHeld = false
        counters.heldBack += UInt64(due.countDue(by: loop.now))
        pump()
    }

    // MARK: The end

    /// Lets what waits go out, until then; what is left is stopped.
    package func drain(until deadline: Instant) async {
        isDraining = true
        release()
        overtake(before: .max)
        pump()
        await becomeIdle(until: deadline)
        await close()
    }

    /// Nothing begins any more, and what is under way is cut off.
    package func close() async {
        stop()
        await becomeIdle(until: .never)
        await destinations.join()
    }

    func becomeIdle(until deadline: Instant) async {
        guard slots.countInLine > 0 || inFlight > 0 else { return }
        let place = Parking(loop)
        idlers.append(place)
        _ = await place.wait(until: deadline)
        idlers.removeAll { $0 === place }
    }

    /// False once the lease is lost: then everything is over.
    func mayGoOn() -> Bool {
        if isStopped { return false }
        if lease?.isHeld(at: loop.now) ?? true { return true }
        stop()
        return false
    }

    func stop() {
        guard !isStopped else { return }
        isStopped = true
        loop.cancel(timer)
        while let oldest = slots.oldest { discard(oldest, .stopped) }
        for attempt in attempts { attempt.task.cancel() }
        destinations.close()
        wakeIdlers()
    }
}
