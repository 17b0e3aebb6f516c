package import PlanModel
import PlanValues
import SeededRandom
package import Timebase

extension JourneyContext {
    /// False when the step's condition leaves it out.
    package func wants(_ step: CompiledStep) -> Bool {
        guard let condition = step.condition else { return true }
        let slot = slots[condition.slot]
        guard slot.form != .missing else { return false }
        let values = values
        return condition.values.anyMatches(values.span.extracting(slot.range), slot.form)
    }

    /// How long a `think` step lasts; no longer than a day.
    package func thinkTime(_ step: CompiledStep) -> TimeSpan {
        guard let sampler = step.think else { preconditionFailure("'\(step.title)' does not think") }
        let seconds = sampler.sample(at: seed.child(Label.think).child(step.position))
        return TimeSpan(nanoseconds: Int64(min(seconds, 86_400) * 1e9 + 0.5))
    }

    /// The wait before another attempt of this step; nil when there is none.
    ///
    /// - Parameter attempt: the one that failed, from 0.
    package func retryWait(
        _ step: CompiledStep, afterAttempt attempt: Int, _ cause: Cause, retryAfterSeconds: Int? = nil
    ) -> TimeSpan? {
        guard let retry = journey.retry else { return nil }
        let place = seed.child(Label.retry).child(step.position).child(attempt)
        return retry.wait(afterAttempt: attempt + 1, cause, retryAfterSeconds: retryAfterSeconds, at: place)
    }

    /// Whether this arrival's requests are sent twice.
    package var isDuplicated: Bool {
        guard let duplicate = journey.duplicate else { return false }
        return seed.child(Label.duplicate).unit < duplicate.rate.value
    }

    /// Appends what a webhook must be about: the words of `match`, or the journey's key, which its address ends with.
    package func correlate(_ step: CompiledStep, into out: inout [UInt8]) -> Rendering {
        guard let match = step.match else {
            correlation.append(to: &out)
            return .whole
        }
        let readiness = prepare(step, 0)
        if readiness == .whole { write(match, into: &out) }
        return readiness
    }
}
