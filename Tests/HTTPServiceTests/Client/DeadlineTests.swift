import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// Where a request stands when its deadline passes or its task is cancelled: what the caller hears, and what is left.
@Suite struct DeadlineTests {
    enum Place: CaseIterable {
        case connecting, inLine, writing, reading, readingBody
    }

    enum Means: CaseIterable {
        case deadline, cancellation
    }

    enum Way: CaseIterable {
        case whole, inPieces

        func send(with client: HTTPClient, within span: TimeSpan) async -> HTTPClientError? {
            let deadline = client.loop.now + span
            do {
                switch self {
                case .whole: _ = try await client.send(Requests.post("/", "pay"), until: deadline)
                case .inPieces: _ = try await client.call(.post, "/", until: deadline) { try await $0.response() }
                }
                return nil
            } catch {
                return error as? HTTPClientError
            }
        }
    }

    @Test(arguments: Means.allCases, Way.allCases)
    func `nothing is sent for a caller who no longer waits`(means: Means, way: Way) throws {
        try World.simulated.run { loop in
            try await serving(on: loop) { server, address in
                try await calling(address, on: loop) { client in
                    #expect(await outcome(client, Requests.get()).response != nil)
                    var found: HTTPClientError?
                    let late = loop.start {
                        try? await loop.sleep(for: .milliseconds(10))
                        let span = TimeSpan.milliseconds(means == .deadline ? 0 : 1_000)
                        found = await way.send(with: client, within: span)
                    }
                    if means == .cancellation { late.cancel() }
                    await late.join()
                    #expect(found?.cause == (means == .deadline ? .timedOut : .cancelled))
                    #expect(found?.mayHaveBeenSent == false)
                    #expect(server.counters.requests == 1)
                    #expect(client.openConnections == 1, "the kept connection has not suffered")
                }
            }
        }
    }

    @Test(arguments: Place.allCases, Means.allCases)
    func `a request that is given up says where it stood`(place: Place, means: Means) throws {
        try World.simulated.run { loop in
            let script = { (peer: RawPeer, number: Int) async throws in
                if place == .writing { return try await loop.sleep(for: .seconds(2)) }
                _ = await peer.receive(through: "\r\n\r\n")
                if place == .readingBody { try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc") }
                if place == .inLine, number == 0 { try await loop.sleep(for: .milliseconds(300)) }
                if place == .inLine || number > 0 { try await peer.send("HTTP/1.1 204 No Content\r\n\r\n") }
                await peer.receiveAll(for: .seconds(2))
            }
            try await scripting(on: loop, script) { address in
                var conditions = NetworkConditions()
                conditions.window = 8192
                conditions.isCutOff = place == .connecting
                loop.simulation?.setConditions(conditions, at: address)
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    let busy = loop.start {
                        if place == .inLine { #expect(await outcome(client, Requests.get()).response != nil) }
                    }
                    let began = loop.now
                    var found: HTTPClientError?
                    let span = means == .deadline ? TimeSpan.milliseconds(100) : .seconds(60)
                    let sending = loop.start {
                        found = await outcome(client, Requests.post("/", byteCount: 50_000), within: span).error
                        #expect(loop.now - began == .milliseconds(100))
                    }
                    if means == .cancellation {
                        try await loop.sleep(until: began + .milliseconds(100))
                        sending.cancel()
                    }
                    await sending.join()
                    #expect(found?.mayHaveBeenSent == (place != .connecting && place != .inLine))
                    #expect(found?.cause == DeadlineTests.cause(place, means, address))
                    #expect(client.waitingRequests == 0)
                    #expect(client.openConnections == (place == .inLine ? 1 : 0))
                    await busy.join()
                    if place == .inLine { #expect(await outcome(client, Requests.get()).response?.status == 204) }
                }
            }
        }
    }

    private static func cause(_ place: Place, _ means: Means, _ address: Address) -> HTTPClientError.Cause {
        switch (place, means) {
        case (_, .cancellation): .cancelled
        case (.connecting, .deadline): .unreachable(StreamError(.connect, address.description, .timedOut))
        case (.inLine, .deadline): .poolTimedOut
        case (_, .deadline): .timedOut
        }
    }

    @Test(arguments: Means.allCases)
    func `a client that does not heed cancellation ends a request at its deadline or when it closes`(
        means: Means
    ) throws {
        try World.simulated.run { loop in
            try await scripting(on: loop, { peer, _ in await peer.receiveAll(for: .seconds(2)) }) { address in
                try await calling(address, on: loop, { $0.heedsCancellation = false }) { client in
                    let began = loop.now
                    var found: HTTPClientError?
                    let sending = loop.start {
                        found = await outcome(client, Requests.post("/", "pay"), within: .milliseconds(300)).error
                    }
                    try await loop.sleep(until: began + .milliseconds(100))
                    sending.cancel()
                    try await loop.sleep(until: began + .milliseconds(200))
                    #expect(found == nil, "cancelling alone ends nothing")
                    if means == .cancellation { client.close() }
                    await sending.join()
                    #expect(loop.now - began == .milliseconds(means == .cancellation ? 200 : 300))
                    #expect(found?.cause == (means == .cancellation ? .closed : .timedOut))
                    #expect(found?.mayHaveBeenSent == true)
                }
            }
        }
    }

    @Test func `connecting has a bound of its own`() throws {
        try World.simulated.run { loop in
            var conditions = NetworkConditions()
            conditions.isCutOff = true
            let address = Address.loopback(port: 700)
            loop.simulation?.setConditions(conditions, at: address)
            try await calling(address, on: loop, { $0.connectTimeout = .milliseconds(250) }) { client in
                let began = loop.now
                let error = await outcome(client, Requests.get(), within: .seconds(60)).error
                #expect(loop.now - began == .milliseconds(250))
                #expect(error?.description.hasSuffix("connect 127.0.0.1:700: the deadline passed") == true)
            }
        }
    }

    @Test(arguments: World.allCases) func `an answer that is late answers nobody`(world: World) throws {
        try world.run { loop in
            let handler = { (exchange: HTTPExchange) async throws in
                if exchange.hasTarget("/late") { try await loop.sleep(for: .milliseconds(60)) }
                exchange.respond(200, body: Array(exchange.target.utf8))
            }
            try await serving(on: loop, handler: handler) { server, address in
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    #expect(
                        await outcome(client, Requests.post("/late", "x"), within: .milliseconds(20)).error?.cause
                            == .timedOut)
                    #expect(await outcome(client, Requests.post("/next", "x")).body == "/next")
                    try await loop.sleep(for: .milliseconds(80))
                    #expect(await outcome(client, Requests.post("/last", "x")).body == "/last")
                    #expect(server.counters.connections == 2)
                }
            }
        }
    }
}
