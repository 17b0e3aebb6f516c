import Cryptography
import EventLoop
import Glibc
import HTTPService
import HTTPWire
import ScriptedPeers
import Synchronization
import Testing

/// What only a real kernel shows: TLS, UNIX sockets, several loops.
@Suite struct LiveTests {
    private static let now = CertificateInstant(secondsSinceEpoch: 1_900_000_000)

    /// A server's context for a name, and a client's that trusts it.
    private static func contexts(for name: String) throws -> (server: TLSContext, client: TLSContext) {
        let validity = CertificateValidity(from: now.advanced(byDays: -1), until: now.advanced(byDays: 1))
        let authority = try CertificateAuthority(commonName: "Test authority", validity: validity)
        var server = TLSServerConfiguration(identity: try authority.serverIdentity(for: [name], validity: validity))
        server.verificationInstant = now
        var client = TLSClientConfiguration()
        client.trust = .authorities(authority.certificate)
        client.verificationInstant = now
        return (try TLSContext(.server(server)), try TLSContext(.client(client)))
    }

    @Test func `requests and answers pass through TLS, on kept connections, in every size`() throws {
        try World.live.run { loop in
            let (serverSide, clientSide) = try LiveTests.contexts(for: "bank.example")
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            let address = try server.listen(on: .loopback(), securedBy: serverSide)
            let origin = HTTPOrigin(address, host: "bank.example:8443", security: clientSide)
            var configuration = ClientConfiguration()
            configuration.connectionsMax = 4
            let client = HTTPClient(on: loop, to: origin, configuration: configuration)
            await loop.together(8) { index in
                for count in [0, 1, 5000, 16_384, 200_000] {
                    let body = [UInt8](repeating: UInt8(index), count: count)
                    let answer = await outcome(client, Requests.make(.post, "/", body))
                    #expect(answer.error == nil)
                    if count > 0 { #expect(answer.response.map { $0.body == body[...] } == true) }
                }
            }
            #expect(client.counters.connectionsOpened == 4)
            #expect(client.counters.connectionsStale == 0)
            client.close()
            #expect(await server.drain(until: loop.now + .seconds(5)) == 0)
            #expect(server.counters.handshakesFailed == 0)
        }
    }

    /// Session tickets come unasked too, and are no reason to give a connection up.
    @Test func `what a kept TLS connection said unasked answers no request`() throws {
        try World.live.run { loop in
            let (serverSide, clientSide) = try LiveTests.contexts(for: "bank.example")
            let listener = try loop.listen(on: .loopback())
            var numbers: [Int] = []
            let accepting = loop.start {
                for number in 0..<2 {
                    let accepted = try await listener.accept()
                    let until = loop.now + .seconds(5)
                    let peer = RawPeer(try await loop.secure(accepted, by: serverSide, until: until))
                    while await !peer.receive(through: "\r\n\r\n").isEmpty {
                        numbers.append(number)
                        try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nown")
                        guard numbers.count == 2 else { continue }
                        try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfalse")
                        break
                    }
                    peer.close()
                }
            }
            let origin = HTTPOrigin(listener.address, host: "bank.example", security: clientSide)
            let client = HTTPClient(on: loop, to: origin)
            for _ in 0..<3 {
                #expect(await outcome(client, Requests.post("/", "")).body == "own")
                try await loop.sleep(for: .milliseconds(20))
            }
            #expect(numbers == [0, 0, 1])
            client.close()
            await accepting.join()
            listener.close()
        }
    }

    @Test func `a certificate for another name is refused before anything is sent`() throws {
        try World.live.run { loop in
            let (serverSide, clientSide) = try LiveTests.contexts(for: "other.example")
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            let address = try server.listen(on: .loopback(), securedBy: serverSide)
            let origin = HTTPOrigin(address, host: "bank.example", security: clientSide)
            let client = HTTPClient(on: loop, to: origin)
            let error = await outcome(client, Requests.post("/", "x")).error
            #expect(error?.mayHaveBeenSent == false)
            #expect(error?.description.contains("handshake \(address)") == true, "\(String(describing: error))")
            #expect(client.openConnections == 0)
            client.close()
            #expect(try await loop.eventually { server.counters.handshakesFailed == 1 })
            await server.drain(until: loop.now + .seconds(5))
            #expect(server.counters.requests == 0)
        }
    }

    @Test func `plain words to a TLS port, and a handshake that stalls, end in their bound`() throws {
        try World.live.run { loop in
            let (serverSide, _) = try LiveTests.contexts(for: "bank.example")
            var configuration = ServerConfiguration()
            configuration.headTimeout = .milliseconds(50)
            let server = HTTPServer(on: loop, configuration: configuration, handler: Handlers.plain)
            let address = try server.listen(on: .loopback(), securedBy: serverSide)
            let plain = try await RawPeer.connect(to: address, on: loop)
            try await plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let silent = try await RawPeer.connect(to: address, on: loop)
            await plain.receiveAll(for: .seconds(5))
            await silent.receiveAll(for: .seconds(5))
            #expect(plain.ending != .open && silent.ending != .open)
            #expect(server.counters.handshakesFailed == 2)
            plain.close()
            silent.close()
            await server.drain(until: loop.now + .seconds(5))
        }
    }

    @Test func `a UNIX socket carries the same, and its file goes with the server`() throws {
        let path = "/tmp/spillway-service-\(getpid()).sock"
        try World.live.run { loop in
            let address = Address.unix(path: path)
            try await serving(on: loop, at: address) { _, _ in
                try await calling(address, on: loop) { client in
                    await loop.together(20) { index in
                        #expect(await outcome(client, Requests.post("/", "\(index)")).body == "\(index)")
                    }
                    let large = await outcome(client, Requests.post("/", byteCount: 1_000_000))
                    #expect(large.response?.body.count == 1_000_000)
                }
            }
            #expect(unsafe access(path, F_OK) != 0)
        }
    }

    @Test func `a loop of its own on each thread serves at one address`() throws {
        let counts = Mutex([0, 0])
        let port = Mutex<UInt16>(0)
        let arrived = Mutex(0)
        let done = Mutex(0)
        let results = try EventLoop.runOnThreads(2) { loop, index async throws in
            var served = 0
            let handler = { (exchange: HTTPExchange) async throws in
                served += 1
                exchange.respond(200, body: try await exchange.collectBody())
            }
            let server = HTTPServer(on: loop, handler: handler)
            while index == 1, port.withLock({ $0 == 0 }) { try await loop.sleep(for: .milliseconds(1)) }
            let address = try server.listen(on: .loopback(port: port.withLock { $0 }), isShared: true)
            port.withLock { $0 = address.port }
            arrived.withLock { $0 += 1 }
            while arrived.withLock({ $0 < 2 }) { try await loop.sleep(for: .milliseconds(1)) }
            try await calling(address, on: loop, { $0.connectionsMax = 16 }) { client in
                await loop.together(64) { number in
                    for round in 0..<5 {
                        let body = "\(index)/\(number)/\(round)"
                        #expect(await outcome(client, Requests.post("/", body)).body == body)
                    }
                }
            }
            done.withLock { $0 += 1 }
            while done.withLock({ $0 < 2 }) { try await loop.sleep(for: .milliseconds(1)) }
            await server.drain(until: loop.now + .seconds(5))
            counts.withLock { [served] in $0[index] = served }
        }
        for result in results { try result.get() }
        let served = counts.withLock { $0 }
        #expect(served.reduce(0, +) == 640)
        #expect(served.allSatisfy { $0 > 0 }, "the kernel spreads connections: \(served)")
    }

    @Test(arguments: World.allCases)
    func `an address in use is named with its cause`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { _, address in
                let second = HTTPServer(on: loop, handler: Handlers.plain)
                do {
                    try second.listen(on: address)
                    Issue.record("two servers at one address")
                } catch let error as StreamError {
                    #expect(error.description == "listen \(address): Address already in use (EADDRINUSE)")
                }
            }
        }
    }
}
