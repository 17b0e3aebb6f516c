import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

@Suite struct DrainTests {
    @Test(arguments: World.allCases)
    func `a server with nothing open drains at once and is refused afterwards`(world: World) throws {
        try world.run { loop in
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            let address = try server.listen(on: .loopback())
            let began = loop.now
            #expect(await server.drain(until: loop.now + .seconds(10)) == 0)
            #expect(loop.now - began < .seconds(5))
            do {
                _ = try await loop.connect(to: address, until: loop.now + .seconds(1))
                Issue.record("a connection was taken")
            } catch let error as StreamError {
                #expect(error.isRefused)
                #expect(error.description == "connect \(address): Connection refused (ECONNREFUSED)")
            }
        }
    }

    @Test(arguments: World.allCases)
    func `idle connections are closed at once, a busy one answers first and says that it closes`(
        world: World
    ) throws {
        try world.run { loop in
            let gate = Parking(loop)
            let handler = { (exchange: HTTPExchange) async throws in
                if exchange.hasTarget("/busy") { _ = await gate.wait() }
                exchange.respond(200, body: Array(exchange.target.utf8))
            }
            let server = HTTPServer(on: loop, handler: handler)
            let address = try server.listen(on: .loopback())
            let idle = try await RawPeer.connect(to: address, on: loop)
            try await idle.send("GET /idle HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = await idle.receive(through: "/idle")
            let busy = try await RawPeer.connect(to: address, on: loop)
            try await busy.send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\nGET /too-late HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await loop.eventually { gate.isTaken })
            var late: Int?
            let draining = loop.spawn { late = await server.drain(until: loop.now + .seconds(10)) }
            await idle.receiveAll(for: .seconds(1))
            #expect(idle.ending == .ended)
            #expect(server.connectionCount == 1)
            gate.wake()
            let answer = await busy.receiveAll(for: .seconds(3))
            #expect(answer.contains("\r\nconnection: close\r\n") && answer.hasSuffix("/busy"))
            #expect(busy.ending == .ended)
            busy.close()
            idle.close()
            await draining.join()
            #expect(late == 0)
            #expect(server.counters.requests == 2)
        }
    }

    @Test(arguments: World.allCases)
    func `what is late is reset at the deadline and its handler is cancelled`(world: World) throws {
        try world.run { loop in
            var cancelled = 0
            let handler = { (exchange: HTTPExchange) async throws in
                do {
                    try await loop.sleep(until: .never)
                } catch {
                    cancelled += 1
                    throw error
                }
            }
            let server = HTTPServer(on: loop, handler: handler)
            let address = try server.listen(on: .loopback())
            var peers: [RawPeer] = []
            for _ in 0..<3 {
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                peers.append(peer)
            }
            #expect(try await loop.eventually { server.counters.requests == 3 })
            let began = loop.now
            #expect(await server.drain(until: began + .milliseconds(50)) == 3)
            #expect(loop.now - began >= .milliseconds(50))
            #expect(loop.now - began < .seconds(2))
            #expect(cancelled == 3)
            for peer in peers {
                #expect(await peer.receiveAll(for: .seconds(1)) == "")
                #expect(peer.ending == .reset)
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a handler that rests is woken when its connection is reset`(world: World) throws {
        try world.run { loop in
            var woken = 0
            let server = HTTPServer(on: loop) { exchange in
                await exchange.rest(until: .never)
                woken += 1
                await exchange.rest(until: .never)
                exchange.respond(200)
            }
            let address = try server.listen(on: .loopback())
            let peer = try await RawPeer.connect(to: address, on: loop)
            try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await loop.eventually { server.counters.requests == 1 })
            let began = loop.now
            #expect(await server.drain(until: began + .milliseconds(50)) == 1)
            #expect(loop.now - began < .seconds(2))
            #expect(woken == 1)
            peer.close()
        }
    }

    @Test func `a slow head ends with the drain's deadline`() throws {
        try World.simulated.run { loop in
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            let address = try server.listen(on: .loopback())
            let peer = try await RawPeer.connect(to: address, on: loop)
            try await peer.send("GET / HT")
            try await loop.sleep(for: .milliseconds(10))
            let began = loop.now
            #expect(await server.drain(until: began + .seconds(2)) == 1)
            #expect(loop.now - began == .seconds(2))
            peer.close()
        }
    }

    /// Its connection has been told of the bytes and has not read them yet.
    @Test func `a request that arrives at the instant of the drain is answered`() throws {
        try World.simulated.run { loop in
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            let address = try server.listen(on: .loopback())
            let peer = try await RawPeer.connect(to: address, on: loop)
            try await loop.sleep(for: .seconds(1))
            let instant = loop.now + .microseconds(50)
            let draining = loop.start {
                try await loop.sleep(until: instant)
                #expect(await server.drain(until: loop.now + .seconds(5)) == 0)
            }
            try await peer.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = await peer.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.hasSuffix("/late"))
            #expect(answer.contains("\r\nconnection: close\r\n"))
            peer.close()
            await draining.join()
        }
    }

    @Test func `draining twice at the same time is one drain`() throws {
        try World.simulated.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                try await loop.sleep(for: .seconds(1))
                exchange.respond(204)
            }
            let server = HTTPServer(on: loop, handler: handler)
            let address = try server.listen(on: .loopback())
            let peer = try await RawPeer.connect(to: address, on: loop)
            try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try await loop.sleep(for: .milliseconds(10))
            await loop.together(2) { _ in #expect(await server.drain(until: loop.now + .seconds(5)) == 0) }
            #expect(await peer.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 204"))
            peer.close()
        }
    }
}
