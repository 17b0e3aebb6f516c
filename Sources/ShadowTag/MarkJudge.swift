public import Cryptography

/// Whether a request is marked as shadow traffic, by what its fields say.
///
/// A drill's requests carry one token, so the last one is remembered as it was written: checking it again costs a
/// comparison, until it expires.
public struct MarkJudge: Sendable {
    public enum Mark: Sendable, Equatable {
        case none
        /// Nobody gave us the run's key, or the mark is one that cannot be signed (baggage).
        case unverified
        case verified
        case forged
        case expired
    }

    public static let fieldName = "x-shadow"
    public static let baggageName = "baggage"

    private let key: HMACKey?
    private var last: [UInt8] = []
    private var lastMark = Mark.none
    private var lastExpires = Int64.max

    /// - Parameter key: nil: tokens are taken as they are, and called unverified.
    public init(key: HMACKey?) {
        self.key = key
    }

    /// - Parameter now: in seconds since 1970.
    public mutating func mark(ofToken token: Span<UInt8>, now: Int64) -> Mark {
        if isLast(token) { return lastMark == .verified && now >= lastExpires ? .expired : lastMark }
        last = []
        last.reserveCapacity(token.count)
        for index in token.indices { last.append(token[index]) }
        (lastMark, lastExpires) = judge(String(decoding: last, as: UTF8.self), now)
        return lastMark
    }

    private func isLast(_ token: Span<UInt8>) -> Bool {
        guard token.count == last.count, token.count > 0 else { return false }
        let last = last.span
        for index in token.indices where token[index] != last[index] { return false }
        return true
    }

    private func judge(_ token: String, _ now: Int64) -> (Mark, Int64) {
        guard let key else { return (.unverified, .max) }
        do throws(ShadowTagError) {
            return (.verified, try ShadowTag.verify(token, key: key, now: now).expires)
        } catch {
            if case .expired = error { return (.expired, .max) }
            return (.forged, .max)
        }
    }

    /// W3C baggage with `shadow=1`; it is not signed, so it is never more than unverified.
    public static func isShadow(baggage: some Sequence<UInt8>) -> Bool {
        Array(baggage).split(separator: UInt8(ascii: ",")).contains { member in
            let text = member.filter { $0 != 0x20 && $0 != 0x09 }
            return text.prefix { $0 != UInt8(ascii: ";") }.elementsEqual("shadow=1".utf8)
        }
    }
}
