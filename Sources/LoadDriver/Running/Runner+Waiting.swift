import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import Timebase

extension Runner {
    /// The request again and again until its answer is what the plan expects. Series count one step, evidence each
    /// request.
    func poll(
        _ step: CompiledStep, of work: ArrivalWork, due: TimeSpan, every: TimeSpan, within: TimeSpan
    ) async -> Bool {
        // A poll that lacks a value is skipped, and is no step.
        guard render(step, attempt: 0, of: work) else { return false }
        let end = due + within
        var attempt = 0
        var last = Attempt(outcome: .unknown)
        let second = driver.tally.stepBegan(due: due.nanoseconds)
        while true {
            let asked = now
            guard case .recorded(let place, _) = begin(step, work, attempt: attempt, due: asked) else { break }
            last = await ask(step, until: min(loop.now + step.timeout, driver.timeline.start + end))
            self.end(place, last, at: now)
            if case .ok = last.outcome { break }
            attempt += 1
            let again = asked + every
            guard again < end, driver.ending == nil,
                (try? await loop.sleep(until: driver.timeline.start + again)) != nil,
                render(step, attempt: attempt, of: work)
            else { break }
        }
        driver.tally.stepEnded(
            step.index, last.outcome, in: second, stage: work.stage, due: due.nanoseconds, attemptDue: due.nanoseconds,
            sent: due.nanoseconds, at: now.nanoseconds)
        return last.outcome == .ok
    }

    private func ask(_ step: CompiledStep, until deadline: Instant) async -> Attempt {
        do throws(HTTPClientError) {
            let response = try await driver.targets[step.service].send(
                HTTPRequest(step.method, wire: wire), until: deadline)
            return judge(response, step)
        } catch {
            return judge(error)
        }
    }

    /// A webhook that does not come says nothing about the payment: the step is unknown.
    func awaitWebhook(
        _ step: CompiledStep, of work: ArrivalWork, due: TimeSpan, event: String, within: TimeSpan
    ) async -> Bool {
        wire.removeAll(keepingCapacity: true)
        guard let receiver = driver.webhooks, case .whole = context.correlate(step, into: &wire) else {
            driver.tally.arrivalSkipped(due: work.due.nanoseconds)
            return false
        }
        let second = driver.tally.stepBegan(due: due.nanoseconds)
        let subject = WebhookReceiver.Subject(event: event, about: wire)
        let hasCome = await receiver.wait(for: subject, until: driver.timeline.start + due + within)
        driver.tally.stepEnded(
            step.index, hasCome ? .ok : .unknown, in: second, stage: work.stage, due: due.nanoseconds,
            attemptDue: due.nanoseconds, sent: due.nanoseconds, at: now.nanoseconds)
        return hasCome
    }
}
