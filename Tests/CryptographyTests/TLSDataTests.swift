import Cryptography
import Glibc
import Testing

@Suite struct TLSDataTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func establishedPair(version: TLSVersion = .v1_3, bufferSize: Int32? = nil) throws -> SessionPair {
        let pair = try SessionPair(
            client: authority.client { $0.versions = version...version }, server: authority.server(),
            bufferSize: bufferSize)
        try pair.establish()
        return pair
    }

    @Test(arguments: TLSVersion.allCases)
    func `a megabyte crosses both ways at once through small socket buffers`(version: TLSVersion) throws {
        let pair = try establishedPair(version: version, bufferSize: 1)
        let up = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let down = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ 5) }
        var client = Transfer(sending: up)
        var server = Transfer(sending: down)
        // A round may move sealed bytes only, so progress shows in the end, not in each.
        for _ in 0..<10_000 where client.received.count < down.count || server.received.count < up.count {
            try client.advance(pair.client, reading: 7000)
            try server.advance(pair.server, reading: 50_000)
        }
        #expect(client.received == down && server.received == up)
        #expect(client.refusals > 0 && server.refusals > 0, "the transfer never met backpressure")
    }

    @Test func `a reader of single bytes gets every byte and pending says when to go on`() throws {
        let pair = try establishedPair()
        let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        // Two records, so that read-ahead takes both from the descriptor at once.
        #expect(try pair.client.write(Array(bytes[..<1000])) == .bytes(1000))
        #expect(try pair.client.write(Array(bytes[1000...])) == .bytes(2000))
        var received: [UInt8] = []
        repeat {
            received += try pair.server.read(upTo: 1).bytes
            #expect(pair.server.hasPending == (received.count < bytes.count), "after \(received.count) bytes")
        } while received.count < bytes.count
        #expect(received == bytes)
        #expect(try pair.server.read(upTo: 1).outcome == .wantsRead)
        #expect(!pair.server.hasPending)
    }

    @Test func `a record that arrives byte by byte is read when its last byte is there`() throws {
        let relay = SocketPair()
        let (client, server) = try relayed(relay)
        #expect(try client.write(Array("hello".utf8)) == .bytes(5))
        let record = relay.second.receive()
        for (index, byte) in record.enumerated() {
            #expect(try server.session.read(upTo: 100).outcome == .wantsRead, "before byte \(index)")
            server.feed.send([byte])
        }
        #expect(try server.session.read(upTo: 100).bytes == Array("hello".utf8))
    }

    @Test func `a record with any byte changed is refused`() throws {
        let length = try recordOfHello().count
        for index in 0..<length {
            let relay = SocketPair()
            let (client, server) = try relayed(relay)
            #expect(try client.write(Array("hello".utf8)) == .bytes(5))
            var record = relay.second.receive()
            record[index] ^= 1
            server.feed.send(record)
            server.sockets.closeSecond()
            do {
                // A changed length may leave the record incomplete at the end of the stream.
                let result = try server.session.read(upTo: 100)
                #expect(result.outcome == .closed(clean: false), "byte \(index)")
            } catch {
                #expect(error.operation == .read, "byte \(index)")
            }
        }
    }

    @Test func `close_notify ends the stream cleanly, after the data before it`() throws {
        let pair = try establishedPair()
        #expect(try pair.client.write(Array("bye".utf8)) == .bytes(3))
        #expect(try pair.client.shutdown() == .done)
        #expect(try pair.server.read(upTo: 100).bytes == Array("bye".utf8))
        #expect(try pair.server.read(upTo: 100).outcome == .closed(clean: true))
        #expect(try pair.server.read(upTo: 100).outcome == .closed(clean: true))
        // The other direction is still open.
        #expect(try pair.server.write(Array("late".utf8)) == .bytes(4))
        #expect(try pair.server.shutdown() == .done)
        #expect(try pair.client.read(upTo: 100).bytes == Array("late".utf8))
        #expect(try pair.client.read(upTo: 100).outcome == .closed(clean: true))
    }

    @Test(arguments: TLSVersion.allCases)
    func `an end without close_notify is not clean`(version: TLSVersion) throws {
        let pair = try establishedPair(version: version)
        #expect(try pair.server.write(Array("part".utf8)) == .bytes(4))
        pair.sockets.closeSecond()
        #expect(try pair.client.read(upTo: 100).bytes == Array("part".utf8))
        #expect(try pair.client.read(upTo: 100).outcome == .closed(clean: false))
        #expect(try pair.client.shutdown() == .done)
    }

    @Test func `writing after the own close is an error`() throws {
        let pair = try establishedPair()
        #expect(try pair.client.shutdown() == .done)
        let error = #expect(throws: TLSError.self) { try pair.client.write([1]) }
        #expect(error?.cause == .closed)
    }

    @Test func `closing before the handshake is done sends nothing`() throws {
        let pair = try SessionPair(client: authority.client(), server: authority.server())
        #expect(try pair.client.shutdown() == .done)
        #expect(pair.sockets.second.receive().isEmpty)
    }

    /// Fills the socket; how many records it took before it refused one.
    private func fill(_ pair: SessionPair, with record: [UInt8], upTo limit: Int = .max) throws -> Int {
        for count in 0..<limit {
            guard try pair.client.write(record) == .bytes(record.count) else { return count }
        }
        return limit
    }

    @Test func `a close waits where the socket is full`() throws {
        let record = [UInt8](repeating: 1, count: 1000)
        let room = try fill(establishedPair(bufferSize: 1), with: record)
        let pair = try establishedPair(bufferSize: 1)
        try #require(try fill(pair, with: record, upTo: room) == room)
        #expect(try pair.client.shutdown() == .wantsWrite)
        _ = try pair.server.read(upTo: 100_000)
        while try pair.client.shutdown() != .done { _ = try pair.server.read(upTo: 100_000) }
        var last = try pair.server.read(upTo: 100_000).outcome
        while case .bytes = last { last = try pair.server.read(upTo: 100_000).outcome }
        #expect(last == .closed(clean: true))
    }

    @Test func `a close after a write that was given up leaves the stream truncated`() throws {
        let pair = try establishedPair(bufferSize: 1)
        _ = try fill(pair, with: [UInt8](repeating: 1, count: 10_000))
        #expect(try pair.client.shutdown() == .done)
        shutdown(pair.sockets.first, Int32(SHUT_WR))
        var last = try pair.server.read(upTo: 100_000).outcome
        while case .bytes = last { last = try pair.server.read(upTo: 100_000).outcome }
        #expect(last == .closed(clean: false))
    }

    @Test func `an idle session gives its buffers back and goes on`() throws {
        let pair = try establishedPair()
        for round in 0..<3 {
            pair.client.releaseIdleBuffers()
            pair.server.releaseIdleBuffers()
            #expect(try pair.client.write(Array("round \(round)".utf8)) == .bytes(7))
            #expect(try pair.server.read(upTo: 3).bytes.count == 3)
            // Bytes are pending: nothing may be lost.
            pair.server.releaseIdleBuffers()
            #expect(try pair.server.read(upTo: 100).bytes.count == 4)
        }
    }

    @Test func `no data is nothing to write`() throws {
        let pair = try establishedPair()
        #expect(try pair.client.write([]) == .bytes(0))
        #expect(try pair.server.read(upTo: 10).outcome == .wantsRead)
    }

    // MARK: A wire that the test handles itself

    private struct Feed {
        let session: TLSSession
        let sockets: SocketPair
        var feed: Int32 { sockets.second }
    }

    /// A client whose bytes arrive at `relay.second`, and a server that gets what the test sends to its feed.
    private func relayed(_ relay: SocketPair) throws -> (client: TLSSession, server: Feed) {
        let peer = TLSPeer(host: "bank.example")
        let client = try authority.client().session(over: relay.first, peer: peer)
        let sockets = SocketPair()
        let server = try authority.server { $0.issuesTickets = false }.session(over: sockets.first, peer: peer)
        for _ in 0..<10 {
            let isDone = try (client.handshake() == .done, server.handshake() == .done)
            sockets.second.send(relay.second.receive())
            relay.second.send(sockets.second.receive())
            if isDone == (true, true) { break }
        }
        return (client, Feed(session: server, sockets: sockets))
    }

    private func recordOfHello() throws -> [UInt8] {
        let relay = SocketPair()
        let (client, _) = try relayed(relay)
        #expect(try client.write(Array("hello".utf8)) == .bytes(5))
        return relay.second.receive()
    }
}

/// One side of a transfer: what it has still to send, and what it got.
private struct Transfer {
    var unsent: ArraySlice<UInt8>
    var received: [UInt8] = []
    var refusals = 0

    init(sending bytes: [UInt8]) {
        unsent = bytes[...]
    }

    mutating func advance(_ session: TLSSession, reading limit: Int) throws(TLSError) {
        if !unsent.isEmpty {
            switch try session.write(Array(unsent.prefix(20_000))) {
            case .bytes(let count):
                unsent.removeFirst(count)
            case .wantsRead, .wantsWrite:
                refusals += 1
            }
        }
        received += try session.read(upTo: limit).bytes
    }
}
