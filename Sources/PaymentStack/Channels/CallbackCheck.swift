// Goal: nobody but the bank says what became of a payment.
// Method: the signature (`StampedSignature`) is compared in constant time, and a timestamp that is more than five minutes off is refused, whoever signed it: what
// was recorded cannot be played again later. The body is read only when it is genuine.
//
// Not here: what a genuine callback changes. Within five minutes the same one may come twice; its payment's state says
// what that is worth.

import Cryptography
import HTTPService
import Money
import StackVocabulary

struct CallbackCheck: Sendable {
    static let secondsMax: Int64 = 300
    static let bodyBytesMax = 4 << 10

    let key: HMACKey

    enum Refusal: Error, Sendable, Equatable {
        case tooLarge(Int)
        /// Without a timestamp or a signature, or with one that is none.
        case unsigned
        case stale
        case forged
        /// Genuine, and not what a bank says.
        case malformed
    }

    /// - Parameter second: now, since 1970.
    func callback(
        _ body: [UInt8], timestamp: Span<UInt8>, signature: Span<UInt8>, second: Int64
    ) throws(Refusal) -> BankCallback {
        guard body.count <= Self.bodyBytesMax else { throw .tooLarge(body.count) }
        guard let stamp = timestamp.decimal, let claimed = Hexadecimal.bytes(of: signature) else { throw .unsigned }
        guard abs(second - stamp) <= Self.secondsMax else { throw .stale }
        let own = StampedSignature.of(body.span, stamp: timestamp, key: key)
        guard ConstantTime.areEqual(own.bytes.span, claimed.span) else { throw .forged }
        guard let callback = BankCallback(body.span) else { throw .malformed }
        return callback
    }
}

/// What a bank tells of its own accord.
struct BankCallback: Sendable, Equatable {
    let reference: BankReference
    let status: BankAnswer.Status
    let amount: Money

    /// Nil for what is no callback.
    init?(_ body: Span<UInt8>) {
        guard let answer = BankAnswer(body) else { return nil }
        reference = answer.reference
        status = answer.status
        amount = Money(minor: answer.amount, answer.currency)
    }
}

extension CallbackCheck.Refusal {
    var problem: Problem {
        switch self {
        case .tooLarge(let count):
            Problem(
                status: 413, kind: "too-large",
                detail: "a callback has at most \(CallbackCheck.bodyBytesMax) bytes, not \(count)")
        case .unsigned:
            Problem(
                status: 401, kind: "unsigned", detail: "a callback bears a timestamp and a signature",
                field: StampedSignature.signatureField)
        case .stale:
            Problem(
                status: 401, kind: "stale", detail: "the timestamp is more than \(CallbackCheck.secondsMax) s off",
                field: StampedSignature.timestampField)
        case .forged:
            Problem(
                status: 401, kind: "forged", detail: "the signature is not this channel's",
                field: StampedSignature.signatureField)
        case .malformed:
            Problem(
                status: 400, kind: "malformed-body",
                detail: "a callback is an object with reference, status, amount and currency")
        }
    }
}
