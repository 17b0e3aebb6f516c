import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// One request text, and the answer without its Date field.
struct AnswerCase: Sendable, CustomTestStringConvertible {
    let name: String
    let request: String
    let answer: String
    var isKept = true

    var testDescription: String { name }
}

@Suite struct AnswerTests {
    static let cases: [AnswerCase] = [
        AnswerCase(
            name: "GET", request: "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/a?b"),
        AnswerCase(
            name: "POST with a length", request: "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"),
        AnswerCase(
            name: "POST in chunks with trailers",
            request: "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nDigest: 1\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde"),
        AnswerCase(
            name: "HEAD", request: "HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"),
        AnswerCase(
            name: "204", request: "GET /status/204 HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 204 No Content\r\n\r\n"),
        AnswerCase(
            name: "304", request: "GET /status/304 HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 304 Not Modified\r\n\r\n"),
        AnswerCase(
            name: "404", request: "GET /status/404 HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nbody"),
        AnswerCase(
            name: "asked to close", request: "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n/a", isKept: false),
        AnswerCase(
            name: "HTTP/1.0", request: "GET /a HTTP/1.0\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n/a", isKept: false),
        AnswerCase(
            name: "HTTP/1.0 that keeps alive", request: "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\n/a"),
        AnswerCase(
            name: "streamed without a length", request: "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
        AnswerCase(
            name: "streamed with a length", request: "GET /stream/5 HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde"),
        AnswerCase(
            name: "streamed to HTTP/1.0", request: "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcde", isKept: false),
        AnswerCase(
            name: "streamed to HEAD", request: "HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        AnswerCase(
            name: "an upgrade that is not taken up",
            request: "GET /a HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n/a"),
        AnswerCase(
            name: "closed by the handler", request: "GET /close HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", isKept: false),
        AnswerCase(
            name: "a handler that throws", request: "GET /throw HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
        AnswerCase(
            name: "a handler that says nothing", request: "GET /silent HTTP/1.1\r\nHost: x\r\n\r\n",
            answer: "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
    ]

    struct Refusal: Error {}

    static func handle(_ exchange: HTTPExchange) async throws {
        let target = exchange.target
        if target.hasPrefix("/status/"), let status = UInt16(target.dropFirst(8)) {
            return exchange.respond(status, body: Array("body".utf8))
        }
        switch target {
        case "/stream", "/stream/5":
            exchange.startResponse(200, length: target == "/stream" ? nil : 5)
            try await exchange.write(Array("abc".utf8))
            try await exchange.write([])
            try await exchange.write(Array("de".utf8))
            exchange.finishResponse()
        case "/close":
            exchange.closeAfterwards()
            exchange.respond(200)
        case "/throw": throw Refusal()
        case "/silent": break
        default: try await Handlers.plain(exchange)
        }
    }

    @Test(arguments: World.allCases, cases)
    func `a request gets its answer, and the connection its due`(world: World, wanted: AnswerCase) throws {
        try world.run { loop in
            try await serving(on: loop, handler: AnswerTests.handle) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send(wanted.request)
                if wanted.isKept {
                    try await peer.send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                }
                let last = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\n/last"
                let all = await peer.receiveAll()
                #expect(all.withoutDate == wanted.answer + (wanted.isKept ? last : ""))
                #expect(all.contains("\r\ndate: "))
                #expect(peer.ending == .ended)
                peer.close()
            }
        }
    }

    @Test(arguments: seeds) func `every cut of a request and of its answer means the same`(seed: UInt64) throws {
        var conditions = NetworkConditions()
        conditions.cutsAtRandom = true
        conditions.segment = 7
        conditions.latency = .microseconds(10) ... .milliseconds(5)
        for wanted in AnswerTests.cases {
            try World.simulated.run(conditions, seed: seed) { loop in
                try await serving(on: loop, handler: AnswerTests.handle) { _, address in
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    try await peer.send(wanted.request)
                    try await peer.finish()
                    #expect(await peer.receiveAll().withoutDate == wanted.answer, "\(wanted.name), seed \(seed)")
                    peer.close()
                }
            }
        }
    }

    @Test(arguments: World.allCases)
    func `pipelined requests are answered in their order with one write`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                let targets = (0..<40).map { "/\($0)" }
                try await peer.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                _ = await peer.receive(through: "\r\n\r\n/39")
                #expect(peer.arrivals == 1)
                try await peer.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                let text = await peer.receive(through: "\r\n\r\n/39")
                let bodies = text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
                #expect(bodies.map(String.init) == targets)
                #expect(server.counters.requests == 80)
                peer.close()
            }
        }
    }

    /// A mock bank that answers after a while must not hold back what it has answered before.
    @Test(arguments: World.allCases)
    func `an answer does not wait for the pipelined request behind it`(world: World) throws {
        try world.run { loop in
            let gate = Parking(loop)
            let handler = { (exchange: HTTPExchange) async throws in
                if exchange.hasTarget("/slow") { _ = await gate.wait(until: loop.now + .seconds(3)) }
                exchange.respond(200, body: Array(exchange.target.utf8))
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\nGET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
                let began = loop.now
                #expect(await peer.receive(through: "/quick").hasSuffix("\r\n\r\n/quick"))
                #expect(loop.now - began < .seconds(1))
                gate.wake()
                #expect(await peer.receive(through: "/slow").hasSuffix("\r\n\r\n/slow"))
                peer.close()
            }
        }
    }

    @Test func `the Date field is made once a second of the loop's clock`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: Handlers.empty) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                var dates: [String] = []
                for _ in 0..<5 {
                    try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    let answer = await peer.receive(through: "\r\n\r\n")
                    dates.append(
                        answer.split(separator: "\r\n").first { $0.hasPrefix("date: ") }.map(String.init) ?? "")
                    try await loop.sleep(for: .milliseconds(500))
                }
                #expect(
                    dates.map { String($0.suffix(6)) } == ["01 GMT", "01 GMT", "02 GMT", "02 GMT", "03 GMT"],
                    "\(dates)")
                #expect(dates.first?.hasPrefix("date: Thu, 01 Jan 2026 00:00:0") == true)
                peer.close()
            }
        }
    }

    @Test func `a second answer to a request ends the process`() async {
        await #expect(processExitsWith: .failure) {
            try World.simulated.run { loop in
                let handler = { (exchange: HTTPExchange) async throws in
                    exchange.respond(200)
                    exchange.respond(200)
                }
                try await serving(on: loop, handler: handler) { _, address in
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    await peer.receiveAll()
                }
            }
        }
    }
}
