import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

@Suite struct BodyTests {
    private static let asking =
        "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"

    @Test(arguments: World.allCases)
    func `a peer that waits for leave to send gets it when the body is read`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send(BodyTests.asking)
                #expect(await peer.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                try await peer.send("abc")
                #expect(
                    await peer.receive(through: "abc").withoutDate
                        == "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc")
                try await peer.send("GET /kept HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(await peer.receive(through: "/kept").hasSuffix("/kept"))
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a peer that waits for leave and is refused sees no leave, and the end`(world: World) throws {
        try world.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in exchange.respond(403) }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send(BodyTests.asking)
                #expect(
                    await peer.receiveAll().withoutDate
                        == "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                #expect(peer.ending == .ended)
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `requests behind a rest, or behind a body that nobody reads, are answered in their turn`(
        world: World
    ) throws {
        try world.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                if exchange.hasTarget("/rest") { await exchange.rest(until: loop.now + .milliseconds(20)) }
                exchange.respond(200, body: Array(exchange.target.utf8))
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                let unread = "POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                let rest = "GET /rest HTTP/1.1\r\nHost: x\r\n\r\n"
                try await peer.send(unread + rest + unread + rest)
                #expect(await peer.receive(through: "/unread").hasPrefix("HTTP/1.1 200 OK"))
                #expect(await peer.receive(through: "/rest").hasPrefix("HTTP/1.1 200 OK"))
                #expect(await peer.receive(through: "/unread").hasPrefix("HTTP/1.1 200 OK"))
                try await peer.send("GET /kept HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(await peer.receive(through: "/rest").hasPrefix("HTTP/1.1 200 OK"))
                #expect(await peer.receive(through: "/kept").hasPrefix("HTTP/1.1 200 OK"))
                try await peer.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
                #expect(await peer.receive(through: "/unread").hasPrefix("HTTP/1.1 200 OK"))
                try await peer.send("bcGET /kept HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(await peer.receive(through: "/kept").hasPrefix("HTTP/1.1 200 OK"))
                peer.close()
            }
        }
    }

    @Test func `a body that came with its head needs no leave`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send(BodyTests.asking + "abc")
                #expect(await peer.receive(through: "abc").hasPrefix("HTTP/1.1 200 OK"))
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a body is read in pieces while it arrives, and answered in pieces`(world: World) throws {
        try world.run { loop in
            var most = 0
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.startResponse(200)
                var piece: [UInt8] = []
                while try await exchange.nextBodyPiece(into: &piece) {
                    most = max(most, piece.count)
                    try await exchange.write(piece)
                    piece.removeAll(keepingCapacity: true)
                }
                exchange.finishResponse()
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                for index in 0..<5 {
                    try await peer.send("4\r\n<\(index)->\r\n")
                    #expect(await peer.receive(through: "<\(index)->\r\n").hasSuffix("4\r\n<\(index)->\r\n"))
                }
                try await peer.send("0\r\nChecksum: 7\r\n\r\n")
                #expect(await peer.receive(through: "0\r\n\r\n") == "0\r\n\r\n")
                #expect(most == 4)
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `the head of a streamed answer leaves before its body when the handler says so`(world: World) throws {
        try world.run { loop in
            let gate = Parking(loop)
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.startResponse(200, length: 1)
                try await exchange.write([])
                _ = await gate.wait(until: loop.now + .seconds(2))
                try await exchange.write([0x78])
                exchange.finishResponse()
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(await peer.receive(through: "\r\n\r\n", for: .seconds(1)).hasSuffix("length: 1\r\n\r\n"))
                gate.wake()
                #expect(await peer.receive(through: "x") == "x")
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a slow reader slows its handler, and memory stays bounded`(world: World) throws {
        var conditions = NetworkConditions()
        conditions.window = 64 * 1024
        try world.run(conditions) { loop in
            var written = 0
            let piece = [UInt8](repeating: 0x78, count: 16 * 1024)
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.startResponse(200, length: UInt64(piece.count * 2048))
                for _ in 0..<2048 {
                    try await exchange.write(piece)
                    written += piece.count
                }
                exchange.finishResponse()
            }
            try await serving(on: loop, handler: handler) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await loop.sleep(for: .milliseconds(100))
                let before = written
                #expect(before < (world == .simulated ? 128 * 1024 : 16 << 20))
                try await loop.sleep(for: .milliseconds(100))
                #expect(written == before)
                while peer.received.count < 8 << 20, await peer.receiveOnce(until: loop.now + .seconds(5)) {}
                try await loop.sleep(for: .milliseconds(20))
                #expect(written > before)
                peer.reset()
                let isGone = try await loop.eventually { server.connectionCount == 0 }
                #expect(isGone)
                #expect(server.counters.connectionsLost == 1)
                #expect(server.counters.handlersFailed == 0, "the peer failed, not the handler")
            }
        }
    }

    @Test func `a reader that reads nothing is cut off when writing takes too long`() throws {
        var conditions = NetworkConditions()
        conditions.window = 4096
        try World.simulated.run(conditions) { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.respond(200, body: [UInt8](repeating: 0x78, count: 100_000))
            }
            try await serving(on: loop, handler: handler) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await loop.sleep(for: .seconds(29))
                #expect(server.connectionCount == 1)
                try await loop.sleep(for: .seconds(2))
                #expect(server.connectionCount == 0)
                #expect(server.counters.writesTimedOut == 1)
                #expect(server.counters.connectionsLost == 0)
                peer.close()
            }
        }
    }

    @Test(arguments: [(1000, true), (300_000, false)])
    func `a small body that nobody read is read away, a large one ends the connection`(
        byteCount: Int, isKept: Bool
    ) throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: Handlers.empty) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(byteCount)\r\n\r\n")
                try await peer.send([UInt8](repeating: 0x78, count: byteCount))
                #expect(await peer.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 204"))
                if isKept {
                    try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(await peer.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 204"))
                } else {
                    #expect(await peer.receiveAll() == "")
                    #expect(peer.ending != .open)
                }
                #expect(server.counters.requests == (isKept ? 2 : 1))
                peer.close()
            }
        }
    }

    /// 4096 bytes are allowed.
    @Test(
        arguments: World.allCases,
        [
            "Content-Length: 4097\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n800\r\n\(String(repeating: "x", count: 2048))\r\n801\r\n",
        ])
    func `a body over the bound is refused with 413, however it is framed`(world: World, framing: String) throws {
        try world.run { loop in
            try await serving(on: loop, { $0.wire.bodyBytes = 4096 }) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\n\(framing)")
                #expect(await peer.receiveAll(for: .milliseconds(100)).hasPrefix("HTTP/1.1 413 "))
                #expect(peer.ending == .ended)
                #expect(server.counters.requestsMalformed == 1)
                #expect(server.counters.handlersFailed == 0)
                peer.close()
            }
        }
    }

    enum Shortfall: CaseIterable { case stall, end }

    @Test(arguments: Shortfall.allCases)
    func `a handler's own answer to a body that never came whole is sent`(shortfall: Shortfall) throws {
        try World.simulated.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                do throws(HTTPExchangeError) {
                    _ = try await exchange.collectBody()
                } catch {
                    exchange.respond(422)
                }
            }
            try await serving(on: loop, handler: handler) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
                if shortfall == .end { try await peer.finish() }
                #expect(await peer.receiveAll().hasPrefix("HTTP/1.1 422 "))
                #expect(peer.text.contains("\r\nconnection: close\r\n"))
                #expect(peer.ending == .ended)
                #expect(server.counters.bodiesTimedOut == (shortfall == .stall ? 1 : 0))
                #expect(server.counters.connectionsLost == (shortfall == .end ? 1 : 0))
                peer.close()
            }
        }
    }

    /// Of HTTP/1.0, whose answers may end with the connection.
    @Test func `half an answer to a body that never came whole does not look like a whole one`() throws {
        try World.simulated.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.startResponse(200)
                try await exchange.write(Array("half".utf8))
                _ = try await exchange.collectBody()
                exchange.finishResponse()
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\nabc")
                #expect(await peer.receiveAll().hasSuffix("\r\n\r\nhalf"))
                #expect(peer.ending == .reset)
                peer.close()
            }
        }
    }

    @Test func `a handler that breaks off its answer leaves no whole one behind`() throws {
        struct Broken: Error {}
        try World.simulated.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                exchange.startResponse(200, length: exchange.hasTarget("/length") ? 10 : nil)
                try await exchange.write(Array("abc".utf8))
                if exchange.hasTarget("/throw") { throw Broken() }
            }
            try await serving(on: loop, handler: handler) { server, address in
                for target in ["/throw", "/length", "/silent"] {
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    try await peer.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
                    await peer.receiveAll()
                    #expect(peer.ending == .reset)
                    peer.close()
                }
                #expect(server.counters.handlersFailed == 3)
            }
        }
    }

    /// Handlers that fail must not take the answers before theirs with them.
    @Test(arguments: World.allCases, [TimeSpan.zero, .milliseconds(20)])
    func `an answer that was given stays given when the next handler breaks off`(world: World, pause: TimeSpan) throws {
        try world.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                if exchange.hasTarget("/1") { return exchange.respond(200, body: Array("one".utf8)) }
                exchange.startResponse(200)
                if pause > .zero { try await loop.sleep(for: pause) }
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
                await peer.receiveAll()
                #expect(peer.text.contains("\r\n\r\none"))
                #expect(peer.ending == .reset)
                peer.close()
            }
        }
    }
}
