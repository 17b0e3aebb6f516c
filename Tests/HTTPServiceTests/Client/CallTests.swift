import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// Exchanges in pieces: bodies that never stand in memory whole.
@Suite struct CallTests {
    private static let piece = [UInt8](repeating: 0x70, count: 30_000)
    private static let pieces = 100

    @Test(arguments: World.allCases, [RequestBody.chunked, .length(UInt64(30_000 * 100))])
    func `a body goes up and another comes down in pieces, and the connection is kept`(
        world: World, plan: RequestBody
    ) throws {
        try world.run { loop in
            try await serving(on: loop, handler: Self.mirror) { _, address in
                try await calling(address, on: loop) { client in
                    for _ in 0..<2 { try await Self.exchange(with: client, plan) }
                    #expect(client.counters.connectionsOpened == 1)
                }
            }
        }
    }

    /// Counts what comes, without keeping it, and gives as much back.
    private static func mirror(_ exchange: HTTPExchange) async throws {
        var received = 0
        var bytes: [UInt8] = []
        while try await exchange.nextBodyPiece(into: &bytes) {
            received += bytes.count
            bytes.removeAll(keepingCapacity: true)
        }
        exchange.startResponse(200)
        for _ in 0..<(received / piece.count) { try await exchange.write(piece) }
        exchange.finishResponse()
    }

    private static func exchange(with client: HTTPClient, _ plan: RequestBody) async throws {
        let deadline = client.loop.now + .seconds(100)
        try await client.call(.post, "/mirror", sending: plan, until: deadline) { call in
            for _ in 0..<pieces { try await call.write(piece) }
            try await call.finishRequest()
            #expect(try await call.response().status == 200)
            var received = 0
            var largest = 0
            var bytes: [UInt8] = []
            while try await call.readPiece(into: &bytes) {
                received += bytes.count
                largest = max(largest, bytes.count)
                bytes.removeAll(keepingCapacity: true)
            }
            #expect(received == pieces * piece.count)
            #expect(largest < 200_000, "pieces must not pile up")
        }
    }

    @Test(arguments: World.allCases)
    func `an answer may come while the request is still on its way, and the connection then ends`(world: World) throws {
        try world.run { loop in
            let refusing: (HTTPExchange) async throws -> Void = { exchange in
                exchange.closeAfterwards()
                exchange.respond(413)
            }
            try await serving(on: loop, handler: refusing) { _, address in
                try await calling(address, on: loop) { client in
                    let deadline = loop.now + .seconds(20)
                    let status = try await client.call(.post, "/", sending: .chunked, until: deadline) { call in
                        do throws(HTTPClientError) {
                            for _ in 0..<1_000 { try await call.write(Self.piece) }
                        } catch {
                            #expect(error.mayHaveBeenSent)
                        }
                        return try await call.response().status
                    }
                    #expect(status == 413)
                    #expect(client.openConnections == 0)
                }
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a call that is left early costs its connection, and nobody gets what was left`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop, handler: Self.mirror) { _, address in
                try await calling(address, on: loop) { client in
                    let deadline = loop.now + .seconds(20)
                    try await client.call(.post, "/", sending: .length(30_000), until: deadline) { call in
                        try await call.write(Self.piece)
                        #expect(try await call.response().status == 200)
                    }
                    #expect(client.openConnections == 0)
                    let next = try await client.send(Requests.get(), until: deadline)
                    #expect(next.status == 200)
                    #expect(next.body.isEmpty)
                }
            }
        }
    }

    /// The server has answered without reading on; to it the next request would be the rest of this one's body.
    @Test(arguments: [RequestBody.chunked, .length(20_000)])
    func `a piece that left in part ends the connection, though its answer is whole`(plan: RequestBody) throws {
        var conditions = NetworkConditions()
        conditions.window = 4096
        try World.simulated.run(conditions) { loop in
            let early: (RawPeer, Int) async throws -> Void = { peer, _ in
                _ = await peer.receive(through: "\r\n\r\n")
                try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                try await loop.sleep(for: .seconds(5))
            }
            try await scripting(on: loop, early) { address in
                try await calling(address, on: loop) { client in
                    let deadline = loop.now + .seconds(1)
                    try await client.call(.post, "/", sending: plan, until: deadline) { (call: HTTPCall) async throws in
                        let piece = [UInt8](repeating: 0x78, count: 20_000)
                        do throws(HTTPClientError) {
                            try await call.write(piece)
                            Issue.record("the window holds 4096 bytes")
                        } catch {
                            #expect(error.cause == .timedOut)
                        }
                        try? await call.finishRequest()
                        let status = try await call.response().status
                        #expect(status == 200)
                    }
                    #expect(client.openConnections == 0)
                }
            }
        }
    }

    @Test func `a server that says nothing costs a call its deadline, and the pool no connection`() throws {
        try World.simulated.run { loop in
            let silent: (RawPeer, Int) async throws -> Void = { peer, _ in _ = await peer.receive(through: "never") }
            try await scripting(on: loop, silent) { address in
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    let began = loop.now
                    for _ in 0..<3 {
                        await #expect(throws: HTTPClientError.self) {
                            try await client.call(.get, "/", until: loop.now + .seconds(2)) { try await $0.response() }
                        }
                    }
                    #expect(loop.now - began == .seconds(6))
                    #expect(client.openConnections == 0)
                }
            }
        }
    }

    @Test func `what the body throws is what the call throws`() throws {
        struct Own: Error {}
        try World.simulated.run { loop in
            try await serving(on: loop) { _, address in
                try await calling(address, on: loop) { client in
                    await #expect(throws: Own.self) {
                        try await client.call(.get, "/", until: loop.now + .seconds(2)) { _ in throw Own() }
                    }
                    #expect(client.openConnections == 0)
                }
            }
        }
    }
}
