internal import ChannelProfile
internal import Diagnostics
package import Timebase

/// One delivery to the sink of webhooks: when it came, whether it was genuine, and what it said. Of its body no more is
/// kept than that; what has no place in an entry is cut, and says so.
package struct WebhookEntry: Sendable, Equatable {
    /// Of `X-Signature` over the body. `unverified` is where no key was at hand.
    package enum Signature: UInt8, Sendable, CaseIterable {
        case none = 1, unverified, verified, forged

        /// Written out: asking the type for it costs two microseconds, and there is one for each delivery.
        package var name: String {
            switch self {
            case .none: "none"
            case .unverified: "unverified"
            case .verified: "verified"
            case .forged: "forged"
            }
        }
    }

    /// From the run's beginning; zero for what came before it.
    package var at: TimeSpan
    package var signature: Signature
    /// It bore a mark that the run's own requests bear.
    package var isMarked: Bool
    /// What was answered.
    package var status: UInt16
    /// As its body says it, where it does: `event` or `type`, and `id`, `version`, `state`, `captured`, `refunded`.
    package var event: WebhookText
    package var id: WebhookText
    package var state: WebhookText
    package var version: UInt32?
    package var captured: Int64?
    package var refunded: Int64?
    /// Of the body, whatever it is: two deliveries of one event with other contents differ in it.
    package var digest: UInt64

    package init(
        at: TimeSpan, signature: Signature = .none, isMarked: Bool = false, status: UInt16, event: String = "",
        id: String = "", state: String = "", version: UInt32? = nil, captured: Int64? = nil, refunded: Int64? = nil,
        digest: UInt64
    ) {
        self.at = at
        self.signature = signature
        self.isMarked = isMarked
        self.status = status
        self.event = WebhookText(event, bytesMax: Self.eventBytesMax)
        self.id = WebhookText(id, bytesMax: Self.idBytesMax)
        self.state = WebhookText(state, bytesMax: Self.stateBytesMax)
        self.version = version
        self.captured = captured
        self.refunded = refunded
        self.digest = digest
    }

    package static let eventBytesMax = 24
    package static let idBytesMax = 40
    package static let stateBytesMax = 24

    /// The first 64 bits of the digest that docs/formats/channel-journal.md describes.
    package static func digest(of body: [UInt8]) -> UInt64 {
        UInt64(truncatingIfNeeded: PaymentDigest.of(body.span) >> 64)
    }
}

/// A text of an entry, cut where it is too long.
package struct WebhookText: Sendable, Equatable {
    package let text: String
    package let isCut: Bool

    /// Without a card's number, and cut between two characters, and before a zero, which no entry can hold.
    init(_ written: String, bytesMax: Int) {
        let text = CardMask.masked(written)
        if text.utf8.count <= bytesMax, !text.utf8.contains(0) {
            self.init(whole: text, isCut: false)
            return
        }
        var (kept, count) = (String.UnicodeScalarView(), 0)
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > bytesMax || scalar == "\0" { break }
            kept.append(scalar)
        }
        self.init(whole: String(kept), isCut: true)
    }

    init(whole text: String, isCut: Bool) {
        self.text = text
        self.isCut = isCut
    }
}
