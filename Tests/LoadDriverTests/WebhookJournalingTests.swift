import Cryptography
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Testing
import Timebase

@testable import LoadDriver

/// What the sink of webhooks writes down of each delivery.
@Suite struct WebhookJournalingTests {
    private static let key = HMACKey(Array("notify".utf8))
    private static let body = #"{"event":"payment.captured","version":2,"id":"p1","state":"captured","captured":700}"#

    private static func deliver(
        _ body: String, _ fields: [(String, String)] = [], key: HMACKey? = key
    ) throws -> (status: UInt16, entry: WebhookEntry) {
        let loop = EventLoop.simulated(seed: 1)
        let writer = WebhookJournalWriter(inMemoryFor: 0)
        let status = try loop.run { () async throws -> UInt16 in
            let journal = WebhookJournal(writer, key: key, marks: [(name: "X-Shadow", value: "token-1")], on: loop)
            let receiver = WebhookReceiver(on: loop, looksInside: false, journal: journal)
            let address = try receiver.listen(on: .loopback())
            let client = HTTPClient(on: loop, to: HTTPOrigin(address))
            try await loop.sleep(until: loop.now + .seconds(2))
            journal.begin(at: loop.now)
            try await loop.sleep(until: loop.now + .seconds(1))
            var block = FieldBlock()
            for (name, value) in fields { try block.add(name, value) }
            let request = try HTTPRequest(.post, "/hooks/7", host: "sink", fields: block, body: Array(body.utf8))
            let status = try await client.send(request, until: loop.now + .seconds(5)).status
            client.close()
            await receiver.drain(until: loop.now + .seconds(1))
            try await journal.close()
            return status
        }
        var reader = try writer.reader()
        let entry = try #require(try reader.next())
        #expect(try reader.next() == nil)
        return (status, entry)
    }

    private static func signed(_ body: String, by key: HMACKey, stamp: String = "1767225600") -> [(String, String)] {
        let signature = StampedSignature.of(
            Array(body.utf8).span, stamp: stamp.utf8Span.span, key: key)
        return [("x-timestamp", stamp), ("x-signature", signature.hexadecimal)]
    }

    @Test func `a genuine delivery is written down with what it says`() throws {
        let (status, entry) = try Self.deliver(
            Self.body, Self.signed(Self.body, by: Self.key) + [("x-shadow", "token-1")])
        #expect(status == 204 && entry.status == 204 && entry.signature == .verified && entry.isMarked)
        #expect(entry.event.text == "payment.captured" && entry.id.text == "p1" && entry.state.text == "captured")
        #expect(entry.version == 2 && entry.captured == 700 && entry.refunded == nil)
        #expect(entry.at >= .seconds(1) && entry.at < .seconds(2), "\(entry.at)")
        #expect(entry.digest == WebhookEntry.digest(of: Array(Self.body.utf8)))
    }

    @Test func `who signs with another key, or for another body, is told apart`() throws {
        let other = HMACKey(Array("guessed".utf8))
        #expect(try Self.deliver(Self.body, Self.signed(Self.body, by: other)).entry.signature == .forged)
        #expect(try Self.deliver(Self.body + " ", Self.signed(Self.body, by: Self.key)).entry.signature == .forged)
        let stampless = Array(Self.signed(Self.body, by: Self.key).dropFirst())
        #expect(try Self.deliver(Self.body, stampless).entry.signature == .forged)
        #expect(try Self.deliver(Self.body).entry.signature == .none)
        #expect(
            try Self.deliver(Self.body, Self.signed(Self.body, by: Self.key), key: nil).entry.signature == .unverified)
    }

    @Test func `a mark of another run is none of ours`() throws {
        #expect(try !Self.deliver(Self.body, [("x-shadow", "token-2")]).entry.isMarked)
    }

    @Test func `what is no webhook is refused, and written down all the same`() throws {
        let (status, entry) = try Self.deliver("no JSON")
        #expect(status == 400 && entry.status == 400 && entry.event.text == "" && entry.captured == nil)
        let (second, other) = try Self.deliver(#"{"type":"refund.done","id":17,"version":-1}"#)
        #expect(second == 204 && other.event.text == "refund.done" && other.id.text == "17" && other.version == nil)
    }
}
