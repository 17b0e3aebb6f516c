import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import SeededRandom
import Timebase

extension Runner {
    /// Steps of `setup` and `teardown`, one after the other. They stand in no series and no evidence: they
    /// prepare the target rather than try it. What went wrong, in words, or nil.
    func runOnce(_ journey: CompiledJourney, seed: Seed) async -> String? {
        context.begin(journey, arrival: 0, seed: seed, intendedAt: .zero)
        for step in journey.steps where context.wants(step) {
            switch step.kind {
            case .request:
                if let fault = await send(step) { return fault }
            case .poll(let every, let within):
                if let fault = await repeatedly(step, every: every, until: now + within) { return fault }
            case .think:
                guard (try? await loop.sleep(until: loop.now + context.thinkTime(step))) != nil else {
                    return "'\(step.title)' was cancelled"
                }
            case .webhook(let event, let within):
                wire.removeAll(keepingCapacity: true)
                guard let receiver = driver.webhooks, case .whole = context.correlate(step, into: &wire),
                    await receiver.wait(for: .init(event: event, about: wire), until: loop.now + within)
                else { return "'\(step.title)': the webhook did not come within \(within)" }
            }
        }
        return nil
    }

    private func repeatedly(_ step: CompiledStep, every: TimeSpan, until end: TimeSpan) async -> String? {
        while true {
            let asked = now
            guard let fault = await send(step) else { return nil }
            guard asked + every < end, (try? await loop.sleep(until: loop.now + every)) != nil else { return fault }
        }
    }

    private func send(_ step: CompiledStep) async -> String? {
        wire.removeAll(keepingCapacity: true)
        guard case .whole = context.render(step, into: &wire) else {
            return "'\(step.title)': a value that it needs was not kept"
        }
        do throws(HTTPClientError) {
            let response = try await driver.targets[step.service].send(
                HTTPRequest(step.method, wire: wire), until: loop.now + step.timeout)
            let ended = judge(response, step)
            return ended.outcome == .ok ? nil : "'\(step.title)' was answered with \(response.status)"
        } catch {
            return "'\(step.title)': \(error)"
        }
    }
}
