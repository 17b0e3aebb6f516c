import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

@Suite struct ResponseTests {
    @Test(arguments: World.allCases, ResponseCase.all)
    func `an answer is taken for what it is`(world: World, wanted: ResponseCase) throws {
        try world.run { loop in try await ResponseTests.play(wanted, on: loop, "") }
    }

    @Test(arguments: seeds) func `however an answer is cut, it means the same`(seed: UInt64) throws {
        var conditions = NetworkConditions()
        conditions.cutsAtRandom = true
        conditions.segment = 9
        conditions.latency = .microseconds(10) ... .milliseconds(2)
        for wanted in ResponseCase.all {
            try World.simulated.run(conditions, seed: seed) { loop in
                try await ResponseTests.play(wanted, on: loop, "seed \(seed), \(wanted.name)")
            }
        }
    }

    private static func play(_ wanted: ResponseCase, on loop: EventLoop, _ place: Comment) async throws {
        var heads: [Int] = []
        let script = { (peer: RawPeer, number: Int) async throws in
            try await wanted.play(to: peer) {
                heads.append(number)
                return heads.count
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
