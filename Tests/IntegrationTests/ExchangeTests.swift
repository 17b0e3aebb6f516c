import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Reporting
import TestFolders
import Testing
import Timebase

/// Whole exchanges with a stack: over each transport, and with its webhooks.
@Suite struct ExchangeTests {
    private static func mixed(_ exchange: HTTPExchange, _ number: Int, _: Stand) async throws {
        exchange.respond([201, 201, 429, 402, 500][number % 5])
    }

    private func outcomes(_ transport: String, isSecure: Bool) throws -> [UInt64] {
        var counts: [UInt64] = []
        try Stand.open(securedBy: isSecure ? TestIdentity.good.context() : nil, Self.mixed) { stand in
            try stand.folder.write(TestIdentity.good.authority, as: "ca.pem")
            let plan = try stand.plan(
                "{hold: {for: 1s, rate: 50/s}}",
                target: ", transport: \(transport)" + (isSecure ? ", tls: {ca: ca.pem}" : ""),
                scheme: isSecure ? "https" : "http")
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect([0, 3].contains(end.code), "\(end.talk)")
            #expect(stand.requests.count == 50)
            let report = try stand.report()
            counts = Outcome.allCases.map { report.count($0) }
        }
        return counts
    }

    @Test(arguments: [false, true]) func `both transports count the same`(isSecure: Bool) throws {
        let counts = try outcomes("http1", isSecure: isSecure)
        #expect(counts == [20, 10, 10, 10, 0, 0, 0, 0])
        #expect(try outcomes("curl", isSecure: isSecure) == counts)
    }

    @Test func `journeys go on when the stack calls back, and wait in vain when it does not`() throws {
        let journeys = """
            {pay: {steps: [{POST /v1/payments: {json: {notify: "${webhook}"}}}, \
            {await webhook payment.captured: {within: 4s}}, {GET /v1/done: {}}]}}
            """
        let answer: Stand.Answer = { exchange, number, stand in
            exchange.respond(exchange.method == .post ? 201 : 200)
            guard exchange.method == .post, number % 4 != 0 else { return }
            try await Self.callBack(stand.requests[number].body, on: stand.loop)
        }
        try Stand.open(answer) { stand in
            let plan = try stand.plan(
                "{hold: {for: 1s, rate: 20/s}}", journeys: journeys,
                rest: #"webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}"#)
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect([0, 3].contains(end.code), "\(end.talk)")
            let posts = stand.requests.indices.filter { stand.requests[$0].target == "/v1/payments" }
            let answered = posts.filter { $0 % 4 != 0 }.count
            #expect(posts.count == 20 && answered < 20)
            #expect(stand.requests.count - posts.count == answered)
            let report = try stand.report()
            let steps = report.record.steps.indices.map { step in
                report.record.stages[0].cells[step].outcomes
            }
            try #require(steps.count == 3)
            #expect(steps[1][.ok] == UInt64(answered) && steps[1][.unknown] == UInt64(20 - answered))
            #expect(steps[2][.ok] == UInt64(answered))
        }
    }

    /// To the address that stands in the request's JSON.
    private static func callBack(_ body: String, on loop: EventLoop) async throws {
        let address = try #require(body.split(separator: "\"").first { $0.hasPrefix("http://") })
        let parts = address.dropFirst("http://".count).split(separator: "/", maxSplits: 1)
        let port = try #require(parts[0].split(separator: ":").last.flatMap { UInt16($0) })
        let client = HTTPClient(on: loop, to: HTTPOrigin(.loopback(port: port), host: String(parts[0])))
        let request = try HTTPRequest(
            .post, "/" + parts[1], host: String(parts[0]), body: Array(#"{"event":"payment.captured"}"#.utf8))
        let response = try await client.send(request, until: loop.now + .seconds(2))
        #expect(response.status == 204)
        client.close()
    }
}
