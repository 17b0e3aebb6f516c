package import Cryptography
package import EventLoop
package import Evidence
import HTTPService
import JSON
import Timebase

/// What came to the sink of webhooks, written down before it is answered: evidence of what merchants were told.
package final class WebhookJournal {
    package let writer: WebhookJournalWriter
    private let key: HMACKey?
    private let marks: [(name: String, value: String)]
    private let loop: EventLoop
    private var began: Instant?
    private var preparation: SpawnedTask?
    /// Deliveries that had no room, and were refused for that.
    package private(set) var failures: UInt64 = 0

    /// A disk that stands still keeps the run's end waiting this long and no longer.
    private static let preparationMax = TimeSpan.seconds(5)

    /// - Parameters:
    ///   - key: of the stack's signatures; nil where nobody knows it.
    ///   - marks: fields that the run's own requests bear; one of them is enough.
    package init(
        _ writer: WebhookJournalWriter, key: HMACKey?, marks: [(name: String, value: String)], on loop: EventLoop
    ) {
        self.writer = writer
        self.key = key
        self.marks = marks
        self.loop = loop
    }

    /// What comes from now on counts from here.
    func begin(at instant: Instant) { began = instant }

    /// False where there was no room.
    func note(_ exchange: HTTPExchange, _ body: [UInt8], _ said: JSONValue?, status: UInt16) -> Bool {
        let entry = WebhookEntry(
            at: began.map { max(.zero, loop.now - $0) } ?? .zero, signature: signature(of: exchange, body),
            isMarked: marks.contains { exchange.field($0.name) == $0.value }, status: status,
            event: said?.eventName ?? "", id: said?["id"]?.name ?? "", state: said?["state"]?.name ?? "",
            version: said?["version"]?.uint64.flatMap { UInt32(exactly: $0) }, captured: said?["captured"]?.int64,
            refunded: said?["refunded"]?.int64, digest: WebhookEntry.digest(of: body))
        do throws(EvidenceError) {
            try writer.append(entry)
        } catch {
            failures += 1
            return false
        }
        if writer.wantsNext { prepareSegment() }
        return true
    }

    private func signature(of exchange: HTTPExchange, _ body: [UInt8]) -> WebhookEntry.Signature {
        guard let signature = exchange.field(StampedSignature.signatureField) else { return .none }
        guard let key else { return .unverified }
        guard let stamp = exchange.field(StampedSignature.timestampField),
            let claimed = Hexadecimal.bytes(of: signature.utf8Span.span)
        else { return .forged }
        let own = StampedSignature.of(body.span, stamp: stamp.utf8Span.span, key: key)
        return ConstantTime.areEqual(own.bytes.span, claimed.span) ? .verified : .forged
    }

    private func prepareSegment() {
        guard let order = writer.orderNext() else { return }
        preparation = loop.spawn { [loop, writer] in
            let prepared = try? await loop.offload("webhooks", until: loop.now + Self.preparationMax) {
                try? order.make()
            }
            writer.adopt(prepared ?? nil)
        }
    }

    package func close() async throws(EvidenceError) {
        await preparation?.join()
        try writer.close()
    }
}

extension JSONValue {
    /// Some number their payments.
    fileprivate var name: String? { string ?? int64.map { String($0) } }
}
