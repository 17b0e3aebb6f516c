// Goal: whoever asked to be told what became of a payment is told, at least once, also when the stack was killed between
// the payment and the telling; and who does not listen holds up nobody else.
// Method: a notification was committed with its payment before it comes here (the outbox), so that nothing that happens
// here can lose it. What is not under way stands in one heap of due instants, with one timer for all of them:
//
//     tell --> due --its host has room--> under way --2xx----------> delivered --\
//               ^  \--no room: its host's line--^  |                              |-> committed
//               |                                  |--- no attempt left -> given up
//               +--- again: firstWait * 2^(n-1) * (0.5 ..< 1.5), at most ten minutes --> committed
//
// A host's room is halved by each failure and grows by one with each success: a dead host has one attempt under way.
// Memory is bounded: what has no place stays in the store, and is read from there when there is room again. So a
// notification may be told twice, never not at all; receivers know it by its record and version.
// Not here: what a notification says, and when it comes to be.

import Containers
import Cryptography
import EventLoop
import Peers
import SeededRandom
import StackVocabulary
import Timebase

final class Notifier: TimerTarget {
    struct Waiting {
        var notification: Notification
        let host: Int
        let target: String
        /// Goes with it from timer to timer.
        let context: RequestContext
        let toldAt: Instant
        let number: UInt64
    }

    let namespace: Namespace
    let setting: StackSetting
    let loop: EventLoop
    let store: any LedgerStore
    let key: HMACKey
    let seed: Seed
    let bounds: NotifierBounds
    let destinations: Destinations
    var slots = AgedSlots<Waiting>(room: 0)
    var due = DueHeap()
    var hosts: [NotifierHost] = []
    var hostPlaces: [String: Int] = [:]
    /// Those in memory, or under way to be committed: what the store still calls due and is ours already.
    var known: Set<Notification.ID> = []
    var number: UInt64 = 0
    var underWay = 0
    /// Those whose result is not durable yet.
    var committing = 0
    /// The store holds some that are not here.
    var isOverflown = false
    var isReading = false
    var isStopped = false
    var isPumping = false
    /// Whose line may have someone to begin.
    var roomyHosts: [Int] = []
    private var timer = TimerID.none
    private var timerDue = Instant.never
    private var readAt = Instant.zero
    var idlers: [Parking] = []
    var counts = NotifierCounts()
    /// From this loop's instant zero to milliseconds since 1970.
    private let epochMilliseconds: Int64

    init(
        _ namespace: Namespace, _ setting: StackSetting, store: any LedgerStore, policy: PeerPolicy, key: HMACKey,
        seed: Seed, bounds: NotifierBounds = NotifierBounds(), on loop: EventLoop
    ) {
        self.namespace = namespace
        self.setting = setting
        self.store = store
        self.key = key
        self.seed = seed
        self.bounds = bounds
        self.loop = loop
        epochMilliseconds = loop.secondsSince1970 * 1_000 - loop.turnBegan.nanoseconds / 1_000_000
        var destination = DestinationBounds("notifications")
        destination.destinationsMax = bounds.hostsMax
        destination.connectionsMax = bounds.perHostMax
        destination.resolveWithin = setting.notify.timeout
        destinations = Destinations(on: loop, under: policy, destination)
    }

    /// Milliseconds since 1970.
    func milliseconds(at instant: Instant) -> Int64 { epochMilliseconds + instant.nanoseconds / 1_000_000 }

    // MARK: In

    /// It is committed, and is told from now on.
    func tell(_ notification: Notification, _ context: RequestContext) {
        precondition(context.namespace == namespace, "a notification of the other namespace")
        counts.told += 1
        take(notification, context, at: loop.now)
        pump()
    }

    /// Reads what a former process left.
    func resume() async {
        isOverflown = true
        await read()
    }

    func take(_ notification: Notification, _ context: RequestContext, at instant: Instant) {
        guard !isStopped, !known.contains(notification.id) else { return }
        let (host, target): (Int, String)
        do throws(Destinations.Refusal) {
            (host, target) = try find(notification.url)
        } catch {
            counts.refused += 1
            counts.givenUp += 1
            return finish(notification, .givenUp)
        }
        guard slots.countInLine < bounds.waitingMax, hosts[host].inMemory < bounds.waitingPerHostMax else {
            counts.overflown += 1
            isOverflown = true
            return
        }
        number += 1
        known.insert(notification.id)
        hosts[host].inMemory += 1
        let place = slots.put(
            Waiting(
                notification: notification, host: host, target: target, context: context, toldAt: loop.now,
                number: number))
        line(place, until: instant)
    }

    private func find(_ url: String) throws(Destinations.Refusal) -> (Int, String) {
        let (destination, target) = try destinations.find(url)
        if let place = hostPlaces[destination.name] { return (place, target) }
        hosts.append(NotifierHost(destination, room: bounds.perHostMax))
        hostPlaces[destination.name] = hosts.count - 1
        return (hosts.count - 1, target)
    }

    func line(_ place: Int32, until instant: Instant) {
        slots.enterLine(place)
        due.insert(place, due: instant, number: slots[place].number)
    }

    // MARK: From the store

    /// What did not fit, when there is room again, and not more often than once a second.
    func readIfDue() {
        guard wantsToRead else { return }
        guard loop.now >= readAt else { return }
        loop.spawn { [self] in await read() }
    }

    private var wantsToRead: Bool {
        isOverflown && !isReading && !isStopped && slots.countInLine <= bounds.waitingMax / 2
    }

    private func read() async {
        guard !isReading, !isStopped else { return }
        isReading = true
        readAt = loop.now + .seconds(1)
        do throws(StoreFailure) {
            let found = try await store.dueNotifications(limit: 2 * bounds.waitingMax)
            isOverflown = found.count == 2 * bounds.waitingMax
            let now = milliseconds(at: loop.now)
            for notification in found {
                let wait = TimeSpan.milliseconds(max(0, notification.dueAt - now))
                take(notification, .recovered(namespace, until: .never), at: loop.now + wait)
            }
        } catch {
            counts.storeFailures += 1
            isOverflown = true
        }
        isReading = false
        pump()
        wakeIdlers()
    }

    // MARK: The timer

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        timerDue = .never
        pump()
    }

    func armTimer() {
        var next = wantsToRead ? readAt : .never
        if underWay < setting.notify.underWayMax, let first = due.first { next = min(next, first.due) }
        guard !isStopped, next < timerDue else { return }
        if timer != .none { loop.cancel(timer) }
        timer = loop.arm(next, self)
        timerDue = next
    }

    // MARK: The end

    /// Lets what is due go out, until then; the rest stays in the store.
    func drain(until deadline: Instant) async {
        await becomeIdle(until: deadline)
        await close()
    }

    /// Nothing begins any more, and what is under way is cut off. What was not delivered is due after the next start.
    func close() async {
        isStopped = true
        loop.cancel(timer)
        destinations.close()
        while underWay > 0 || committing > 0 || isReading { await rest(until: .never) }
        await destinations.join()
    }

    private func becomeIdle(until deadline: Instant) async {
        while slots.countInLine + underWay + committing > 0 || isReading, loop.now < deadline {
            await rest(until: deadline)
        }
    }

    private func rest(until deadline: Instant) async {
        let place = Parking(loop)
        idlers.append(place)
        await place.rest(until: deadline)
        idlers.removeAll { $0 === place }
    }

    func wakeIdlers() {
        for idler in idlers { idler.wake() }
    }
}
