import HTTPService
import Money

/// How a payment stands at its bank, which was asked for it.
enum BankStanding: Sendable, Equatable {
    case pending
    case declined(String)
    /// What was authorised, and how much of it was captured and given back.
    case authorised(Money, captured: Int64, refunded: Int64)
    /// What was authorised is given up.
    case reversed
    /// The bank does not know it, or not yet: a request may still be at work there. It is no proof that nothing was
    /// booked, and none will come later.
    case absent
    /// It is too early, or it was asked too often.
    case untold(retryAfter: Int64?)
    /// No answer, or none that says anything.
    case unknown(BankDoubt)
    /// Nothing was asked.
    case unasked(BankRefusal)

    /// Whether asking again may say more.
    var isOpen: Bool {
        switch self {
        case .declined, .authorised, .reversed: false
        case .pending, .absent, .untold, .unknown, .unasked: true
        }
    }

    init(_ response: HTTPResponse, of reference: BankReference) {
        switch response.status {
        case 200: self = Self.told(response, of: reference)
        case 404 where response.problemKind == "no-such-payment": self = .absent
        case 425, 429, 503: self = .untold(retryAfter: response.retryAfter)
        default: self = .unknown(.failed(status: response.status))
        }
    }

    private static func told(_ response: HTTPResponse, of reference: BankReference) -> BankStanding {
        let body = response.bytes.span.extracting(response.headCount..<response.bytes.count)
        guard let answer = BankAnswer(body) else { return .unknown(.malformed) }
        guard answer.reference == reference else { return .unknown(.mismatched) }
        switch answer.status {
        case .pending: return .pending
        case .declined: return .declined(answer.reason(in: body))
        case .reversed: return .reversed
        case .authorised, .captured, .refunded:
            return .authorised(
                Money(minor: answer.amount, answer.currency), captured: answer.captured, refunded: answer.refunded)
        }
    }

    init(_ error: HTTPClientError) {
        switch BankJudge.verdict(error) {
        case .refused(let refusal): self = .unasked(refusal)
        case .unknown(let doubt): self = .unknown(doubt)
        case .approved, .declined, .pending: preconditionFailure("\(error) is no answer")
        }
    }
}
