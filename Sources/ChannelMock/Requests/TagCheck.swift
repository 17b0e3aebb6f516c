import Cryptography
import Evidence
import HTTPService
import HTTPWire
import ShadowTag

/// Whether a request is marked as shadow traffic.
///
/// A drill's requests carry one token, so the last one is remembered as it was written: checking it again costs a
/// comparison, until it expires.
struct TagCheck {
    static let fieldName = "x-shadow"
    static let baggageName = "baggage"

    /// Nil where nobody gave the bank the run's key: marks are taken as they are, and called unverified.
    private let key: HMACKey?
    private var last: [UInt8] = []
    private var lastTag = ChannelEntry.Tag.untagged
    private var lastExpires = Int64.max

    init(key: HMACKey?) {
        self.key = key
    }

    mutating func tag(of exchange: HTTPExchange, now: Int64) -> ChannelEntry.Tag {
        let bytes = exchange.headBytes
        guard let token = exchange.head.fields.first(Self.fieldName, in: bytes.span), !token.range.isEmpty else {
            return isInBaggage(exchange, bytes) ? .unverified : .untagged
        }
        if bytes.span.extracting(token.range).equals(last.span) {
            return lastTag == .verified && now >= lastExpires ? .expired : lastTag
        }
        last = Array(bytes[token.range])
        (lastTag, lastExpires) = judge(String(decoding: last, as: UTF8.self), now)
        return lastTag
    }

    private func judge(_ token: String, _ now: Int64) -> (ChannelEntry.Tag, Int64) {
        guard let key else { return (.unverified, .max) }
        do throws(ShadowTagError) {
            return (.verified, try ShadowTag.verify(token, key: key, now: now).expires)
        } catch {
            if case .expired = error { return (.expired, .max) }
            return (.forged, .max)
        }
    }

    /// W3C baggage with `shadow=1`; it is not signed, so it is never more than unverified.
    private func isInBaggage(_ exchange: HTTPExchange, _ bytes: [UInt8]) -> Bool {
        guard let baggage = exchange.head.fields.first(Self.baggageName, in: bytes.span) else { return false }
        return bytes[baggage.range].split(separator: UInt8(ascii: ",")).contains { member in
            let text = member.filter { $0 != 0x20 && $0 != 0x09 }
            return text.prefix { $0 != UInt8(ascii: ";") }.elementsEqual("shadow=1".utf8)
        }
    }
}
