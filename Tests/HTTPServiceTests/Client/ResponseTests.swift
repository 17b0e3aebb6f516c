import EventLoop
import HTTPService
import HTTPWire
import Testing

/// What a scripted server says to the first request, and what the client makes of it.
struct ResponseCase: Sendable, CustomTestStringConvertible {
    enum Result: Sendable {
        case body(String, isKept: Bool)
        case failure(HTTPClientError.Cause)
    }

    let name: String
    var method = Method.post
    let said: String
    var thenEnds = false
    let result: Result

    var testDescription: String { name }
}

@Suite struct ResponseTests {
    static let interims = String(repeating: "HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n", count: 32)

    static let cases: [ResponseCase] = [
        ResponseCase(
            name: "a length", said: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            result: .body("abc", isKept: true)),
        ResponseCase(
            name: "no body", said: "HTTP/1.1 204 No Content\r\n\r\n", result: .body("", isKept: true)),
        ResponseCase(
            name: "chunks and trailers",
            said:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nDigest: z\r\n\r\n",
            result: .body("abcde", isKept: true)),
        ResponseCase(
            name: "until close", said: "HTTP/1.1 200 OK\r\n\r\nabc", thenEnds: true, result: .body("abc", isKept: false)
        ),
        ResponseCase(
            name: "HEAD", method: .head, said: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
            result: .body("", isKept: true)),
        ResponseCase(
            name: "304 with a length", method: .get, said: "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
            result: .body("", isKept: true)),
        ResponseCase(
            name: "interim answers", said: interims + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
            result: .body("a", isKept: true)),
        ResponseCase(
            name: "interim answers without end", said: interims + "HTTP/1.1 103 Early Hints\r\n\r\n",
            result: .failure(.tooManyInterimResponses(33))),
        ResponseCase(
            name: "Connection: close", said: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
            result: .body("a", isKept: false)),
        ResponseCase(
            name: "HTTP/1.0", said: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
            result: .body("a", isKept: false)),
        ResponseCase(
            name: "bytes behind the answer", said: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcd",
            result: .body("a", isKept: false)),
        ResponseCase(
            name: "a second answer",
            said: "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
            result: .body("", isKept: false)),
        ResponseCase(name: "nonsense", said: "SSH-2.0-OpenSSH_9.2\r\n", result: .failure(.malformed(.badStatusLine))),
        ResponseCase(
            name: "two lengths", said: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
            result: .failure(.malformed(.repeatedContentLength))),
        ResponseCase(
            name: "an upgrade unasked", said: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            result: .failure(.malformed(.unexpectedUpgrade))),
        ResponseCase(
            name: "a bad chunk", said: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            result: .failure(.malformed(.badChunkSize))),
        ResponseCase(
            name: "a head cut short", said: "HTTP/1.1 200 OK\r\nContent-", thenEnds: true,
            result: .failure(.malformed(.truncatedBody))),
        ResponseCase(
            name: "a body cut short", said: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", thenEnds: true,
            result: .failure(.malformed(.truncatedBody))),
        ResponseCase(
            name: "chunks cut short", said: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
            thenEnds: true, result: .failure(.malformed(.truncatedBody))),
        ResponseCase(
            name: "no answer at all", said: "", thenEnds: true, result: .failure(.endedBeforeResponse(isKept: false))),
        ResponseCase(
            name: "a length over the bound", said: "HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n",
            result: .failure(.malformed(.bodyTooLarge))),
        ResponseCase(
            name: "chunks over the bound",
            said: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n",
            result: .failure(.malformed(.bodyTooLarge))),
        ResponseCase(
            name: "bytes over the bound until close",
            said: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 4097), thenEnds: true,
            result: .failure(.malformed(.bodyTooLarge))),
        ResponseCase(
            name: "a head over the bound", said: "HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 9000))\r\n\r\n",
            result: .failure(.malformed(.fieldLineTooLong))),
    ]

    @Test(arguments: World.allCases, cases)
    func `an answer is taken for what it is`(world: World, wanted: ResponseCase) throws {
        try world.run { loop in try await ResponseTests.play(wanted, on: loop, "") }
    }

    @Test(arguments: seeds) func `however an answer is cut, it means the same`(seed: UInt64) throws {
        var conditions = NetworkConditions()
        conditions.cutsAtRandom = true
        conditions.segment = 9
        conditions.latency = .microseconds(10) ... .milliseconds(2)
        for wanted in ResponseTests.cases {
            try World.simulated.run(conditions, seed: seed) { loop in
                try await ResponseTests.play(wanted, on: loop, "seed \(seed), \(wanted.name)")
            }
        }
    }

    private static func play(_ wanted: ResponseCase, on loop: EventLoop, _ place: Comment) async throws {
        var heads: [Int] = []
        let script = { (peer: RawPeer, number: Int) async throws in
            while await !peer.receive(through: "\r\n\r\n").isEmpty {
                heads.append(number)
                if heads.count > 1 {
                    try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond")
                    continue
                }
                try await peer.send(wanted.said)
                if wanted.thenEnds { return }
            }
        }
        try await scripting(on: loop, script) { address in
            try await calling(address, on: loop, { $0.wire.bodyBytes = 4096 }) { client in
                let first = await outcome(client, Requests.make(wanted.method, "/"), within: .seconds(3))
                switch wanted.result {
                case .body(let text, _): #expect(first.body == text, place)
                case .failure(let cause):
                    #expect(first.error?.cause == cause, place)
                    #expect(first.error?.mayHaveBeenSent == true, place)
                }
                // Bytes behind the answer may come later than it.
                try await loop.sleep(for: .milliseconds(20))
                #expect(await outcome(client, Requests.get("/second")).body == "second", place)
                if case .body(_, isKept: true) = wanted.result {
                    #expect(heads == [0, 0], place)
                } else {
                    #expect(heads == [0, 1], place)
                }
            }
        }
    }

    @Test func `a reset inside an answer is not its end`() throws {
        try World.simulated.run { loop in
            for said in ["HTTP/1.1 200 OK\r\n\r\nab", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", "HTTP/1.1 2"] {
                let script = { (peer: RawPeer, number: Int) async throws in
                    _ = await peer.receive(through: "/0 HTTP/1.1\r\nhost: bank.example\r\n\r\n")
                    try await peer.send("HTTP/1.1 204 No Content\r\n\r\n")
                    _ = await peer.receive(through: "\r\n\r\n")
                    try await peer.send(said)
                    try await loop.sleep(for: .milliseconds(5))
                    peer.reset()
                }
                try await scripting(on: loop, script) { address in
                    try await calling(address, on: loop) { client in
                        #expect(await outcome(client, Requests.get("/0")).response?.status == 204)
                        let error = await outcome(client, Requests.get("/1")).error
                        guard case .broken(let broken) = error?.cause else {
                            Issue.record("\(said.debugDescription): \(String(describing: error))")
                            return
                        }
                        #expect(broken.isReset)
                        #expect(client.counters.requestsRepeated == 0)
                    }
                }
            }
        }
    }

    @Test(arguments: World.allCases)
    func `an answer that comes before a large upload is written is the answer`(world: World) throws {
        try world.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.respond(413, body: Array("too much".utf8))
            }
            var conditions = NetworkConditions()
            conditions.window = 16 * 1024
            try await serving(on: loop, handler: handler) { server, address in
                loop.simulation?.setConditions(conditions, at: address)
                try await calling(address, on: loop) { client in
                    for byteCount in [60_000, 8 << 20] {
                        let began = loop.now
                        let answer = await outcome(client, Requests.post("/", byteCount: byteCount))
                        #expect(answer.response?.status == 413)
                        #expect(answer.body == "too much")
                        #expect(loop.now - began < .seconds(2))
                    }
                    let areClosed = try await loop.eventually { server.connectionCount <= 1 }
                    #expect(areClosed)
                }
            }
        }
    }

    @Test(arguments: World.allCases) func `large bodies go both ways whole`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { _, address in
                try await calling(address, on: loop) { client in
                    let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
                    for _ in 0..<2 {
                        let answer = await outcome(client, Requests.make(.post, "/", body))
                        #expect(answer.error == nil)
                        #expect(answer.response.map { $0.body == body[...] } == true)
                    }
                    #expect(client.counters.connectionsOpened == 1)
                }
            }
        }
    }
}
