import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import SeededRandom
import Testing

/// Many clients' requests against a server and a network that fail in every way: whatever happens, each request has
/// one outcome, and it is its own.
@Suite struct ChaosTests {
    struct Result: Equatable {
        var trace: UInt64 = 0
        var events: UInt64 = 0
        var answered = 0
        var failed = 0
        var client = ClientCounters()
        var server = ServerCounters()
    }

    struct Broken: Error {}

    /// What the server does with a request, drawn from the seed and the request's number.
    private static func handle(_ exchange: HTTPExchange, _ random: inout SeededRandom) async throws {
        let loop = exchange.loop
        let draw = random.below(100)
        let pause = TimeSpan.microseconds(Int64(random.below(40_000)))
        if draw < 40 { try await loop.sleep(for: pause) }
        if draw == 41 { throw Broken() }
        if draw == 42 { return }
        if draw == 43 { try await loop.sleep(for: .seconds(3)) }
        if draw == 44 { exchange.closeAfterwards() }
        let id = Array(exchange.target.utf8)
        if draw >= 90 || draw == 45 {
            exchange.startResponse(200, length: draw.isMultiple(of: 2) ? UInt64(id.count) : nil)
            try await exchange.write(Array(id.prefix(3)))
            try await loop.sleep(for: .microseconds(100))
            if draw == 45 { throw Broken() }
            try await exchange.write(Array(id.dropFirst(3)))
            return exchange.finishResponse()
        }
        if draw > 50 {
            // The body repeats the target: bytes of another connection would show.
            let body = try await exchange.collectBody()
            precondition(body.isEmpty || body == id, "a body of another request: \(exchange.target)")
        }
        exchange.respond(200, body: id)
    }

    private static func play(seed: UInt64, depth: Int, count: Int = 400) throws -> Result {
        var conditions = NetworkConditions()
        conditions.latency = .microseconds(20) ... .milliseconds(2)
        conditions.loss = 0.01
        conditions.reset = 0.004
        conditions.segment = 64
        conditions.cutsAtRandom = true
        conditions.window = 4096
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 6
        configuration.waitingMax = 60
        configuration.pipelineDepth = depth
        return try World.simulated.run(conditions, seed: seed) { loop in
            var random = Seed(seed).split("chaos").stream()
            var arrivals = [Int](repeating: 0, count: count)
            var result = Result()
            let handler = { (exchange: HTTPExchange) async throws in
                if let id = Int(exchange.target.dropFirst(4)) { arrivals[id] += 1 }
                try await ChaosTests.handle(exchange, &random)
            }
            try await serving(on: loop, handler: handler) { server, address in
                let client = HTTPClient(on: loop, to: HTTPOrigin(address), configuration: configuration)
                var outcomes = [Int](repeating: 0, count: count)
                await loop.together(count) { index in
                    let target = "/id/\(index)"
                    let place: Comment = "seed \(seed), depth \(depth), request \(index)"
                    let isPost = random.chance(0.6)
                    let request = isPost ? Requests.post(target, target) : Requests.get(target)
                    try await loop.sleep(for: .microseconds(Int64(random.below(300_000))))
                    let span = TimeSpan.microseconds(Int64(random.below(random.chance(0.3) ? 20_000 : 2_000_000)))
                    var found: Outcome?
                    let sending = loop.start {
                        found = await outcome(client, request, within: span)
                        outcomes[index] += 1
                    }
                    if random.chance(0.2) {
                        try await loop.sleep(for: .microseconds(Int64(random.below(20_000))))
                        sending.cancel()
                    }
                    await sending.join()
                    #expect(client.openConnections <= 6, place)
                    switch found {
                    case .answered(let response):
                        result.answered += 1
                        #expect(response.status == 500 || response.bodyText == target, place)
                        #expect(arrivals[index] >= 1, place)
                    case .failed(let error):
                        result.failed += 1
                        if !error.mayHaveBeenSent { #expect(arrivals[index] == 0, "\(place): \(error)") }
                    case nil: Issue.record(place)
                    }
                    #expect(arrivals[index] <= (isPost ? 1 : 2), place)
                }
                #expect(outcomes.allSatisfy { $0 == 1 }, "seed \(seed)")
                #expect(client.waitingRequests == 0, "seed \(seed)")
                #expect(client.openConnections <= 6, "seed \(seed)")
                // The pool still works when the network does again.
                loop.simulation?.setConditions(NetworkConditions(), at: address)
                try await loop.sleep(for: .seconds(40))
                for index in 0..<12 {
                    _ = await outcome(client, Requests.get("/end/\(index)"))
                }
                result.client = client.counters
                client.close()
                #expect(client.openConnections == 0, "seed \(seed)")
                await server.drain(until: loop.now + .seconds(5))
                result.server = server.counters
            }
            result.trace = loop.simulation?.trace.value ?? 0
            result.events = loop.simulation?.trace.count ?? 0
            return result
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>, [1, 4])
    func `every request has one outcome, and an answer is its own`(seed: UInt64, depth: Int) throws {
        let result = try ChaosTests.play(seed: seed, depth: depth)
        #expect(result.answered > 50 && result.failed > 20, "seed \(seed), depth \(depth): \(result)")
    }

    @Test(arguments: [1, 4]) func `one seed is one history, another seed another`(depth: Int) throws {
        let first = try ChaosTests.play(seed: 7, depth: depth)
        #expect(try ChaosTests.play(seed: 7, depth: depth) == first)
        #expect(try ChaosTests.play(seed: 8, depth: depth).trace != first.trace)
        #expect(first.events > 1000)
        #expect(first.server.handlersFailed > 0 && first.client.connectionsOpened > 6)
    }
}
