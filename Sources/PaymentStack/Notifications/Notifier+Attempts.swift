// What is due and has room goes out, and what comes of it is made durable.

import Containers
import Cryptography
import EventLoop
import HTTPService
import HTTPWire
import Peers
import SeededRandom
import StackVocabulary
import Timebase

extension Notifier {
    /// Begins what is due. What has no room with its host leaves the heap for the host's own line.
    func pump() {
        // An attempt may end before its begin returns.
        guard !isStopped, !isPumping else { return }
        isPumping = true
        while underWay < setting.notify.underWayMax {
            if let host = roomyHosts.popLast() {
                guard let next = hosts[host].next() else { continue }
                roomyHosts.append(host)
                begin(next)
            } else if let next = due.first, next.due <= loop.now {
                due.remove(next.place)
                let host = slots[next.place].host
                hosts[host].lineUp(next.place)
                roomyHosts.append(host)
            } else {
                break
            }
        }
        isPumping = false
        readIfDue()
        armTimer()
    }

    private func begin(_ place: Int32) {
        slots.leaveLine(place)
        let waiting = slots[place]
        underWay += 1
        hosts[waiting.host].begin()
        counts.underWayPeak = max(counts.underWayPeak, underWay)
        loop.spawn { [self] in ended(place, waiting, await attempt(waiting)) }
    }

    enum Ending {
        case answered(UInt16)
        case unanswered
        case refused
        case stopped
    }

    private func attempt(_ waiting: Waiting) async -> Ending {
        // Planted (lost-notify): some are called delivered, and never were sent.
        if setting.has(.lostNotify), seed.split("lost").child(waiting.notification.id.record.bits).unit < 0.125 {
            return .answered(204)
        }
        let deadline = loop.now + setting.notify.timeout
        let destination = hosts[waiting.host].destination
        guard let client = await destination.client(until: deadline) else {
            if isStopped { return .stopped }
            return destination.refusal == nil ? .unanswered : .refused
        }
        if isStopped { return .stopped }
        // Planted (shadow-leak-async): what a timer starts has lost the mark.
        let isLeaked = setting.has(.shadowLeakAsync) && waiting.notification.attempts > 0
        let context = isLeaked ? waiting.context.leaked : waiting.context
        do throws(WireError) {
            let request = try letter(waiting, context, host: client.origin.host)
            counts.sent += 1
            if waiting.notification.attempts > 0 { counts.retried += 1 }
            return await send(request, by: client, until: deadline)
        } catch {
            return .refused
        }
    }

    private func send(_ request: HTTPRequest, by client: HTTPClient, until deadline: Instant) async -> Ending {
        do throws(HTTPClientError) {
            return .answered(try await client.send(request, until: deadline).status)
        } catch {
            return isStopped ? .stopped : .unanswered
        }
    }

    /// The signature is over the body and the second of this attempt, as docs/callbacks.md says it.
    private func letter(
        _ waiting: Waiting, _ context: RequestContext, host: String
    ) throws(WireError) -> HTTPRequest {
        let body = waiting.notification.body
        let stamp = String(loop.secondsSince1970)
        var fields = context.marks
        try fields.add("content-type", "application/json")
        try fields.add(StampedSignature.timestampField, stamp)
        try fields.add(
            StampedSignature.signatureField,
            StampedSignature.of(body.span, stamp: stamp.utf8Span.span, key: key).hexadecimal)
        return try HTTPRequest(.post, waiting.target, host: host, fields: fields, body: body)
    }

    // MARK: What came of it

    private func ended(_ place: Int32, _ waiting: Waiting, _ ending: Ending) {
        underWay -= 1
        var notification = waiting.notification
        if case .stopped = ending {
            hosts[waiting.host].ended(well: nil)
            forget(place, notification.id)
            return wakeIdlers()
        }
        let isDelivered = if case .answered(200..<300) = ending { true } else { false }
        hosts[waiting.host].ended(well: isDelivered)
        notification.attempts += 1
        if isDelivered {
            counts.delivered += 1
            counts.lag = loop.now - waiting.toldAt
            end(place, notification, .delivered)
        } else {
            failed(place, notification, isRefused: { if case .refused = ending { true } else { false } }())
        }
        roomyHosts.append(waiting.host)
        pump()
        wakeIdlers()
    }

    private func failed(_ place: Int32, _ notification: Notification, isRefused: Bool) {
        if isRefused { counts.refused += 1 } else { counts.failed += 1 }
        guard !isRefused, Int(notification.attempts) < setting.notify.attemptsMax else {
            counts.givenUp += 1
            return end(place, notification, .givenUp)
        }
        let next = loop.now + wait(after: notification)
        slots[place].notification.attempts = notification.attempts
        line(place, until: next)
        finish(notification, .again(at: milliseconds(at: next)))
    }

    /// Of an attempt's own place in the seed: a herd that failed together does not come back together.
    func wait(after notification: Notification) -> TimeSpan {
        let unit = seed.child(notification.id.record.bits).child(UInt64(notification.attempts)).unit
        let doublings = min(Int64(notification.attempts) - 1, 20)
        let base = Double(setting.notify.firstWait.nanoseconds << doublings)
        return TimeSpan(nanoseconds: Int64(min(base, Double(bounds.waitMax.nanoseconds)) * (0.5 + unit)))
    }

    private func end(_ place: Int32, _ notification: Notification, _ outcome: Delivery.Outcome) {
        hosts[slots[place].host].inMemory -= 1
        slots.giveBack(place)
        finish(notification, outcome)
    }

    private func forget(_ place: Int32, _ id: Notification.ID) {
        hosts[slots[place].host].inMemory -= 1
        slots.giveBack(place)
        known.remove(id)
    }

    /// Durable; the store gathers those of one turn. A store that is behind is asked again: until then the notification
    /// is ours, and not read a second time.
    func finish(_ notification: Notification, _ outcome: Delivery.Outcome) {
        let id = notification.id
        known.insert(id)
        committing += 1
        loop.spawn { [self] in
            var change = LedgerChange(at: milliseconds(at: loop.now))
            change.delivery = Delivery(id: id, attempts: notification.attempts, outcome: outcome)
            for _ in 0..<bounds.commitsMax {
                do throws(StoreFailure) {
                    _ = try await store.commit(change)
                    break
                } catch {
                    counts.storeFailures += 1
                    if case .behind = error.cause, !isStopped {
                        await Parking(loop).rest(until: loop.now + .milliseconds(100))
                    } else {
                        break
                    }
                }
            }
            if case .again = outcome {} else { known.remove(id) }
            committing -= 1
            wakeIdlers()
        }
    }
}
