import EventLoop
import Evidence
import HTTPService
import Journeys
import PlanModel
import Timebase

/// What one request came to.
struct Attempt {
    let outcome: Outcome
    var status: UInt16 = 0
    /// Of a failure: the other side may have acted on it.
    var mayHaveBeenSent = false
    var poolWait = TimeSpan.zero
    /// What a retry policy may name; nil for what is not worth another try.
    var cause: Cause?
    var retryAfterSeconds: Int?
    /// The answer says when to come back, in whatever form.
    var isAdvised = false
}

extension Runner {
    @inline(__always)
    func judge(_ response: HTTPResponse, _ step: CompiledStep) -> Attempt {
        let bytes = response.bytes.span
        let verdict = context.check(
            step, status: Int(response.status), head: bytes.extracting(0..<response.headCount),
            body: bytes.extracting(response.headCount..<bytes.count))
        var attempt = Attempt(outcome: verdict.outcome, status: response.status, poolWait: response.poolWait)
        guard case .ok = verdict else {
            attempt.cause = .status(Int(response.status))
            let advice = response.field("retry-after")
            attempt.retryAfterSeconds = advice.flatMap { Int($0) }
            attempt.isAdvised = advice != nil
            return attempt
        }
        return attempt
    }

    @inline(never)
    func judge(_ error: HTTPClientError) -> Attempt {
        switch error.cause {
        case .poolTimedOut, .poolQueueFull: driver.counts.poolStarved += 1
        case .unreachable(let reason) where reason.isOutOfDescriptors: driver.counts.descriptorsMissing += 1
        default: break
        }
        let attempt = Attempt(error)
        if attempt.outcome == .refused || attempt.outcome == .reset { driver.lastRefusal = error.description }
        return attempt
    }
}

extension Attempt {
    /// That there was no answer, and why.
    init(_ error: HTTPClientError) {
        switch error.cause {
        case .timedOut, .cancelled, .closed:
            self =
                error.mayHaveBeenSent
                ? Attempt(outcome: .unknown, mayHaveBeenSent: true, cause: .timeout) : .refused(error, .timeout)
        case .poolTimedOut, .poolQueueFull: self = .refused(error, .timeout)
        case .unreachable, .unsendable: self = .refused(error, .refused)
        case .malformed, .tooManyInterimResponses: self = Attempt(outcome: .malformed, mayHaveBeenSent: true)
        case .broken, .endedBeforeResponse, .brokenByAnother:
            self = Attempt(outcome: .reset, mayHaveBeenSent: error.mayHaveBeenSent, cause: .reset)
        }
    }

    private static func refused(_ error: HTTPClientError, _ cause: Cause) -> Attempt {
        Attempt(outcome: .refused, mayHaveBeenSent: error.mayHaveBeenSent, cause: cause)
    }
}

extension Classification {
    /// What the plan says of a status, where nothing else is known of the answer.
    func outcome(of status: UInt16) -> Outcome? {
        if shed.contains(Int(status)) { return .shed }
        if declined.contains(Int(status)) { return .declined }
        return unknown.contains(Int(status)) ? .unknown : nil
    }
}

extension StepVerdict {
    var outcome: Outcome {
        switch self {
        case .ok: .ok
        case .expectationFailed: .expectationFailed
        case .shed: .shed
        case .declined: .declined
        case .unknown: .unknown
        }
    }
}
