import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Reporting
import Testing
import Timebase

/// The live page of a real run, as somebody who looks and steers meets it.
@Suite struct LiveTests {
    /// What the child says of its page.
    private static func place(_ child: SpillwayProcess, _ stand: Stand) async throws -> (Address, token: String) {
        var found: (Address, String)?
        try await stand.wait {
            guard let line = child.talk.split(separator: "\n").first(where: { $0.hasPrefix("live: http://") }),
                let hash = line.firstRange(of: "/#token="),
                let address = Address(String(line[line.index(line.startIndex, offsetBy: 13)..<hash.lowerBound]))
            else { return false }
            found = (address, String(line[hash.upperBound...]))
            return true
        }
        return try #require(found)
    }

    private static func order(
        _ client: HTTPClient, _ path: String, _ body: String, token: String
    ) async throws -> UInt16 {
        var fields = FieldBlock()
        try fields.add("authorization", "Bearer \(token)")
        try fields.add("content-type", "application/json")
        let request = try HTTPRequest(
            .post, "/control/" + path, host: client.origin.host, fields: fields, body: Array(body.utf8))
        return try await client.send(request, until: client.loop.now + .seconds(5)).status
    }

    /// Follows the events until the stream ends; `heard` is told all of it so far, whenever more has come.
    private static func follow(_ client: HTTPClient, _ heard: (String) async throws -> Void) async throws -> String {
        try await client.call(.get, "/events", until: client.loop.now + .seconds(40)) { call in
            #expect(try await call.response().status == 200)
            var bytes: [UInt8] = []
            while try await call.readPiece(into: &bytes) { try await heard(String(decoding: bytes, as: UTF8.self)) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func client(_ address: Address, _ loop: EventLoop) -> HTTPClient {
        HTTPClient(on: loop, to: HTTPOrigin(address, host: address.description))
    }

    @Test func `a run is watched from its first second to its verdict, and steered meanwhile`() throws {
        try Stand.open { (stand) async throws in
            let plan = try stand.plan("{hold: {for: 5s, rate: 50/s, name: steady}}", rest: "guards: [p99 > 9s for 3s]")
            let child = try stand.start(plan, "--live", "127.0.0.1:0", "--quiet")
            let (address, token) = try await Self.place(child, stand)
            #expect(token.utf8.count == 32 && address.isLoopback && address.port > 0)
            let viewer = Self.client(address, stand.loop)
            let operators = Self.client(address, stand.loop)
            var isSteered = false
            let text = try await Self.follow(viewer) { text in
                guard text.contains("event: second\n"), !isSteered else { return }
                isSteered = true
                #expect(try await Self.order(operators, "rate", #"{"factor": 2}"#, token: token) == 202)
                #expect(try await Self.order(operators, "faults/clear", "{}", token: token) == 409)
                #expect(try await Self.order(operators, "pause", "{}", token: token + "x") == 401)
                let metrics = try await operators.send(
                    HTTPRequest(.get, "/metrics", host: operators.origin.host), until: stand.loop.now + .seconds(5))
                #expect(metrics.status == 200 && metrics.bodyText.contains("spillway_run_info{plan=\"live\""))
            }
            viewer.close()
            operators.close()
            let end = try await child.end(on: stand.loop)
            #expect(isSteered && text.contains("retry: 1000\n"), "\(text.suffix(2_000)) \(end.talk)")
            #expect(text.contains("\"rate_factor\":2,") && text.contains("p99 > 9s for 3s"))
            let last = try #require(text.split(separator: "event: end\ndata: ").last)
            let ending = try JSONValue(parsing: Array(last.prefix { $0 != "\n" }.utf8))
            #expect(ending["verdict"] == .text("inconclusive") && ending["exit_code"] == .integer(3))
            #expect(ending["report"]?.string?.hasSuffix("/out/report.html") == true)
            let report = try stand.report()
            #expect(end.code == 3 && report.record.generator.isChangedByHand)
            #expect(report.record.events.contains { $0.kind == .rateChanged })
        }
    }

    @Test func `a stop ordered on the page is one that the report tells`() throws {
        try Stand.open { (stand) async throws in
            let child = try stand.start(
                try stand.plan("{hold: {for: 60s, rate: 20/s}}"), "--live", "127.0.0.1:0", "--quiet")
            let (address, token) = try await Self.place(child, stand)
            let client = Self.client(address, stand.loop)
            try await stand.wait { stand.requests.count > 10 }
            #expect(try await Self.order(client, "stop", "{}", token: token) == 202)
            client.close()
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 130, "\(end.talk)")
            let ending = try stand.report().record.ending
            guard case .interrupted(_, 2) = ending else {
                Issue.record("\(ending)")
                return
            }
        }
    }

    @Test func `a page that cannot be served is said before anything is sent`() throws {
        try Stand.open { (stand) async throws in
            let plan = try stand.plan("{hold: {for: 1s, rate: 20/s}}")
            let child = try stand.start(plan, "--live", "127.0.0.1:\(stand.port)")
            let end = try await child.end(on: stand.loop)
            #expect(end.code == 3 && end.talk.contains("the live page cannot be served"), "\(end.talk)")
            #expect(stand.requests.isEmpty)
        }
    }
}
