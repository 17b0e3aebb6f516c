import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import SeededRandom
import Testing

/// Any bytes get a refusal and a close, or are ignored: no crash, no hang, no growth.
@Suite struct BadInputTests {
    private static let start = "POST / HTTP/1.1\r\nHost: x\r\n"

    static let table: [(text: String, status: Int)] = [
        ("get / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: x\n\n", 400),
        ("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}", 400),
        ("GETGETGETGETGETGETGETGET / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        ("GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (start + "X: \(String(repeating: "y", count: 9000))\r\n\r\n", 431),
        (start + String(repeating: "X: y\r\n", count: 200) + "\r\n", 431),
        (start + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
        (start + "Content-Length: +1\r\n\r\na", 400),
        (start + "Content-Length: 18446744073709551616\r\n\r\n", 400),
        (start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (start + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (start + "Transfer-Encoding : chunked\r\n\r\n", 400),
        (start + "X: a\r\n b\r\n\r\n", 400),
        (start + "X: a\0b\r\n\r\n", 400),
        (start + "Expect: miracles\r\n\r\n", 417),
        (start + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (start + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
        (start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400),
        (start + "Transfer-Encoding: chunked\r\n\r\n1;\(String(repeating: "x", count: 5000))\r\na\r\n", 413),
        (start + "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: y\r\n\r\n", 400),
        (start + "Content-Length: 99999999999\r\n\r\n", 413),
    ]

    @Test(arguments: World.allCases)
    func `what is not a request is refused for its reason, behind the answers before it`(
        world: World
    ) throws {
        try world.run { loop in
            try await serving(on: loop) { server, address in
                for (text, status) in BadInputTests.table {
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    let before = server.counters.requestsMalformed
                    try await peer.send("GET /good HTTP/1.1\r\nHost: x\r\n\r\n" + text)
                    let all = await peer.receiveAll(for: .milliseconds(500))
                    let name = Comment(rawValue: text.prefix(80).debugDescription)
                    #expect(all.contains("\r\n\r\n/goodHTTP/1.1 \(status) "), name)
                    #expect(all.occurrences(of: "\r\n\r\n") == 2, name)
                    #expect(all.contains("\r\nconnection: close\r\n"), name)
                    #expect(peer.ending == .ended, name)
                    #expect(server.counters.requestsMalformed == before + 1, name)
                    peer.close()
                }
                #expect(server.counters.handlersFailed == 0)
            }
        }
    }

    // MARK: Random bytes

    private static let seedlings = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n",
        "PUT /d HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
        "POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nz",
        "HEAD /f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ]
    private static let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nok",
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ]

    /// Bytes without sense, or messages with some bytes changed, dropped, doubled or put in.
    private static func bytes(_ random: inout SeededRandom, from messages: [String]) -> [UInt8] {
        if random.chance(0.2) {
            return (0..<Int(random.below(300))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var bytes: [UInt8] = []
        for _ in 0...random.below(4) { bytes += Array(messages[Int(random.below(UInt64(messages.count)))].utf8) }
        for _ in 0..<random.below(4) where !bytes.isEmpty {
            let place = Int(random.below(UInt64(bytes.count)))
            let marks = Array("\r\n :0;9fF\0\u{7f}GHz".utf8)
            let byte = random.chance(0.5) ? marks[Int(random.below(UInt64(marks.count)))] : UInt8(random.below(256))
            switch random.below(4) {
            case 0: bytes[place] = byte
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(byte, at: place)
            default: bytes += bytes[place...].prefix(64)
            }
        }
        return bytes
    }

    @Test(arguments: seeds) func `random and mutated bytes end within their bound`(seed: UInt64) throws {
        var conditions = NetworkConditions()
        conditions.cutsAtRandom = true
        conditions.segment = 40
        conditions.latency = .microseconds(10) ... .milliseconds(3)
        try World.simulated.run(conditions, seed: seed) { loop in
            var random = Seed(seed).split("bytes").stream()
            let inputs = (0..<750).map { _ in
                (bytes: BadInputTests.bytes(&random, from: BadInputTests.seedlings), means: random.below(4))
            }
            try await serving(on: loop) { server, address in
                await loop.together(inputs.count) { index in
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    let began = loop.now
                    try? await peer.send(inputs[index].bytes)
                    if inputs[index].means == 0 { try? await peer.finish() }
                    if inputs[index].means == 1 {
                        try await loop.sleep(for: .milliseconds(2))
                        return peer.reset()
                    }
                    await peer.receiveAll()
                    let place: Comment = "seed \(seed), input \(index)"
                    #expect(peer.ending != .open, place)
                    // Idle, or a head or a body that stays unfinished, and a moment of lingering.
                    #expect(loop.now - began < .seconds(78), place)
                    #expect(peer.received.isEmpty || peer.text.hasPrefix("HTTP/1.1 "), place)
                    peer.close()
                }
                try await loop.sleep(for: .seconds(80))
                #expect(server.connectionCount == 0, "seed \(seed)")
                #expect(server.counters.requestsMalformed > 100 && server.counters.requests > 100)
                #expect(server.counters.handlersFailed == 0)
            }
        }
    }

    @Test(arguments: seeds) func `a client survives any answer, and its next request has its own`(seed: UInt64) throws {
        var conditions = NetworkConditions()
        conditions.cutsAtRandom = true
        conditions.segment = 40
        try World.simulated.run(conditions, seed: seed) { loop in
            var random = Seed(seed).split("bytes").stream()
            let script = { (peer: RawPeer, number: Int) async throws in
                while true {
                    let head = await peer.receive(through: "\r\n\r\n", for: .seconds(100))
                    if head.isEmpty { return }
                    if head.hasPrefix("GET /own ") {
                        try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown")
                        continue
                    }
                    try await peer.send(BadInputTests.bytes(&random, from: BadInputTests.answers))
                    if random.chance(0.5) { return }
                }
            }
            try await scripting(on: loop, script) { address in
                for index in 0..<300 {
                    try await calling(address, on: loop) { client in
                        let place: Comment = "seed \(seed), answer \(index)"
                        let began = loop.now
                        _ = await outcome(client, Requests.post("/", ""), within: .seconds(1))
                        #expect(loop.now - began <= .seconds(1), place)
                        // What is still on its way arrives, and shows that the connection is of no use.
                        try await loop.sleep(for: .milliseconds(50))
                        #expect(await outcome(client, Requests.get("/own")).body == "own", place)
                        #expect(client.openConnections <= 1, place)
                    }
                }
            }
        }
    }
}
