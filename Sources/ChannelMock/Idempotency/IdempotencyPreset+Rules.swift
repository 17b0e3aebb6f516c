// What providers document of their idempotency keys, as data. The table with its sources, and with what is an assumption
// for want of one, is docs/idempotency-presets.md; a test holds the two together.

package import ChannelProfile
package import Timebase

/// An answer to a request whose key forbids to do it.
package struct IdempotencyProblem: Sendable, Equatable {
    package let status: UInt16
    /// For programs.
    package let code: String
    /// For people.
    package let detail: String
}

/// Why a key is none.
package struct IdempotencyKeyMistake: Error, Sendable, Equatable {
    package let problem: IdempotencyProblem
}

extension IdempotencyPreset {
    /// The field that carries the key; nil where none is looked at.
    package var headerName: String? {
        switch self {
        case .stripeV1, .stripeV2: "Idempotency-Key"
        case .checkout: "Cko-Idempotency-Key"
        case .none: nil
        }
    }

    /// In bytes.
    package var keyLengthMax: Int { self == .none ? 0 : 255 }

    /// Counted from the first request with the key.
    package var lifetime: TimeSpan {
        switch self {
        case .stripeV1, .checkout: .seconds(24 * 3600)
        case .stripeV2: .seconds(30 * 24 * 3600)
        case .none: .zero
        }
    }

    /// Whether the same key at another operation is another key.
    package var isKeyOfOneOperation: Bool { self == .stripeV2 || self == .checkout }

    /// Whether a request that was carried out and failed is answered the same again; else it is carried out again.
    package var savesFailures: Bool { self == .stripeV1 }

    /// Whether a second request is compared with the first of its key.
    package var comparesRequests: Bool { self == .stripeV1 || self == .stripeV2 }

    /// Whether a replay tells how the payment stands by now, instead of what was said the first time.
    package var replaysAsOfNow: Bool { self == .stripeV2 }

    /// The field that tells a replay from the first answer.
    package var replayMark: (name: String, value: String)? {
        self == .stripeV1 ? ("Idempotent-Replayed", "true") : nil
    }

    /// Whether the answer to a request that was carried out is kept for its key. What was refused before anything was
    /// carried out (over quota, malformed, no place) never comes to this: its ticket is abandoned.
    package func saves(_ status: UInt16) -> Bool {
        switch self {
        case .stripeV1: true
        case .stripeV2, .checkout: (200..<300).contains(status)
        case .none: false
        }
    }

    /// The same key while its first request is still at work.
    package var conflict: IdempotencyProblem {
        switch self {
        case .checkout:
            IdempotencyProblem(
                status: 429, code: "too_many_requests",
                detail: "a request with this idempotency key is being processed; wait 30 seconds and send it again")
        default:
            IdempotencyProblem(
                status: 409, code: "idempotency_key_in_use",
                detail: "another request with this idempotency key is in progress; send it again when that has ended")
        }
    }

    /// The same key with another request.
    package var mismatch: IdempotencyProblem {
        IdempotencyProblem(
            status: 400, code: "idempotency_error",
            detail: "this idempotency key was used with another operation or another body; use a new key")
    }

    /// The key that a field's value stands for; nil where keys are not looked at.
    package func key(_ value: Span<UInt8>, of operation: Operation) throws(IdempotencyKeyMistake) -> UInt128? {
        if self == .none { return nil }
        guard (1...keyLengthMax).contains(value.count) else {
            throw IdempotencyKeyMistake(
                problem: IdempotencyProblem(
                    status: 400, code: "idempotency_key_length",
                    detail: "an idempotency key has 1 to \(keyLengthMax) bytes, not \(value.count)"))
        }
        let digest = PaymentDigest.of(value)
        return isKeyOfOneOperation ? digest ^ PaymentDigest.of(operation.rawValue.utf8Span.span) : digest
    }
}
