import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// The pool: its cap, its queue, and what a connection is good for.
@Suite struct PoolTests {
    /// Answers after 100 ms.
    private static func slow(_ loop: EventLoop) -> (HTTPExchange) async throws -> Void {
        { exchange in
            try await loop.sleep(for: .milliseconds(100))
            exchange.respond(200, body: Array(exchange.target.utf8))
        }
    }

    @Test func `requests beyond the cap wait in order, and their wait is measured exactly`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: PoolTests.slow(loop)) { server, address in
                try await calling(address, on: loop, { $0.connectionsMax = 2 }) { client in
                    var order: [Int] = []
                    var waits: [TimeSpan] = []
                    await loop.together(6) { index in
                        let answer = await outcome(client, Requests.get("/\(index)"))
                        #expect(answer.body == "/\(index)")
                        order.append(index)
                        waits.append(answer.response?.poolWait ?? .zero)
                    }
                    #expect(order == [0, 1, 2, 3, 4, 5])
                    // A connect and an exchange cost a round trip of 100 us each; the handler 100 ms.
                    let first = TimeSpan.microseconds(100_200)
                    let second = TimeSpan.microseconds(200_300)
                    #expect(waits == [.zero, .zero, first, first, second, second])
                    #expect(client.counters.waits == 4)
                    #expect(client.counters.waited == (first + second) * 2)
                    #expect(server.counters.connections == 2)
                    #expect(client.openConnections == 2)
                }
            }
        }
    }

    @Test func `a wait in vain is a wait too`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: PoolTests.slow(loop)) { _, address in
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    await loop.together(2) { index in
                        let answer = await outcome(
                            client, Requests.get(), within: .milliseconds(index == 0 ? 500 : 30))
                        if index == 1 {
                            #expect(answer.error?.cause == .poolTimedOut)
                            #expect(answer.error?.mayHaveBeenSent == false)
                            #expect(client.waitingRequests == 0)
                        }
                    }
                    #expect(client.counters.waits == 1)
                    #expect(client.counters.waited == .milliseconds(30))
                }
            }
        }
    }

    @Test func `the queue is bounded, and those who have left it take no place`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: PoolTests.slow(loop)) { _, address in
                let change = { (configuration: inout ClientConfiguration) in
                    configuration.connectionsMax = 1
                    configuration.waitingMax = 3
                }
                try await calling(address, on: loop, change) { client in
                    let busy = loop.start { #expect(await outcome(client, Requests.get()).response != nil) }
                    // One stays at the head of the queue, two leave it early.
                    let patient = loop.start { #expect(await outcome(client, Requests.get()).response != nil) }
                    await loop.together(2) { _ in
                        #expect(
                            await outcome(client, Requests.get(), within: .milliseconds(10)).error?.cause
                                == .poolTimedOut)
                    }
                    #expect(client.waitingRequests == 1)
                    var refused = 0
                    await loop.together(3) { _ in
                        let error = await outcome(client, Requests.post("/", "x")).error
                        if let error {
                            #expect(error.cause == .poolQueueFull(3))
                            #expect(!error.mayHaveBeenSent)
                            refused += 1
                        }
                    }
                    #expect(refused == 1)
                    #expect(client.counters.waitsRefused == 1)
                    await busy.join()
                    await patient.join()
                }
            }
        }
    }

    /// Those without a task stand in the same line as those with one.
    @Test func `who stands in line without a task has its turn in order, and once`() throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: PoolTests.slow(loop)) { server, address in
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    #expect(!client.isFull)
                    var order: [String] = []
                    let busy = loop.start { order.append(await outcome(client, Requests.get("/busy")).body ?? "") }
                    #expect(client.isFull)
                    var tasks: [SpawnedTask] = []
                    let standInLine = { (path: String, wait: TimeSpan, isWanted: Bool) in
                        client.standInLine(until: loop.now + wait) { turn in
                            guard isWanted else { return client.giveBack(turn) }
                            tasks.append(
                                loop.spawn {
                                    do throws(HTTPClientError) {
                                        let answer = try await client.send(
                                            Requests.get(path), in: turn, until: loop.now + .seconds(1))
                                        order.append(answer.bodyText)
                                    } catch {
                                        order.append("\(path) \(turn.isRefused) \(error.cause == .poolTimedOut)")
                                    }
                                })
                        }
                    }
                    standInLine("/1", .seconds(1), true)
                    let second = loop.start { order.append(await outcome(client, Requests.get("/2")).body ?? "") }
                    standInLine("/unwanted", .seconds(1), false)
                    standInLine("/hasty", .milliseconds(30), true)
                    standInLine("/3", .seconds(1), true)
                    #expect(client.waitingRequests == 5)
                    await busy.join()
                    await second.join()
                    while order.count < 5 { try await loop.sleep(for: .milliseconds(10)) }
                    #expect(order == ["/hasty true true", "/busy", "/1", "/2", "/3"])
                    for task in tasks { await task.join() }
                    #expect(client.waitingRequests == 0 && client.openConnections == 1)
                    #expect(client.counters.waits == 5 && client.counters.requests == 5)
                    #expect(server.counters.connections == 1)
                }
            }
        }
    }

    /// The connection that all wait for breaks, so those in line have leave to open one; the last finds the client closed.
    @Test func `leave to open a connection is a turn too, and so is the client's end`() throws {
        try World.simulated.run { loop in
            let script = { (peer: RawPeer, number: Int) async throws in
                _ = await peer.receive(through: "\r\n\r\n")
                try await loop.sleep(for: .milliseconds(1))
                peer.reset()
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    var causes: [HTTPClientError.Cause] = []
                    var tasks = [loop.start { _ = await outcome(client, Requests.post("/", "x")) }]
                    for index in 0..<3 {
                        client.standInLine(until: loop.now + .seconds(9)) { turn in
                            if index == 0 { return client.giveBack(turn) }
                            tasks.append(
                                loop.spawn {
                                    do throws(HTTPClientError) {
                                        _ = try await client.send(
                                            Requests.post("/", "x"), in: turn, until: loop.now + .seconds(1))
                                    } catch {
                                        causes.append(error.cause)
                                    }
                                })
                            if index == 1 { client.close() }
                        }
                    }
                    while causes.count < 2 { try await loop.sleep(for: .milliseconds(1)) }
                    #expect(causes == [.closed, .closed])
                    for task in tasks { await task.join() }
                    #expect(client.openConnections == 0 && client.waitingRequests == 0)
                }
            }
        }
    }

    /// The place of a broken connection is given to who waits, and to nobody else.
    @Test(arguments: seeds) func `the cap holds when connections break while others wait`(seed: UInt64) throws {
        try World.simulated.run(seed: seed) { loop in
            var open = 0
            var most = 0
            let script = { (peer: RawPeer, number: Int) async throws in
                open += 1
                most = max(most, open)
                _ = await peer.receive(through: "\r\n\r\n")
                try await loop.sleep(for: .milliseconds(1))
                open -= 1
                peer.reset()
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, { $0.connectionsMax = 3 }) { client in
                    await loop.together(40) { index in
                        // A newcomer at the very instant at which a place becomes free.
                        var answer = await outcome(client, Requests.post("/\(index)", "x"))
                        #expect(client.openConnections <= 3, "seed \(seed)")
                        answer = await outcome(client, Requests.post("/\(index)", "x"))
                        #expect(answer.error?.mayHaveBeenSent == true)
                        #expect(client.openConnections <= 3, "seed \(seed)")
                    }
                }
            }
            #expect(most <= 3, "seed \(seed)")
        }
    }

    @Test func `a connection that ends behind its answer does not strand who waits`() throws {
        try World.simulated.run { loop in
            let script = { (peer: RawPeer, number: Int) async throws in
                _ = await peer.receive(through: "\r\n\r\n")
                // Says that it keeps the connection, and ends it with the same segment.
                try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                try await peer.finish()
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, { $0.connectionsMax = 1 }) { client in
                    let began = loop.now
                    await loop.together(5) { index in
                        #expect(await outcome(client, Requests.post("/\(index)", "x")).response?.status == 200)
                    }
                    #expect(loop.now - began < .milliseconds(10))
                }
            }
        }
    }

    /// Its deadline passes at the very instant at which it would have had its turn.
    @Test(arguments: [1, 4]) func `a waiter that leaves as it is called takes no connection with it`(
        depth: Int
    ) throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: PoolTests.slow(loop)) { _, address in
                let change = { (configuration: inout ClientConfiguration) in
                    configuration.connectionsMax = 1
                    configuration.pipelineDepth = depth
                }
                try await calling(address, on: loop, change) { client in
                    for offset in -20...20 {
                        await loop.together(depth + 1) { index in
                            let span = TimeSpan.microseconds(
                                index < depth ? 2_000_000 : 100_200 + Int64(offset) * 10)
                            _ = await outcome(client, Requests.get("/\(index)"), within: span)
                        }
                        let after = await outcome(client, Requests.get("/after"), within: .seconds(2))
                        #expect(after.body == "/after", "offset \(offset)")
                        #expect(client.waitingRequests == 0)
                    }
                }
            }
        }
    }

    @Test(arguments: World.allCases) func `a connection is used again, the last one first`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { server, address in
                try await calling(address, on: loop) { client in
                    var firsts = 0
                    for index in 0..<10 {
                        let answer = await outcome(client, Requests.get("/\(index)"))
                        #expect(answer.body == "/\(index)")
                        if answer.response?.isFirstOnConnection == true { firsts += 1 }
                    }
                    #expect(firsts == 1)
                    #expect(server.counters.connections == 1)
                }
            }
        }
    }

    @Test(arguments: World.allCases, ["", "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n"])
    func `a kept connection that ended or spoke unasked is not used again`(world: World, unasked: String) throws {
        try world.run { loop in
            let script = { (peer: RawPeer, number: Int) async throws in
                _ = await peer.receive(through: "\r\n\r\n")
                try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\(number)")
                if number == 0 {
                    try await loop.sleep(for: .milliseconds(5))
                    if unasked.isEmpty { return }
                    try await peer.send(unasked)
                }
                await peer.receiveAll()
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop) { client in
                    #expect(await outcome(client, Requests.post("/", "a")).body == "0")
                    try await loop.sleep(for: .milliseconds(30))
                    #expect(await outcome(client, Requests.post("/", "b")).body == "1")
                    #expect(client.counters.connectionsStale == 1)
                    #expect(client.counters.connectionsOpened == 2)
                    #expect(client.counters.requestsRepeated == 0)
                }
            }
        }
    }

    enum Goodbye: CaseIterable { case end, reset }

    /// The peer's end crosses the request on its way.
    @Test(arguments: World.allCases, Goodbye.allCases)
    func `what crossed the end of a kept connection is repeated once if that is harmless`(
        world: World, goodbye: Goodbye
    ) throws {
        try world.run { loop in
            var posts = 0
            let script = { (peer: RawPeer, number: Int) async throws in
                while true {
                    let head = await peer.receive(through: "\r\n\r\n")
                    if head.isEmpty { return }
                    if head.hasPrefix("POST") { posts += 1 }
                    if !head.contains(" /first ") && number % 2 == 0 {
                        if goodbye == .reset { peer.reset() }
                        return
                    }
                    try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\(number)")
                }
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop) { client in
                    #expect(await outcome(client, Requests.get("/first")).body == "0")
                    let second = try await client.send(Requests.get("/second"), until: loop.now + .seconds(10))
                    #expect(second.bodyText == "1")
                    #expect(second.attempts == 2)
                    #expect(client.counters.requestsRepeated == 1)
                }
                try await calling(address, on: loop) { client in
                    #expect(await outcome(client, Requests.get("/first")).body == "2")
                    let error = await outcome(client, Requests.post("/second", "")).error
                    #expect(error?.cause == .endedBeforeResponse(isKept: true))
                    #expect(error?.mayHaveBeenSent == true)
                    #expect(posts == 1)
                    #expect(client.counters.requestsRepeated == 0)
                    #expect(await outcome(client, Requests.get("/third")).body == "3")
                }
                try await calling(address, on: loop, { $0.repeatsIdempotent = false }) { client in
                    #expect(await outcome(client, Requests.get("/first")).body == "4")
                    #expect(
                        await outcome(client, Requests.get("/second")).error?.cause
                            == .endedBeforeResponse(isKept: true))
                }
            }
        }
    }

    /// The repeat never left; what was sent before it stays sent.
    @Test(arguments: World.allCases) func `a repeat that comes nowhere leaves the outcome unknown`(world: World) throws
    {
        try world.run { loop in
            let listener = try loop.listen(on: .loopback())
            let accepting = loop.start {
                let peer = RawPeer(try await listener.accept())
                listener.close()
                _ = await peer.receive(through: "\r\n\r\n")
                try await peer.send("HTTP/1.1 204 No Content\r\n\r\n")
                #expect(await peer.receive(through: "\r\n\r\n").hasPrefix("PUT"))
                peer.close()
            }
            try await calling(listener.address, on: loop) { client in
                #expect(await outcome(client, Requests.get()).response?.status == 204)
                let error = await outcome(client, Requests.make(.put, "/")).error
                guard case .unreachable = error?.cause else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(error?.mayHaveBeenSent == true)
            }
            await accepting.join()
        }
    }

    @Test(arguments: World.allCases) func `a refused connection names address and cause`(world: World) throws {
        try world.run { loop in
            let listener = try loop.listen(on: .loopback())
            let address = listener.address
            listener.close()
            let client = HTTPClient(on: loop, to: HTTPOrigin(address))
            let error = await outcome(client, Requests.post("/", "x")).error
            #expect(
                error?.description
                    == "http://\(address): connect \(address): Connection refused (ECONNREFUSED)")
            #expect(error?.mayHaveBeenSent == false)
            #expect(client.openConnections == 0)
            #expect(client.counters.connectsFailed == 1)
            // And when somebody listens again, it works again.
            try await serving(on: loop, at: address) { _, _ in
                #expect(await outcome(client, Requests.get("/back")).body == "/back")
                client.close()
            }
        }
    }

    @Test func `waiters learn one after the other that nobody listens`() throws {
        try World.simulated.run { loop in
            let client = HTTPClient(
                on: loop, to: HTTPOrigin(.loopback(port: 9)),
                configuration: {
                    var configuration = ClientConfiguration()
                    configuration.connectionsMax = 2
                    return configuration
                }())
            await loop.together(20) { index in
                guard case .unreachable = await outcome(client, Requests.get("/\(index)")).error?.cause else {
                    Issue.record("request \(index)")
                    return
                }
            }
            #expect(client.openConnections == 0 && client.waitingRequests == 0)
            #expect(client.counters.connectsFailed == 20)
        }
    }

    @Test(arguments: [1, 4])
    func `closing ends what is under way and what waits, each with its cause`(depth: Int) throws {
        try World.simulated.run { loop in
            try await serving(on: loop, handler: PoolTests.slow(loop)) { server, address in
                let change = { (configuration: inout ClientConfiguration) in
                    configuration.connectionsMax = 2
                    configuration.pipelineDepth = depth
                }
                try await calling(address, on: loop, change) { client in
                    var sent = 0
                    let closing = loop.start {
                        try await loop.sleep(for: .milliseconds(20))
                        client.close()
                    }
                    await loop.together(depth * 2 + 3) { index in
                        let error = await outcome(client, Requests.post("/\(index)", "x")).error
                        #expect(error?.cause == .closed)
                        if error?.mayHaveBeenSent == true { sent += 1 }
                    }
                    await closing.join()
                    #expect(sent == depth * 2)
                    #expect(await outcome(client, Requests.get()).error?.cause == .closed)
                    #expect(client.openConnections == 0 && client.waitingRequests == 0)
                }
            }
        }
    }

    @Test(arguments: World.allCases) func `nothing stays behind a closed client and a drained server`(
        world: World
    ) throws {
        try world.run { loop in
            weak var gone: HTTPClient?
            weak var goneServer: HTTPServer?
            try await serving(on: loop) { server, address in
                goneServer = server
                try await calling(address, on: loop, { $0.connectionsMax = 8 }) { client in
                    gone = client
                    await loop.together(20) { index in
                        #expect(await outcome(client, Requests.get("/\(index)")).body == "/\(index)")
                    }
                }
            }
            try await loop.sleep(for: .milliseconds(2))
            #expect(gone == nil)
            #expect(goneServer == nil)
            #expect(loop.spawnedTaskCount == 1, "the scenario itself")
        }
    }

    /// In a process of its own: descriptors are the whole process's.
    @Test func `no descriptor stays open, whichever way connections end`() async {
        await #expect(processExitsWith: .success) {
            try World.live.run { loop in
                let before = openDescriptors()
                let script = { (peer: RawPeer, number: Int) async throws in
                    _ = await peer.receive(through: "\r\n\r\n")
                    switch number % 4 {
                    case 0: peer.reset()
                    case 1: try await peer.send("NONSENSE\r\n\r\n")
                    case 2: await peer.receiveAll(for: .milliseconds(50))
                    default: try await peer.send("HTTP/1.1 204 No Content\r\n\r\n")
                    }
                }
                try await scripting(on: loop, script) { address in
                    try await calling(address, on: loop, { $0.connectionsMax = 4 }) { client in
                        await loop.together(40) { index in
                            _ = await outcome(client, Requests.post("/\(index)", ""), within: .milliseconds(20))
                        }
                    }
                }
                try await serving(on: loop) { server, address in
                    let idle = try await RawPeer.connect(to: address, on: loop)
                    let half = try await RawPeer.connect(to: address, on: loop)
                    try await half.send("GET")
                    let reset = try await RawPeer.connect(to: address, on: loop)
                    reset.reset()
                    try await loop.sleep(for: .milliseconds(5))
                    idle.close()
                    half.close()
                }
                // The runtime opens a few of its own when it likes; a leak of ours would be ten at least.
                let isBack = try await loop.eventually { openDescriptors() <= before + 4 }
                precondition(isBack, "\(openDescriptors()) descriptors instead of \(before)")
            }
        }
    }
}
