import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

@Suite struct PipeliningTests {
    private static func one(_ configuration: inout ClientConfiguration) {
        configuration.connectionsMax = 1
        configuration.pipelineDepth = 8
    }

    /// Without the slash.
    private static func target(_ head: String) -> String {
        String(head.split(separator: " ").dropFirst().first?.dropFirst() ?? "")
    }

    @Test(arguments: World.allCases)
    func `requests of one turn leave with one write and are answered in order`(world: World) throws {
        try world.run { loop in
            var heads: [String] = []
            var arrivals = 0
            let script = { (peer: RawPeer, number: Int) async throws in
                for _ in 0..<8 {
                    heads.append(PipeliningTests.target(await peer.receive(through: "\r\n\r\n")))
                }
                arrivals = peer.arrivals
                for index in 0..<8 { try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\(index)") }
                await peer.receiveAll()
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, PipeliningTests.one) { client in
                    var bodies: [String?] = Array(repeating: nil, count: 8)
                    await loop.together(8) { index in
                        bodies[index] = await outcome(client, Requests.get("/\(index)")).body
                    }
                    #expect(bodies == (0..<8).map { "\($0)" })
                    #expect(heads == (0..<8).map { "\($0)" })
                    #expect(arrivals <= 2)
                    #expect(client.counters.connectionsOpened == 1)
                }
            }
        }
    }

    /// Those in line must not go one by one.
    @Test func `whoever waits gets all the room that a connection has`() throws {
        try World.simulated.run { loop in
            var most = 0
            var current = 0
            let script = { (peer: RawPeer, number: Int) async throws in
                while true {
                    let first = await peer.receive(through: "\r\n\r\n")
                    if first.isEmpty { return }
                    current = 1 + peer.text.occurrences(of: "\r\n\r\n")
                    most = max(most, current)
                    try await loop.sleep(for: .milliseconds(10))
                    try await peer.send("HTTP/1.1 204 No Content\r\n\r\n")
                }
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, PipeliningTests.one) { client in
                    await loop.together(40) { index in
                        #expect(await outcome(client, Requests.get("/\(index)")).response?.status == 204)
                    }
                }
            }
            #expect(most >= 7 && most <= 8)
        }
    }

    enum Failure: CaseIterable {
        case deadline, cancellation, malformed, reset, end
    }

    @Test(arguments: Failure.allCases)
    func `one that fails breaks those behind it, and those before have their answers`(failure: Failure) throws {
        try World.simulated.run { loop in
            let script = { (peer: RawPeer, number: Int) async throws in
                for index in 0..<8 {
                    let head = await peer.receive(through: "\r\n\r\n")
                    if head.isEmpty { return }
                    if index == 3, number == 0 {
                        try await loop.sleep(for: .milliseconds(10))
                        switch failure {
                        case .deadline, .cancellation: await peer.receiveAll()
                        case .malformed: try await peer.send("NONSENSE\r\n\r\n")
                        case .reset: peer.reset()
                        case .end: break
                        }
                        if failure != .malformed { return }
                    }
                    let name = PipeliningTests.target(head)
                    try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: \(name.count)\r\n\r\n\(name)")
                }
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, PipeliningTests.one) { client in
                    var third: SpawnedTask?
                    var found: [HTTPClientError.Cause?] = Array(repeating: nil, count: 6)
                    var tasks: [SpawnedTask] = []
                    for index in 0..<6 {
                        let task = loop.start {
                            let isShort = index == 3 && failure == .deadline
                            let answer = await outcome(
                                client, Requests.post("/\(index)", ""),
                                within: isShort ? .milliseconds(50) : .seconds(9))
                            found[index] = answer.error?.cause
                            if index < 3 { #expect(answer.body == "\(index)") }
                            if index > 3 { #expect(answer.error?.mayHaveBeenSent == true) }
                        }
                        tasks.append(task)
                        if index == 3 { third = task }
                    }
                    try await loop.sleep(for: .milliseconds(50))
                    if failure == .cancellation { third?.cancel() }
                    for task in tasks { await task.join() }
                    #expect(found[0] == nil && found[1] == nil && found[2] == nil)
                    switch failure {
                    case .deadline: #expect(found[3] == .timedOut)
                    case .cancellation: #expect(found[3] == .cancelled)
                    case .malformed: #expect(found[3] == .malformed(.badStatusLine))
                    case .reset, .end: #expect(found[3] == .endedBeforeResponse(isKept: true))
                    }
                    #expect(found[4] == .brokenByAnother && found[5] == .brokenByAnother)
                    #expect(loop.now.nanoseconds < 2_000_000_000, "nobody waited for a deadline in vain")
                    #expect(await outcome(client, Requests.get("/after")).body == "after")
                }
            }
        }
    }

    /// Repeating them would multiply the load of a stack that is going under.
    @Test func `requests that were sent and broken by another are not sent again`() throws {
        try World.simulated.run { loop in
            var requests = 0
            let script = { (peer: RawPeer, number: Int) async throws in
                for _ in 0..<4 {
                    if await peer.receive(through: "\r\n\r\n").isEmpty { return }
                    requests += 1
                }
                try await peer.send("nonsense\r\n\r\n")
                await peer.receiveAll()
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, PipeliningTests.one) { client in
                    var errors: [HTTPClientError?] = Array(repeating: nil, count: 4)
                    await loop.together(4) { index in
                        errors[index] = await outcome(client, Requests.get("/\(index)")).error
                    }
                    #expect(errors[0]?.cause == .malformed(.badStatusLine))
                    for error in errors.dropFirst() { #expect(error?.cause == .brokenByAnother) }
                    #expect(errors.allSatisfy { $0?.mayHaveBeenSent == true })
                    #expect(requests == 4)
                    #expect(client.counters.requestsRepeated == 0)
                }
            }
        }
    }

    /// A server that says too much must not answer a request that it has not seen.
    @Test func `an answer too many is not given to a request that comes later`() throws {
        try World.simulated.run { loop in
            let script = { (peer: RawPeer, number: Int) async throws in
                while true {
                    let head = await peer.receive(through: "\r\n\r\n")
                    if head.isEmpty { return }
                    let name = PipeliningTests.target(head)
                    let answer = "HTTP/1.1 200 OK\r\ncontent-length: \(name.count)\r\n\r\n\(name)"
                    try await peer.send(number == 0 ? answer + answer : answer)
                }
            }
            try await scripting(on: loop, script) { address in
                try await calling(address, on: loop, PipeliningTests.one) { client in
                    for index in 0..<5 {
                        #expect(await outcome(client, Requests.get("/\(index)")).body == "\(index)")
                    }
                    #expect(client.counters.connectionsOpened == 2)
                }
            }
        }
    }

    @Test(arguments: World.allCases) func `client and server pipeline together`(world: World) throws {
        try world.run { loop in
            try await serving(on: loop) { server, address in
                let change = { (configuration: inout ClientConfiguration) in
                    configuration.connectionsMax = 2
                    configuration.pipelineDepth = 16
                }
                try await calling(address, on: loop, change) { client in
                    await loop.together(200) { index in
                        for round in 0..<3 {
                            let body = "\(index)/\(round)"
                            #expect(await outcome(client, Requests.post("/", body)).body == body)
                        }
                    }
                    #expect(server.counters.requests == 600)
                    #expect(client.counters.connectionsOpened == 2)
                }
            }
        }
    }
}
