import Cryptography
import Evidence
import HTTPService
import HTTPWire
import ShadowTag

/// Whether a request is marked as shadow traffic.
struct TagCheck {
    private var judge: MarkJudge

    /// - Parameter key: nil where nobody gave the bank the run's key: marks are taken as they are.
    init(key: HMACKey?) {
        judge = MarkJudge(key: key)
    }

    mutating func tag(of exchange: HTTPExchange, now: Int64) -> ChannelEntry.Tag {
        let bytes = exchange.headBytes
        guard let token = exchange.head.fields.first(MarkJudge.fieldName, in: bytes.span), !token.range.isEmpty else {
            let baggage = exchange.head.fields.first(MarkJudge.baggageName, in: bytes.span)
            return baggage.map { MarkJudge.isShadow(baggage: bytes[$0.range]) } ?? false ? .unverified : .untagged
        }
        return switch judge.mark(ofToken: bytes.span.extracting(token.range), now: now) {
        case .none: .untagged
        case .unverified: .unverified
        case .verified: .verified
        case .forged: .forged
        case .expired: .expired
        }
    }
}
