import Testing

@testable import EventLoop

/// The simulated network does what its conditions say, to the nanosecond of virtual time.
@Suite struct SimulatedNetworkTests {
    private static let bank = Address.loopback(port: 443)

    /// A connection under these conditions, and a way to change them.
    private func connected(
        seed: UInt64 = 1, _ change: (inout NetworkConditions) -> Void = { _ in },
        _ body: @escaping (EventLoop, any ByteStream, any ByteStream) async throws -> Void
    ) throws {
        var conditions = NetworkConditions()
        change(&conditions)
        let loop = EventLoop.simulated(seed: seed, conditions: conditions)
        try loop.run {
            let listener = try loop.listen(on: Self.bank)
            let client = try await loop.connect(to: Self.bank, until: .never)
            let server = try await listener.accept()
            try await body(loop, client, server)
            client.close()
            server.close()
            listener.close()
        }
    }

    /// How long after its write the message arrives.
    private func transit(
        _ loop: EventLoop, _ from: any ByteStream, _ to: any ByteStream, _ message: [UInt8] = [1]
    ) async throws -> TimeSpan {
        let sentAt = loop.now
        try await from.write(message)
        #expect(try await to.read(exactly: message.count) == message)
        return loop.now - sentAt
    }

    @Test func `a connection stands after one round trip`() throws {
        var conditions = NetworkConditions()
        conditions.latency = .milliseconds(3) ... .milliseconds(3)
        let loop = EventLoop.simulated(seed: 1, conditions: conditions)
        try loop.run {
            let listener = try loop.listen(on: Self.bank)
            let began = loop.now
            let client = try await loop.connect(to: Self.bank, until: .never)
            #expect(loop.now - began == .milliseconds(6))
            client.close()
            listener.close()
        }
    }

    @Test func `a fixed latency is exact in both directions`() throws {
        try connected {
            $0.latency = .microseconds(750) ... .microseconds(750)
        } _: { loop, client, server async throws in
            #expect(try await transit(loop, client, server) == .microseconds(750))
            #expect(try await transit(loop, server, client) == .microseconds(750))
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `latencies fill their range and never leave it`(seed: UInt64) throws {
        try connected(seed: seed) {
            $0.latency = .milliseconds(1) ... .milliseconds(2)
        } _: { loop, client, server async throws in
            var spans: [TimeSpan] = []
            for _ in 0..<200 { spans.append(try await transit(loop, client, server)) }
            let (least, most) = (spans.min() ?? .zero, spans.max() ?? .zero)
            #expect(least >= .milliseconds(1) && least < .microseconds(1_100), "seed \(seed): \(least)")
            #expect(most <= .milliseconds(2) && most > .microseconds(1_900), "seed \(seed): \(most)")
        }
    }

    @Test func `a loss shows as a retransmission timeout that doubles`() throws {
        try connected {
            $0.latency = .milliseconds(1) ... .milliseconds(1)
            $0.retransmission = .milliseconds(200)
        } _: { loop, client, server async throws in
            // Only the messages are to be lost, not the connecting.
            var conditions = NetworkConditions()
            conditions.latency = .milliseconds(1) ... .milliseconds(1)
            conditions.loss = 0.5
            loop.simulation?.setConditions(conditions, at: Self.bank)
            var seen: Set<TimeSpan> = []
            for _ in 0..<200 { seen.insert(try await transit(loop, client, server)) }
            // 200, 200 + 400, 200 + 400 + 800, ... ms behind the latency.
            let possible = (0..<12).map { TimeSpan.milliseconds(1 + 200 * ((1 << $0) - 1)) }
            #expect(seen.isSubset(of: possible), "\(seen.sorted())")
            #expect(seen.isSuperset(of: possible.prefix(4)), "\(seen.sorted())")
        }
    }

    @Test func `a link that loses everything delays and does not hang`() throws {
        try connected { _ in
        } _: { loop, client, server async throws in
            var conditions = NetworkConditions()
            conditions.loss = 1
            loop.simulation?.setConditions(conditions, at: Self.bank)
            #expect(try await transit(loop, client, server) > .seconds(100))
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `late segments do not let later ones overtake them`(seed: UInt64) throws {
        try connected(seed: seed) {
            $0.latency = .microseconds(10) ... .milliseconds(5)
            $0.loss = 0.1
            $0.segment = 100
            $0.cutsAtRandom = true
        } _: { loop, client, server async throws in
            let message = pattern(20_000)
            let writing = loop.attempt { () async throws(StreamError) in
                var rest = message[...]
                while !rest.isEmpty {
                    try await client.write(Array(rest.prefix(333)))
                    rest = rest.dropFirst(333)
                }
            }
            var received: [UInt8] = []
            var sizes: Set<Int> = []
            while received.count < message.count {
                let piece = try await server.readSome(until: .never)
                sizes.insert(piece.count)
                received += piece
            }
            #expect(received == message, "seed \(seed)")
            #expect(sizes.count > 2, "seed \(seed): reads see arbitrary boundaries, not \(sizes.sorted())")
            #expect(await writing.outcome() == nil)
        }
    }

    @Test func `a segment is at most as long as allowed`() throws {
        try connected {
            $0.segment = 7
        } _: { loop, client, server async throws in
            try await client.write(pattern(21))
            #expect(try await server.readSome(until: .never, room: 100).count == 21)
            // Segments of equal latency arrive together; spread out they come one by one.
            var conditions = NetworkConditions()
            conditions.segment = 7
            conditions.latency = .microseconds(1) ... .milliseconds(9)
            loop.simulation?.setConditions(conditions, at: Self.bank)
            try await client.write(pattern(21))
            var sizes: [Int] = []
            while sizes.reduce(0, +) < 21 { sizes.append(try await server.readSome(until: .never).count) }
            #expect(sizes.allSatisfy { $0 % 7 == 0 }, "\(sizes)")
        }
    }

    @Test func `a slow reader stops the writer at the window`() throws {
        try connected {
            $0.window = 1_000
        } _: { loop, client, server async throws in
            let writing = loop.attempt { () async throws(StreamError) in
                try await client.write(pattern(2_500), until: .never)
            }
            let diary = Diary()
            let watching = loop.spawn {
                await writing.task?.join()
                diary.note("written")
            }
            try await loop.sleep(for: .seconds(1))
            #expect(try await server.read(exactly: 1_000) == pattern(1_000))
            try await loop.sleep(for: .seconds(1))
            #expect(diary.lines == [])
            #expect(try await server.read(exactly: 1_000) == Array(pattern(2_000)[1_000...]))
            try await loop.sleep(for: .seconds(1))
            #expect(diary.lines == ["written"])
            #expect(try await server.read(exactly: 500) == Array(pattern(2_500)[2_000...]))
            await watching.join()
        }
    }

    /// Nothing is left to be read by then, so no reader makes the room.
    @Test func `a window that was closed lets the writer go on when it opens`() throws {
        try connected {
            $0.window = 0
        } _: { loop, client, server async throws in
            let writing = loop.attempt { () async throws(StreamError) in
                try await client.write(pattern(100), until: loop.after(.seconds(60)))
            }
            try await loop.sleep(for: .seconds(1))
            let healedAt = loop.now
            loop.simulation?.setConditions(NetworkConditions(), at: Self.bank)
            #expect(await writing.outcome() == nil)
            #expect(loop.now == healedAt)
            #expect(try await server.read(exactly: 100) == pattern(100))
        }
    }

    /// A reader slower than the link keeps bytes unread; a link slower than the reader keeps them on their way.
    @Test(arguments: [200, 900] as [Int64])
    func `a connection that is never empty does not remember what it has carried`(latency: Int64) throws {
        try connected {
            $0.window = 10_000
            $0.segment = 500
            $0.latency = .microseconds(10) ... .microseconds(latency)
        } _: { loop, client, server in
            let writing = loop.attempt { () async throws(StreamError) in
                try await client.write(pattern(400_000), until: .never)
            }
            var most = 0
            var received = 0
            while received < 380_000 {
                // Slower than the writer, so that something is always on its way and something always unread.
                received += try await server.readSome(until: .never, room: 200).count
                if latency == 200 || received % 3 == 0 { try await loop.sleep(for: .microseconds(50)) }
                most = max(most, (server as? SimulatedStream)?.heldByteCount ?? .max)
            }
            #expect(most < 60_000)
            received += try await server.read(exactly: 400_000 - received).count
            #expect(await writing.outcome() == nil)
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `connections are reset as often as the conditions say`(seed: UInt64) throws {
        var conditions = NetworkConditions()
        conditions.reset = 0.3
        let loop = EventLoop.simulated(seed: seed, conditions: conditions)
        let resets = try loop.run {
            let listener = try loop.listen(on: Self.bank)
            var resets = 0
            for _ in 0..<300 {
                let client = try await loop.connect(to: Self.bank, until: .never)
                let server = try await listener.accept()
                try await client.write([1])
                let error = await failure { () async throws(StreamError) in _ = try await server.readSome(until: .never)
                }
                if error != nil {
                    resets += 1
                    #expect(error?.isReset == true)
                    // The connection broke for both.
                    let other = await failure { () async throws(StreamError) in
                        _ = try await client.readSome(until: .never)
                    }
                    #expect(other?.isReset == true, "\(String(describing: other))")
                }
                client.close()
                server.close()
            }
            listener.close()
            return resets
        }
        // Five standard deviations of a binomial distribution around 90.
        #expect((50...130).contains(resets), "seed \(seed): \(resets)")
    }

    @Test func `a reset wakes a peer that waits to write`() throws {
        try connected {
            $0.window = 100
        } _: { loop, client, server async throws in
            for endsByReset in [true, false] {
                let listener = try loop.listen(on: .loopback())
                let near = try await loop.connect(to: listener.address, until: .never)
                let far = try await listener.accept()
                let writing = loop.attempt { () async throws(StreamError) in
                    try await near.write(pattern(500), until: .never)
                }
                try await loop.sleep(for: .seconds(1))
                // Closing with unread bytes resets as well.
                if endsByReset { far.reset() } else { far.close() }
                let error = await writing.outcome()
                #expect(error?.isReset == true, "\(String(describing: error))")
                near.close()
                listener.close()
            }
        }
    }

    @Test func `nobody learns of a close before word of it could have come`() throws {
        try connected {
            $0.latency = .milliseconds(10) ... .milliseconds(10)
        } _: { loop, client, server async throws in
            let closedAt = loop.now
            server.close()
            // On its way to a peer that has gone: ten there, ten back.
            var error: StreamError?
            while error == nil {
                error = await failure { () async throws(StreamError) in try await client.write([1]) }
                if error == nil { try await loop.sleep(for: .milliseconds(1)) }
            }
            #expect(error?.isReset == true)
            #expect(loop.now - closedAt >= .milliseconds(20))
        }
    }

    @Test func `what is sent while the link is cut off arrives once it has healed`() throws {
        try connected { _ in
        } _: { loop, client, server async throws in
            var conditions = NetworkConditions()
            conditions.isCutOff = true
            loop.simulation?.setConditions(conditions, at: Self.bank)
            try await client.write([1, 2])
            let error = await failure { () async throws(StreamError) in
                _ = try await server.readSome(until: loop.after(.seconds(30)))
            }
            #expect(error?.cause == .timedOut)
            conditions.isCutOff = false
            loop.simulation?.setConditions(conditions, at: Self.bank)
            let healedAt = loop.now
            #expect(try await server.read(exactly: 2) == [1, 2])
            #expect(loop.now - healedAt <= conditions.retransmission)
            #expect(try await transit(loop, server, client) == .microseconds(50))
        }
    }

    @Test func `a connection attempt to a link that is cut off succeeds once it has healed`() throws {
        try connected { _ in
        } _: { loop, _, _ async throws in
            var conditions = NetworkConditions()
            conditions.isCutOff = true
            loop.simulation?.setConditions(conditions, at: Self.bank)
            let late = await failure { () async throws(StreamError) in
                _ = try await loop.connect(to: Self.bank, until: loop.after(.seconds(5)))
            }
            #expect(late == StreamError(.connect, Self.bank.description, .timedOut))
            let connecting = loop.attempt { () async throws(StreamError) in
                try await loop.connect(to: Self.bank, until: loop.after(.seconds(30))).close()
            }
            try await loop.sleep(for: .seconds(10))
            conditions.isCutOff = false
            loop.simulation?.setConditions(conditions, at: Self.bank)
            let healedAt = loop.now
            #expect(await connecting.outcome() == nil)
            #expect(loop.now - healedAt <= .milliseconds(300))
        }
    }

    @Test func `conditions changed at one address reach the connections that stand there and no others`() throws {
        try connected { _ in
        } _: { loop, client, server async throws in
            let other = try loop.listen(on: .loopback(port: 444))
            let near = try await loop.connect(to: other.address, until: .never)
            let far = try await other.accept()
            #expect(try await transit(loop, client, server) == .microseconds(50))
            var conditions = try #require(loop.simulation).conditions(at: Self.bank)
            conditions.latency = .milliseconds(400) ... .milliseconds(400)
            loop.simulation?.setConditions(conditions, at: Self.bank)
            #expect(try await transit(loop, client, server) == .milliseconds(400))
            #expect(try await transit(loop, server, client) == .milliseconds(400))
            #expect(try await transit(loop, near, far) == .microseconds(50))
            near.close()
            far.close()
            other.close()
        }
    }

    @Test func `a server that never answers costs exactly the deadline`() throws {
        try connected { _ in
        } _: { loop, client, server async throws in
            try await client.write([1])
            let deadline = loop.after(.seconds(5))
            let error = await failure { () async throws(StreamError) in _ = try await client.readSome(until: deadline) }
            #expect(error?.cause == .timedOut)
            #expect(loop.now == deadline)
        }
    }

    @Test func `ports that the network chooses are not those in use`() throws {
        try World.simulated.run { loop in
            // Every port of the range from which it chooses, but one.
            let free: UInt16 = 50_123
            var listeners: [any StreamListener] = []
            for port in 40_000...UInt16.max where port != free {
                listeners.append(try loop.listen(on: .loopback(port: port)))
            }
            let last = try loop.listen(on: .loopback())
            #expect(last.address.port == free)
            last.close()
            for listener in listeners { listener.close() }
        }
    }

    // MARK: Determinism

    /// A few connections under rough conditions, and the fingerprint of everything that happened.
    private func trace(seed: UInt64) throws -> (hash: UInt64, count: UInt64, end: Instant) {
        var conditions = NetworkConditions()
        conditions.latency = .microseconds(20) ... .milliseconds(3)
        conditions.loss = 0.05
        conditions.reset = 0.01
        conditions.segment = 500
        conditions.cutsAtRandom = true
        let loop = EventLoop.simulated(seed: seed, conditions: conditions)
        return try loop.run {
            let listener = try loop.listen(on: Self.bank)
            let tasks = (0..<8).map { number in
                loop.spawn {
                    guard let client = try? await loop.connect(to: Self.bank, until: loop.patience) else { return }
                    for _ in 0..<10 {
                        try? await client.write(pattern(700, from: number), until: loop.patience)
                        _ = try? await client.readSome(until: loop.after(.milliseconds(5)))
                    }
                    client.close()
                }
            }
            let serving = loop.spawn {
                var connections: [SpawnedTask] = []
                for _ in 0..<8 {
                    guard let server = try? await listener.accept() else { return }
                    connections.append(
                        loop.spawn {
                            while let bytes = try? await server.readSome(until: loop.patience), !bytes.isEmpty {
                                try? await server.write(bytes, until: loop.patience)
                            }
                            server.close()
                        })
                }
                for connection in connections { await connection.join() }
            }
            for task in tasks + [serving] { await task.join() }
            listener.close()
            let trace = loop.simulation?.trace ?? TraceHash()
            return (trace.value, trace.count, loop.now)
        }
    }

    @Test func `one seed is one story and another seed another`() throws {
        let first = try trace(seed: 1)
        #expect(first.count > 500)
        for _ in 0..<3 { #expect(try trace(seed: 1) == first) }
        let hashes = try Set((1...10).map { try trace(seed: $0).hash })
        #expect(hashes.count == 10)
    }

    @Test func `a change of one byte is another story`() {
        var (first, second) = (TraceHash(), TraceHash())
        first.mix(1 as UInt64)
        second.mix(2 as UInt64)
        #expect(first.value != second.value)
        second.mix(1 as UInt64)
        first.mix(2 as UInt64)
        #expect(first.value != second.value, "order counts")
        #expect(first.count == second.count)
    }
}
