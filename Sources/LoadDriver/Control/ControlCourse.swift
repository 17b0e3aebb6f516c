import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import Timebase
import Traffic

/// One journey of the control stream at a time, with its buffers.
final class ControlCourse {
    private unowned(safe) let stream: ControlStream
    private let context: JourneyContext
    private let loop: EventLoop
    private var wire: [UInt8] = []
    private var arrival = 0

    init(of stream: ControlStream) {
        self.stream = stream
        loop = stream.driver.loop
        context = JourneyContext(stream.book, on: stream.data)
    }

    private var driver: LoadDriver { stream.driver }
    private var now: TimeSpan { driver.timeline.runTime(at: loop.now) }

    func run(_ arrival: Arrival, due: TimeSpan) async {
        self.arrival = ControlStream.number(of: arrival)
        let journey = stream.book.journeys[stream.traffic.mix.journey(of: arrival)]
        context.begin(
            journey, arrival: self.arrival, seed: stream.traffic.mix.dataSeed(of: arrival.index), intendedAt: due)
        var due = due
        for step in journey.steps where context.wants(step) {
            guard await take(step, due: due) else { return }
            due = now
        }
    }

    /// False when the journey cannot go on.
    private func take(_ step: CompiledStep, due: TimeSpan) async -> Bool {
        switch step.kind {
        case .request: return await send(step, due: due, until: loop.now + step.timeout)
        case .poll(let every, let within): return await poll(step, due: due, every: every, until: due + within)
        case .think: return (try? await loop.sleep(until: loop.now + context.thinkTime(step))) != nil
        case .webhook(let event, let within):
            wire.removeAll(keepingCapacity: true)
            guard let receiver = driver.webhooks, case .whole = context.correlate(step, into: &wire) else {
                return leaveOut()
            }
            return await receiver.wait(for: .init(event: event, about: wire), until: loop.now + within)
        }
    }

    private func poll(_ step: CompiledStep, due: TimeSpan, every: TimeSpan, until end: TimeSpan) async -> Bool {
        var due = due
        while true {
            let deadline = min(loop.now + step.timeout, driver.timeline.start + end)
            if await send(step, due: due, until: deadline) { return true }
            due = due + every
            guard due < end, driver.ending == nil,
                (try? await loop.sleep(until: driver.timeline.start + due)) != nil
            else { return false }
        }
    }

    private func send(_ step: CompiledStep, due: TimeSpan, until deadline: Instant) async -> Bool {
        wire.removeAll(keepingCapacity: true)
        guard case .whole = context.render(step, into: &wire) else { return leaveOut() }
        guard let place = record(step, due: due) else { return false }
        stream.counts.sent += 1
        let ended: Attempt
        do throws(HTTPClientError) {
            let response = try await stream.targets[step.service].send(
                HTTPRequest(step.method, wire: wire), until: deadline)
            ended = judge(response, step)
        } catch {
            ended = Attempt(error)
        }
        driver.evidence.end(
            place, EvidenceRecord.Ending(outcome: ended.outcome, status: ended.status, completedAt: now),
            adding: ended.mayHaveBeenSent ? .mayHaveBeenSent : .none)
        let isOK = ended.outcome == .ok
        if isOK { stream.counts.ok += 1 } else { stream.counts.other += 1 }
        return isOK
    }

    /// A value is missing.
    private func leaveOut() -> Bool {
        stream.counts.leftOut += 1
        return false
    }

    /// Nothing is sent that is not written down.
    private func record(_ step: CompiledStep, due: TimeSpan) -> EvidencePlace? {
        let intent = Intent(
            step: UInt16(truncatingIfNeeded: step.index), flags: .isUntagged, arrival: UInt64(arrival), intendedAt: due,
            sentAt: now, key: context.key.value, amount: context.amount ?? 0)
        do throws(EvidenceError) {
            return try driver.evidence.begin(intent)
        } catch {
            driver.stop(.failed(at: intent.sentAt, reason: "the evidence cannot be kept: \(error)"))
            return nil
        }
    }

    private func judge(_ response: HTTPResponse, _ step: CompiledStep) -> Attempt {
        let bytes = response.bytes.span
        let verdict = context.check(
            step, status: Int(response.status), head: bytes.extracting(0..<response.headCount),
            body: bytes.extracting(response.headCount..<bytes.count))
        return Attempt(outcome: verdict.outcome, status: response.status)
    }
}
