import Cryptography
import EventLoop
import Testing

/// What TLS adds to a stream: who the peer is, what it speaks, and the ways a handshake fails.
@Suite struct TLSTests {
    /// Both outcomes of one handshake; the streams that came of it are closed after `use`.
    private func handshake(
        _ loop: EventLoop, _ security: TestSecurity, as host: String = TestSecurity.host,
        use: (any ByteStream, any ByteStream) async throws -> Void = { _, _ in }
    ) async throws -> (client: StreamError?, server: StreamError?, address: Address) {
        let listener = try loop.listen(on: .loopback())
        var (client, server): ((any ByteStream)?, (any ByteStream)?)
        let accepting = loop.attempt { () async throws(StreamError) in
            let accepted = try await listener.accept()
            server = try await loop.secure(accepted, by: security.server, until: loop.patience)
        }
        let clientError = await failure { () async throws(StreamError) in
            client = try await loop.connect(
                to: listener.address, securedBy: security.client, as: host, until: loop.patience)
        }
        let serverError = await accepting.outcome()
        if let client, let server { try await use(client, server) }
        client?.close()
        server?.close()
        listener.close()
        return (clientError, serverError, listener.address)
    }

    @Test func `an expired certificate is refused by name and date`() throws {
        try Transport.tls.run { loop in
            let (error, _, address) = try await handshake(loop, TestSecurity(validity: TestSecurity.past))
            #expect(
                error?.description == "handshake \(address): TLS handshake with bank.example:\(address.port) failed: "
                    + "its certificate expired at 2030-03-16T17:46:40Z (CN=bank.example)")
        }
    }

    @Test func `a certificate for another host is refused by both names`() throws {
        try Transport.tls.run { loop in
            let (error, _, address) = try await handshake(loop, TestSecurity(names: ["shop.example"]))
            #expect(
                error?.description == "handshake \(address): TLS handshake with bank.example:\(address.port) failed: "
                    + "its certificate is for 'shop.example', not for 'bank.example'")
        }
    }

    @Test func `an authority that nobody here trusts is refused`() throws {
        try Transport.tls.run { loop in
            let stranger = try TestSecurity()
            let security = try TestSecurity(client: { client, _ in
                client.trust = .authorities(stranger.authority.certificate)
            })
            let (error, _, _) = try await handshake(loop, security)
            guard case .tls(let cause) = error?.cause, case .unknownAuthority = cause.cause else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `both sides learn the protocol that ALPN chose`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity(
                client: { client, _ in client.applicationProtocols = ["h2", "http/1.1"] },
                server: { server, _ in server.applicationProtocols = ["http/1.1"] })
            let (_, _, _) = try await handshake(loop, security) { client, server in
                #expect(client.applicationProtocol == "http/1.1")
                #expect(server.applicationProtocol == "http/1.1")
            }
        }
    }

    @Test func `a client without the certificate that the server wants learns so`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity(server: { server, authority in
                server.clientCertificates = .required(authorities: authority.certificate)
            })
            let (_, error, _) = try await handshake(loop, security)
            guard case .tls(let cause) = error?.cause else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(cause.cause == .clientCertificateRequired)
        }
    }

    @Test func `a client shows its certificate and both sides speak`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity(
                client: { client, authority in
                    client.identity = try authority.clientIdentity(
                        commonName: "merchant 7", validity: TestSecurity.current)
                },
                server: { server, authority in
                    server.clientCertificates = .required(authorities: authority.certificate)
                })
            var heard: [UInt8] = []
            let (clientError, serverError, _) = try await handshake(loop, security) { client, server in
                try await client.write([1, 2])
                heard = try await server.readSome(until: loop.patience)
            }
            #expect(clientError == nil && serverError == nil)
            #expect(heard == [1, 2])
        }
    }

    @Test func `a peer that stalls in the handshake costs one deadline, on either side`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity()
            let listener = try loop.listen(on: .loopback())
            let silent = try await loop.connect(to: listener.address, until: loop.patience)
            let accepted = try await listener.accept()
            let deadline = loop.after(.milliseconds(2))
            let asServer = await failure { () async throws(StreamError) in
                _ = try await loop.secure(accepted, by: security.server, until: deadline)
            }
            #expect(asServer == StreamError(.handshake, accepted.peer.description, .timedOut))
            let asClient = await failure { () async throws(StreamError) in
                _ = try await loop.connect(
                    to: listener.address, securedBy: security.client, as: TestSecurity.host,
                    until: loop.after(.milliseconds(2)))
            }
            #expect(asClient == StreamError(.handshake, listener.address.description, .timedOut))
            // The failed handshake has closed its connection.
            #expect(try await silent.readToEnd() == [])
            silent.close()
            listener.close()
        }
    }

    @Test func `a peer that speaks plainly on a TLS port is told apart`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity()
            let listener = try loop.listen(on: .loopback())
            let plain = try await loop.connect(to: listener.address, until: loop.patience)
            let accepted = try await listener.accept()
            try await plain.write(Array("GET / HTTP/1.1\r\nHost: bank\r\n\r\n".utf8))
            let error = await failure { () async throws(StreamError) in
                _ = try await loop.secure(accepted, by: security.server, until: loop.patience)
            }
            guard case .tls(let cause) = error?.cause else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(cause.cause == .peerDoesNotSpeakTLS)
            plain.close()
            listener.close()
        }
    }

    @Test func `a socket closed under its handshake ends it`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity()
            let (closing, closingPeer) = try await Transport.tcp.pair(on: loop)
            let (plain, accepted) = try await Transport.tcp.pair(on: loop)
            let closer = loop.attempt { () async throws(StreamError) in
                _ = try await closing.readSome(until: loop.patience)
                accepted.close()
            }
            let securing = loop.attempt { () async throws(StreamError) in
                _ = try await loop.secure(accepted, by: security.server, until: loop.patience)
            }
            await loop.settle()
            // Both wake in one turn, the handshake second.
            try await closingPeer.write([1])
            try await plain.write([22, 3, 1])
            #expect(await closer.outcome() == nil)
            #expect(await securing.outcome() == StreamError(.handshake, accepted.peer.description, .closed))
            for stream in [closing, closingPeer, plain] { stream.close() }
        }
    }

    @Test func `a peer that leaves in the handshake ends it at once`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity()
            let listener = try loop.listen(on: .loopback())
            let leaving = try await loop.connect(to: listener.address, until: loop.patience)
            let accepted = try await listener.accept()
            leaving.close()
            let error = await failure { () async throws(StreamError) in
                _ = try await loop.secure(accepted, by: security.server, until: loop.patience)
            }
            guard case .tls(let cause) = error?.cause else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(cause.cause == .truncated)
            listener.close()
        }
    }

    @Test func `an end without TLS's closing message is not taken for an end`() throws {
        try Transport.tls.run { loop in
            let security = try TestSecurity()
            let listener = try loop.listen(on: .loopback())
            let relay = try loop.listen(on: .loopback())
            // A relay that drops the connection in the middle, as an attacker could.
            var relayed: [any ByteStream] = []
            func copy(from: any ByteStream, to: any ByteStream) {
                loop.spawn {
                    while let bytes = try? await from.readSome(until: loop.patience), !bytes.isEmpty {
                        try? await to.write(bytes)
                    }
                }
            }
            let relaying = loop.attempt { () async throws(StreamError) in
                let inner = try await relay.accept()
                let outer = try await loop.connect(to: listener.address, until: loop.patience)
                relayed = [inner, outer]
                copy(from: inner, to: outer)
                copy(from: outer, to: inner)
            }
            let accepting = loop.attempt { () async throws(StreamError) in
                let accepted = try await listener.accept()
                let stream = try await loop.secure(accepted, by: security.server, until: loop.patience)
                _ = try? await stream.readToEnd()
                stream.close()
            }
            let client = try await loop.connect(
                to: relay.address, securedBy: security.client, as: TestSecurity.host, until: loop.patience)
            for stream in relayed { stream.close() }
            let error = await failure { () async throws(StreamError) in _ = try await client.readToEnd() }
            #expect(error?.cause == .truncated || error?.isReset == true, "\(String(describing: error))")
            client.close()
            _ = await accepting.outcome()
            _ = await relaying.outcome()
            listener.close()
            relay.close()
        }
    }

    /// The kernel takes the first record and learns from the answer to it that nobody reads.
    @Test func `what left before a write broke is counted`() throws {
        try Transport.tls.run { loop in
            let (client, server) = try await Transport.tls.pair(on: loop)
            server.close()
            let sent = try client.writeNow(pattern(64 * 1024), from: 0)
            #expect(sent > 0 && sent < 64 * 1024)
            let error = await failure { () async throws(StreamError) in
                try await client.write(Array(pattern(64 * 1024)[sent...]), until: loop.patience)
            }
            #expect(error?.isReset == true, "\(String(describing: error))")
            client.close()
        }
    }

    @Test func `a simulated network says that it has no TLS`() throws {
        try Transport.simulated.run { loop in
            let security = try TestSecurity()
            let error = await failure { () async throws(StreamError) in
                _ = try await loop.connect(
                    to: .loopback(port: 443), securedBy: security.client, as: "bank.example", until: .never)
            }
            #expect(error?.description == "connect 127.0.0.1:443: TLS is not simulated; use a plain address")
        }
    }
}
