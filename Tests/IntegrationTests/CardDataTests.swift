import EventLoop
import HTTPService
import HTTPWire
import TestFolders
import Testing
import Timebase

/// A target, its books and its webhooks tell of cards that are nobody's test card: nothing that a run leaves or says has one.
@Suite struct CardDataTests {
    private static let numbers = [
        "4532010000060366", "4532010000140366", "4532015112830366", "4532 0151 1283 0366", "5425233430109903",
        "5425-2334-3010-9903",
    ]

    private static func places(of numbers: [String], in text: [UInt8]) -> [String] {
        let texts = numbers.map { Array($0.utf8) }
        // Every number begins with four digits that nothing else in a run does often.
        return zip(numbers, texts).filter { text.firstRange(of: $0.1) != nil }.map(\.0)
    }

    private static let journeys = """
        {pay: {steps: [{POST /v1/payments: {headers: {Idempotency-Key: "${id}"}, json: {notify: "${webhook}"}, \
        expect: {status: 201}}}, {await webhook captured: {within: 300ms}}]}}
        """

    /// Three sources: one that is whole, one with a word that nobody knows, one that two ids are no longer told apart in.
    private static let rest = """
        webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
        evidence:
          - payments:
              csv: books.csv
              columns: {id: no, key: ref, currency: {always: EUR}, amount: cents, state: {column: status, words: {PAID: captured}}}
          - refunds:
              csv: refunds.csv
              columns: {id: no, payment: of, currency: {always: EUR}, amount: cents, state: {column: status, words: {DONE: refunded}}}
          - attempts:
              csv: calls.csv
              columns: {reference: no, record: no, channel: {always: giro}, outcome: {column: status, words: {OK: approved}}}
        """

    private static func answer(_ exchange: HTTPExchange, _ number: Int, _ stand: Stand) async throws {
        let words = "the card 4532 0151 1283 0366 (5425233430109903) was declined"
        if number % 2 == 0 {
            exchange.respond(201, body: Array("{\"id\":\"4532015112830366\"}".utf8))
            try await Self.tell(stand.requests[number].body, on: stand.loop)
        } else {
            exchange.respond(402, body: Array("{\"detail\":\"\(words)\"}".utf8))
        }
    }

    private static func tell(_ body: String, on loop: EventLoop) async throws {
        let address = try #require(body.split(separator: "\"").first { $0.hasPrefix("http://") })
        let parts = address.dropFirst("http://".count).split(separator: "/", maxSplits: 1)
        let port = try #require(parts[0].split(separator: ":").last.flatMap { UInt16($0) })
        let client = HTTPClient(on: loop, to: HTTPOrigin(.loopback(port: port), host: String(parts[0])))
        let told = #"{"event":"captured","id":"p-4532015112830366","state":"5425233430109903"}"#
        let request = try HTTPRequest(
            .post, "/" + parts[1], host: client.origin.host, body: Array(told.utf8))
        _ = try await client.send(request, until: loop.now + .seconds(5))
        client.close()
    }

    @Test func `a run leaves and says no number of a card, wherever it was told one`() throws {
        try Stand.open(Self.answer) { stand in
            try stand.folder.write(
                "no,ref,cents,status\np-4532015112830366,k-5425233430109903,5,PAID\n", as: "books.csv")
            try stand.folder.write("no,of,cents,status\nr-1,p-1,5,4532 0151 1283 0366\n", as: "refunds.csv")
            // The same first six and last four digits.
            try stand.folder.write("no,status\n4532010000060366,OK\n4532010000140366,OK\n", as: "calls.csv")
            let plan = try stand.plan("{hold: {for: 1s, rate: 20/s}}", journeys: Self.journeys, rest: Self.rest)
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect(end.code != 2, "\(end.talk)")
            #expect(Self.places(of: Self.numbers, in: Array(end.talk.utf8)).isEmpty, "\(end.talk)")
            #expect(Self.places(of: Self.numbers, in: Array(end.results.joined().utf8)).isEmpty, "\(end.results)")
            let files = stand.folder.below("out")
            for kind in ["report.json", "report.html", "evidence.db", ".seg"] {
                #expect(files.contains { $0.hasSuffix(kind) }, "\(files)")
            }
            for file in files {
                let found = Self.places(of: Self.numbers, in: stand.folder.bytes(of: file))
                #expect(found.isEmpty, "\(file): \(found)")
            }
            // They were there, and are told from others by what is shown.
            let evidence = stand.folder.bytes(of: "out/evidence.db")
            let shown = ["p-453201******0366", "k-542523******9903"]
            #expect(Self.places(of: shown, in: evidence) == shown)
        }
    }

    @Test func `data with a card's number stop the run before anything is sent, and nobody repeats them`() throws {
        try Stand.open { stand in
            try stand.folder.write("token\n4111111111111111\n4532015112830366\n", as: "cards.csv")
            let journeys = #"{pay: {steps: [{POST /v1/payments: {json: {card: "${card.token}"}}}]}}"#
            let plan = try stand.plan(
                "{hold: {for: 1s, rate: 20/s}}", journeys: journeys, rest: "data: {card: {csv: cards.csv}}")
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect(end.code != 0 && stand.requests.isEmpty)
            #expect(end.talk.contains("line 3: it holds a card's number"), "\(end.talk)")
            #expect(Self.places(of: Self.numbers, in: Array((end.talk + end.results.joined()).utf8)).isEmpty)
        }
    }
}
