import EventLoop
import Testing

/// What every stream does, whatever carries it.
@Suite struct StreamContractTests {
    @Test(arguments: Transport.allCases)
    func `bytes come back as they went`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            for message in [pattern(1), pattern(100), pattern(70_000)] {
                let echo = loop.attempt { () async throws(StreamError) in
                    try await server.write(try await server.read(exactly: message.count))
                }
                try await client.write(message)
                #expect(try await client.read(exactly: message.count) == message)
                #expect(await echo.outcome() == nil)
            }
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `large messages cross in both directions while both readers are slow`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let (request, answer) = (pattern(2 << 20), pattern(2 << 20, from: 9))
            let writes = [
                loop.attempt { () async throws(StreamError) in try await client.write(request) },
                loop.attempt { () async throws(StreamError) in try await server.write(answer) },
            ]
            func read(_ stream: any ByteStream, _ expected: [UInt8]) -> Attempt {
                loop.attempt { () async throws(StreamError) in
                    var bytes: [UInt8] = []
                    while bytes.count < expected.count {
                        try? await loop.sleep(for: .microseconds(100))
                        bytes += try await stream.readSome(until: loop.patience, room: 48 * 1024 + 7)
                    }
                    #expect(bytes == expected)
                }
            }
            let reads = [read(client, answer), read(server, request)]
            for attempt in writes + reads { #expect(await attempt.outcome() == nil) }
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a peer that has read the end still sends`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await client.write([1, 2, 3])
            try await client.finishWriting()
            #expect(try await server.readToEnd() == [1, 2, 3])
            try await server.write([4, 5])
            try await server.finishWriting()
            #expect(try await client.readToEnd() == [4, 5])
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `nothing can be written after the end of writing`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await client.finishWriting()
            #expect(await failure { () async throws(StreamError) in try await client.write([1]) } != nil)
            #expect(try await server.readToEnd() == [])
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `the end is read as often as it is asked for`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            client.close()
            for _ in 0..<3 { #expect(try await server.readSome(until: loop.patience) == []) }
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a closed peer's bytes are read before its end`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await client.write(pattern(50_000))
            client.close()
            try await loop.sleep(for: .milliseconds(1))
            #expect(try await server.readToEnd() == pattern(50_000))
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a small buffer gets the bytes piece by piece`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await client.write(pattern(100))
            #expect(try await server.read(exactly: 100, room: 7) == pattern(100))
            try await client.write(pattern(64))
            #expect(try await server.readSome(until: loop.patience, room: 64) == pattern(64))
            try await client.write([9])
            #expect(try await server.readSome(until: loop.patience, room: 64) == [9])
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `an idle wait ends when bytes come and takes none`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let waiting = loop.attempt { () async throws(StreamError) in
                try await server.waitReadable(until: loop.patience)
            }
            try await client.write([1, 2])
            #expect(await waiting.outcome() == nil)
            #expect(try await server.readSome(until: loop.patience) == [1, 2])
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a wait for bytes ends at once when a read has left some`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await client.write(pattern(100))
            #expect(try await server.read(exactly: 10) == Array(pattern(100)[..<10]))
            let waiting = await failure { () async throws(StreamError) in
                try await server.waitReadable(until: loop.after(.milliseconds(20)))
            }
            #expect(waiting == nil)
            #expect(try await server.read(exactly: 90) == Array(pattern(100)[10...]))
            client.close()
            server.close()
        }
    }

    // MARK: Deadlines and cancellation

    @Test(arguments: Transport.allCases)
    func `reading from a silent peer ends at the deadline`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let deadline = loop.after(.milliseconds(1))
            let error = await failure { () async throws(StreamError) in _ = try await client.readSome(until: deadline) }
            #expect(error == StreamError(.read, client.peer.description, .timedOut))
            #expect(loop.now >= deadline)
            // The connection is as good as before.
            try await server.write([1])
            #expect(try await client.readSome(until: loop.patience) == [1])
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `writing to a peer that does not read ends at the deadline`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let deadline = loop.after(.milliseconds(20))
            let error = await failure { () async throws(StreamError) in
                try await client.write(pattern(16 << 20), until: deadline)
            }
            #expect(error == StreamError(.write, client.peer.description, .timedOut))
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a cancelled reader stops waiting`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let reading = loop.attempt { () async throws(StreamError) in
                _ = try await client.readSome(until: .never)
            }
            await loop.settle()
            reading.task?.cancel()
            #expect(await reading.outcome()?.cause == .cancelled)
            try await server.write([1])
            #expect(try await client.readSome(until: loop.patience) == [1])
            client.close()
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a cancelled writer stops waiting`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let writing = loop.attempt { () async throws(StreamError) in
                try await client.write(pattern(16 << 20), until: .never)
            }
            try await loop.sleep(for: .milliseconds(2))
            writing.task?.cancel()
            #expect(await writing.outcome()?.cause == .cancelled)
            client.close()
            server.close()
        }
    }

    @Test(arguments: [Transport.tcp, .unix, .tls])
    func `a stream that always has bytes lets others run`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let (turns, isDone) = (Diary(), Diary())
            let others = loop.spawn {
                while isDone.lines.isEmpty {
                    turns.note("turn")
                    await Task.yield()
                }
            }
            try await client.write(pattern(16_000))
            try await loop.sleep(for: .milliseconds(1))
            let before = turns.lines.count
            #expect(try await server.read(exactly: 16_000, room: 10) == pattern(16_000))
            #expect(turns.lines.count - before >= 20)
            isDone.note("done")
            await others.join()
            client.close()
            server.close()
        }
    }

    @Test(arguments: [Transport.tcp, .tls])
    func `a stream that always takes bytes lets others run`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let (turns, isDone) = (Diary(), Diary())
            let others = loop.spawn {
                while isDone.lines.isEmpty {
                    turns.note("turn")
                    await Task.yield()
                }
            }
            for _ in 0..<300 { try await client.write([1, 2, 3]) }
            #expect(turns.lines.count >= 5)
            isDone.note("done")
            await others.join()
            client.close()
            server.close()
        }
    }

    @Test(arguments: [Transport.tcp, .unix, .tls])
    func `a stream that always has bytes ends at the deadline and by cancellation`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await client.write(pattern(16_000))
            try await loop.sleep(for: .milliseconds(1))
            let deadline = loop.now
            let late = await failure { () async throws(StreamError) in
                for _ in 0..<1_000 { _ = try await server.readSome(until: deadline, room: 10) }
            }
            #expect(late?.cause == .timedOut)
            let reading = loop.attempt { () async throws(StreamError) in
                for _ in 0..<1_000 { _ = try await server.readSome(until: .never, room: 10) }
            }
            reading.task?.cancel()
            #expect(await reading.outcome()?.cause == .cancelled)
            client.close()
            server.close()
        }
    }

    // MARK: Closing and resetting

    @Test(arguments: Transport.allCases)
    func `closing wakes who reads`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let reading = loop.attempt { () async throws(StreamError) in
                _ = try await client.readSome(until: .never)
            }
            let waiting = loop.attempt { () async throws(StreamError) in try await server.waitReadable(until: .never) }
            await loop.settle()
            client.close()
            server.reset()
            #expect(await reading.outcome() == StreamError(.read, client.peer.description, .closed))
            #expect(await waiting.outcome() == StreamError(.read, server.peer.description, .closed))
        }
    }

    @Test(arguments: Transport.allCases)
    func `closing wakes who writes`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let writing = loop.attempt { () async throws(StreamError) in
                try await client.write(pattern(16 << 20), until: .never)
            }
            try await loop.sleep(for: .milliseconds(2))
            client.close()
            #expect(await writing.outcome() == StreamError(.write, client.peer.description, .closed))
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a closed stream refuses every use and may be closed again`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            // Unread bytes do not make a closed stream readable.
            try await server.write([1])
            try await loop.sleep(for: .milliseconds(1))
            client.close()
            client.close()
            client.reset()
            let causes = [
                await failure { () async throws(StreamError) in _ = try await client.readSome(until: .never) },
                await failure { () async throws(StreamError) in try await client.waitReadable(until: .never) },
                await failure { () async throws(StreamError) in try await client.write([1]) },
                await failure { () async throws(StreamError) in try await client.write([]) },
                await failure { () async throws(StreamError) in try await client.finishWriting() },
            ].map { $0?.cause }
            #expect(causes == [.closed, .closed, .closed, .closed, .closed])
            #expect(client.hasUnexpectedInput)
            server.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `a reader whose stream is closed by a task that ran before it reads nothing`(transport: Transport) throws {
        try transport.run { loop in
            let (first, firstPeer) = try await transport.pair(on: loop)
            let (second, secondPeer) = try await transport.pair(on: loop)
            let victim = loop.attempt { () async throws(StreamError) in
                _ = try await second.readSome(until: .never)
            }
            let closer = loop.attempt { () async throws(StreamError) in
                _ = try await first.readSome(until: .never)
                second.close()
            }
            await loop.settle()
            // Both become readable in one turn; the victim's wake is in the queue when its stream goes.
            try await firstPeer.write([1])
            try await secondPeer.write([2])
            #expect(await closer.outcome() == nil)
            #expect(await victim.outcome()?.cause == .closed)
            for stream in [first, firstPeer, secondPeer] { stream.close() }
        }
    }

    @Test(arguments: Transport.allCases.filter { $0 != .unix })
    func `a reset is seen as one by the peer`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let reading = loop.attempt { () async throws(StreamError) in
                _ = try await client.readSome(until: loop.patience)
            }
            await loop.settle()
            server.reset()
            let seen = await reading.outcome()
            #expect(seen?.isReset == true, "\(String(describing: seen))")
            #expect(await failure { () async throws(StreamError) in try await client.write([1]) }?.isReset == true)
            client.close()
        }
    }

    @Test func `a UNIX socket knows no reset: its peer reads the end`() throws {
        try Transport.unix.run { loop in
            let (client, server) = try await Transport.unix.pair(on: loop)
            server.reset()
            #expect(try await client.readToEnd() == [])
            client.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `what arrived before a reset is read before it`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await server.write([1, 2, 3])
            try await loop.sleep(for: .milliseconds(2))
            // Closed with unread bytes, which every kernel answers with a reset.
            try await client.write([9])
            try await loop.sleep(for: .milliseconds(2))
            server.close()
            try await loop.sleep(for: .milliseconds(2))
            #expect(try await client.readSome(until: loop.patience) == [1, 2, 3])
            let error = await failure { () async throws(StreamError) in
                _ = try await client.readSome(until: loop.patience)
            }
            // TLS says its own end before the connection breaks.
            if transport != .tls { #expect(error?.isReset == true, "\(String(describing: error))") }
            client.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func `writing to a peer that has closed fails as a reset soon`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            server.close()
            var error: StreamError?
            for _ in 0..<100 where error == nil {
                error = await failure { () async throws(StreamError) in try await client.write([1]) }
                try await loop.sleep(for: .microseconds(100))
            }
            #expect(error?.isReset == true, "\(String(describing: error))")
            client.close()
        }
    }

    // MARK: Input nobody asked for

    @Test(arguments: Transport.allCases)
    func `an idle stream is quiet until its peer speaks or ends`(transport: Transport) throws {
        try transport.run { loop in
            for ends in [false, true] {
                let (client, server) = try await transport.pair(on: loop)
                // A TLS server's session ticket is not input.
                try await loop.sleep(for: .milliseconds(1))
                #expect(!client.hasUnexpectedInput)
                if ends { server.close() } else { try await server.write([7]) }
                try await loop.untilTrue { client.hasUnexpectedInput }
                #expect(client.hasUnexpectedInput)
                // Asking takes nothing away.
                #expect(try await client.readSome(until: loop.patience) == (ends ? [] : [7]))
                client.close()
                server.close()
            }
        }
    }

    @Test(arguments: Transport.allCases)
    func `a stream whose bytes filled the buffer exactly is quiet again`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            try await server.write(pattern(64))
            #expect(try await client.readSome(until: loop.patience, room: 64) == pattern(64))
            #expect(!client.hasUnexpectedInput)
            client.close()
            server.close()
        }
    }

    // MARK: Listening

    @Test(arguments: Transport.allCases.filter { $0 != .tls })
    func `closing a listener wakes who accepts`(transport: Transport) throws {
        try transport.run { loop in
            let listener = try loop.listen(on: transport.freeAddress)
            let accepting = loop.attempt { () async throws(StreamError) in _ = try await listener.accept() }
            await loop.settle()
            listener.close()
            listener.close()
            #expect(await accepting.outcome() == StreamError(.accept, listener.address.description, .closed))
            #expect(
                await failure { () async throws(StreamError) in _ = try await listener.accept() }?.cause == .closed)
        }
    }

    @Test(arguments: Transport.allCases.filter { $0 != .tls })
    func `an acceptor whose listener is closed by a task that ran before it accepts nothing`(
        transport: Transport
    ) throws {
        try transport.run { loop in
            let (first, second) = (
                try loop.listen(on: transport.freeAddress), try loop.listen(on: transport.freeAddress)
            )
            let victim = loop.attempt { () async throws(StreamError) in _ = try await second.accept() }
            let closer = loop.attempt { () async throws(StreamError) in
                try await first.accept().close()
                second.close()
            }
            await loop.settle()
            let clients = [first.address, second.address].map { address in
                loop.attempt { () async throws(StreamError) in
                    try await loop.connect(to: address, until: loop.patience).close()
                }
            }
            #expect(await closer.outcome() == nil)
            #expect(await victim.outcome()?.cause == .closed)
            for client in clients { _ = await client.outcome() }
            first.close()
        }
    }

    @Test(arguments: Transport.allCases.filter { $0 != .tls })
    func `a cancelled accept stops waiting`(transport: Transport) throws {
        try transport.run { loop in
            let listener = try loop.listen(on: transport.freeAddress)
            let accepting = loop.attempt { () async throws(StreamError) in _ = try await listener.accept() }
            await loop.settle()
            accepting.task?.cancel()
            #expect(await accepting.outcome()?.cause == .cancelled)
            listener.close()
        }
    }

    /// A place of bytes keeps its timer from wait to wait.
    @Test(arguments: Transport.allCases)
    func `a closed stream leaves no timer behind`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            let reading = loop.attempt { () async throws(StreamError) in
                _ = try await client.readSome(until: loop.after(.seconds(3_600)))
            }
            try await server.write([1])
            #expect(await reading.outcome() == nil)
            #expect(loop.armedTimerCount > 0)
            client.close()
            server.close()
            try await loop.sleep(for: .milliseconds(5))
            #expect(loop.armedTimerCount == 0)
        }
    }

    @Test(arguments: Transport.allCases)
    func `both ends name a peer`(transport: Transport) throws {
        try transport.run { loop in
            let (client, server) = try await transport.pair(on: loop)
            for stream in [client, server] {
                #expect(stream.peer.description != "unix:")
                if transport != .unix { #expect(stream.peer.port != 0) }
                #expect(stream.loop === loop)
                stream.close()
            }
        }
    }
}
