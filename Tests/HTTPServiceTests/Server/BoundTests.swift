import EventLoop
import Glibc
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// Peers that are slow, silent, gone or too many: each costs one bounded timeout.
@Suite struct BoundTests {
    @Test(arguments: ["GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "y", count: 100))", "\r"])
    func `a head that comes a byte a second is cut off with 408`(head: String) throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                let began = loop.now
                let dripping = loop.spawn {
                    for byte in head.utf8 {
                        guard (try? await peer.send([byte])) != nil else { return }
                        try? await loop.sleep(for: .seconds(1))
                    }
                }
                #expect(await peer.receive(through: "\r\n\r\n", for: .seconds(20)).hasPrefix("HTTP/1.1 408 "))
                #expect(loop.now - began >= .seconds(10) && loop.now - began < .milliseconds(10_100))
                #expect(server.connectionCount <= 1)
                try await loop.sleep(for: .milliseconds(1100))
                #expect(server.connectionCount == 0)
                #expect(server.counters.headsTimedOut == 1)
                #expect(server.counters.idleTimedOut == 0)
                #expect(server.counters.connectionsLost == 0)
                peer.close()
                await dripping.join()
            }
        }
    }

    @Test func `many slow heads cost their own connections and nobody else's time`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { server, address in
                var slow: [RawPeer] = []
                for _ in 0..<500 {
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    try await peer.send("GET / HT")
                    slow.append(peer)
                }
                try await calling(address, on: loop) { client in
                    let began = loop.now
                    #expect(await outcome(client, Requests.get("/quick")).body == "/quick")
                    #expect(loop.now - began < .milliseconds(1))
                }
                #expect(server.connectionCount == 501)
                try await loop.sleep(for: .seconds(12))
                #expect(server.connectionCount == 0)
                #expect(server.counters.headsTimedOut == 500)
                for peer in slow { peer.close() }
            }
        }
    }

    @Test func `a connection that says nothing is closed without a word when it has idled long enough`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { server, address in
                let fresh = try await RawPeer.connect(to: address, on: loop)
                let used = try await RawPeer.connect(to: address, on: loop)
                try await used.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = await used.receive(through: "/a")
                try await loop.sleep(for: .milliseconds(74_900))
                #expect(server.connectionCount == 2)
                try await loop.sleep(for: .milliseconds(200))
                #expect(server.connectionCount == 0)
                for peer in [fresh, used] {
                    #expect(await peer.receiveAll() == "")
                    #expect(peer.ending == .ended)
                    peer.close()
                }
                #expect(server.counters.idleTimedOut == 2)
                #expect(server.counters.connectionsLost == 0)
            }
        }
    }

    @Test func `a body that stalls is given up, and it is not the handler's fault`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
                try await loop.sleep(for: .milliseconds(29_900))
                #expect(server.connectionCount == 1)
                try await loop.sleep(for: .milliseconds(1_300))
                #expect(server.connectionCount == 0)
                #expect(await peer.receiveAll().hasPrefix("HTTP/1.1 408 "))
                #expect(server.counters.bodiesTimedOut == 1)
                #expect(server.counters.handlersFailed == 0)
                #expect(server.counters.connectionsLost == 0)
                peer.close()
            }
        }
    }

    /// A byte just before each timeout would hold a connection for years.
    @Test func `a body that drips is given up too`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
                let began = loop.now
                #expect(try await loop.eventually { server.connectionCount == 1 })
                while server.connectionCount > 0, loop.now - began < .seconds(600) {
                    try? await peer.send("x")
                    try await loop.sleep(for: .seconds(5))
                }
                #expect(loop.now - began <= .seconds(45))
                #expect(server.counters.bodiesTimedOut == 1)
                peer.close()
            }
        }
    }

    @Test func `a body that is slow and steady may take its time`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: Handlers.empty) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
                for _ in 0..<100 {
                    try await peer.send([UInt8](repeating: 0x78, count: 1000))
                    try await loop.sleep(for: .seconds(2))
                }
                #expect(await peer.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 204"))
                peer.close()
            }
        }
    }

    @Test func `a handler that takes its time does not use up its peer's`() throws {
        try World.simulated.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                var body: [UInt8] = []
                while try await exchange.nextBodyPiece(into: &body) { try await loop.sleep(for: .seconds(40)) }
                exchange.respond(200, body: body)
            }
            try await serving(on: loop, handler: handler) { _, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
                try await loop.sleep(for: .seconds(50))
                try await peer.send("b")
                try await loop.sleep(for: .seconds(50))
                try await peer.send("c")
                #expect(await peer.receive(through: "abc", for: .seconds(100)).hasPrefix("HTTP/1.1 200"))
                peer.close()
            }
        }
    }

    @Test(
        arguments: World.allCases,
        [
            "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        ])
    func `a peer that ends or resets inside a request costs nothing more`(world: World, part: String) throws {
        try world.run { loop in
            try await serving(on: loop) { server, address in
                let ending = try await RawPeer.connect(to: address, on: loop)
                try await ending.send(part)
                try await ending.finish()
                #expect(await ending.receiveAll(for: .seconds(2)) == "")
                #expect(ending.ending == .ended)
                let resetting = try await RawPeer.connect(to: address, on: loop)
                try await resetting.send(part)
                try await loop.sleep(for: .milliseconds(5))
                resetting.reset()
                #expect(try await loop.eventually { server.connectionCount == 0 })
                #expect(server.counters.connectionsLost == 2)
                #expect(server.counters.handlersFailed == 0)
                ending.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a peer that has ended its side still gets its answer`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { server, address in
                let peer = try await RawPeer.connect(to: address, on: loop)
                try await peer.send("GET /half HTTP/1.1\r\nHost: x\r\n\r\n")
                try await peer.finish()
                #expect(await peer.receiveAll().hasSuffix("\r\n\r\n/half"))
                #expect(peer.ending == .ended)
                #expect(server.counters.connectionsLost == 0)
                peer.close()
            }
        }
    }

    @Test(arguments: World.allCases)
    func `a connection too many is told to come back later, also when it has asked already`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop, { $0.connectionsMax = 2 }) { server, address in
                var held: [RawPeer] = []
                for index in 0..<2 {
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    try await peer.send("GET /\(index) HTTP/1.1\r\nHost: x\r\n\r\n")
                    _ = await peer.receive(through: "/\(index)")
                    held.append(peer)
                }
                for _ in 0..<3 {
                    let late = try await RawPeer.connect(to: address, on: loop)
                    try await late.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
                    try await loop.sleep(for: .milliseconds(5))
                    let answer = await late.receiveAll(for: .seconds(2))
                    #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("\r\nretry-after: 1\r\n"))
                    #expect(late.ending == .ended)
                    late.close()
                }
                #expect(server.counters.connectionsRefused == 3)
                held[0].close()
                #expect(try await loop.eventually { server.connectionCount == 1 })
                let next = try await RawPeer.connect(to: address, on: loop)
                try await next.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(await next.receive(through: "/next").hasPrefix("HTTP/1.1 200"))
                next.close()
                held[1].close()
            }
        }
    }

    @Test func `a flood of connections too many does not pile up`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, { $0.connectionsMax = 1 }) { server, address in
                let held = try await RawPeer.connect(to: address, on: loop)
                try await loop.sleep(for: .milliseconds(1))
                var flood: [RawPeer] = []
                for _ in 0..<1000 { flood.append(try await RawPeer.connect(to: address, on: loop)) }
                #expect(try await loop.eventually { server.counters.connectionsRefused == 1000 })
                #expect(loop.spawnedTaskCount < 100)
                for peer in flood + [held] { peer.close() }
            }
        }
    }

    @Test func `a server without descriptors recovers when there are some again`() async {
        await #expect(processExitsWith: .success) {
            try World.live.run { loop in
                try await serving(on: loop) { server, address in
                    var held: [any ByteStream] = []
                    var limit = rlimit()
                    limit.rlim_cur = 48
                    limit.rlim_max = 48
                    precondition(unsafe setrlimit(__rlimit_resource_t(7), &limit) == 0)
                    var failure: StreamError?
                    do throws(StreamError) {
                        while true { held.append(try await loop.connect(to: address, until: loop.now + .seconds(5))) }
                    } catch {
                        failure = error
                    }
                    precondition(failure?.isOutOfDescriptors == true, "\(String(describing: failure))")
                    precondition(failure?.description.contains("connect \(address)") == true)
                    let isNoticed = try await loop.eventually { server.counters.acceptsFailed > 0 }
                    precondition(isNoticed)
                    for stream in held { stream.close() }
                    let peer = try await RawPeer.connect(to: address, on: loop)
                    try await peer.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n")
                    let answer = await peer.receive(through: "/again")
                    precondition(answer.hasPrefix("HTTP/1.1 200"))
                    peer.close()
                }
            }
        }
    }

    /// In a process of its own: memory is the whole process's.
    @Test func `an idle connection does not keep the room of its largest message`() async {
        await #expect(processExitsWith: .success) {
            let byteCount = 8 << 20
            try World.live.run { loop in
                try await serving(on: loop) { _, address in
                    let before = residentKilobytes()
                    var peers: [RawPeer] = []
                    for _ in 0..<16 {
                        let peer = try await RawPeer.connect(to: address, on: loop)
                        let sending = loop.start {
                            try await peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(byteCount)\r\n\r\n")
                            try await peer.send([UInt8](repeating: 0x78, count: byteCount))
                        }
                        while peer.received.count < byteCount, await peer.receiveOnce(until: loop.now + .seconds(5)) {}
                        await sending.join()
                        precondition(peer.received.count >= byteCount)
                        _ = peer.take()
                        peers.append(peer)
                    }
                    precondition(residentKilobytes() - before < 90_000, "\(residentKilobytes() - before) KiB stay")
                    for peer in peers { peer.close() }
                }
            }
        }
    }

    /// One peer that always has more to ask must not keep the others waiting.
    @Test func `a flood of pipelined requests lets other connections have their turn`() throws {
        try World.simulated.run { loop in
            var order: [String] = []
            let handler = { (exchange: HTTPExchange) async throws in
                order.append(exchange.target)
                exchange.respond(204)
            }
            try await serving(on: loop, handler: handler) { _, address in
                let greedy = try await RawPeer.connect(to: address, on: loop)
                let modest = try await RawPeer.connect(to: address, on: loop)
                try await greedy.send(String(repeating: "GET /greedy HTTP/1.1\r\nHost: x\r\n\r\n", count: 2000))
                try await modest.send("GET /modest HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = await modest.receive(through: "\r\n\r\n")
                #expect((order.firstIndex(of: "/modest") ?? .max) < 1000)
                while order.count < 2001, await greedy.receiveOnce(until: loop.now + .seconds(5)) {}
                #expect(order.count == 2001)
                greedy.close()
                modest.close()
            }
        }
    }
}
