import Cryptography
import CurlTransport
import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// HTTP/2 over TLS, against a server of a few frames.
@Suite struct HTTP2Tests {
    private static func playing(
        _ answer: HTTP2Peer.Answer, offering protocols: [String] = ["h2"], on loop: EventLoop,
        _ change: (inout ClientConfiguration) -> Void = { _ in },
        _ scenario: (CurlTransport, () -> [HTTP2Peer]) async throws -> Void
    ) async throws {
        var server = TestIdentity.bank.server
        server.applicationProtocols = protocols
        var peers: [HTTP2Peer] = []
        let script = { (raw: RawPeer, _: Int) async throws in
            let peer = HTTP2Peer(raw, answer)
            peers.append(peer)
            try await peer.serve()
        }
        try await scripting(on: loop, securedBy: try TLSContext(.server(server)), script) { address in
            var configuration = CurlConfiguration()
            configuration.offersHTTP2 = true
            change(&configuration.client)
            let origin = CurlOrigin(
                [address], hostName: "bank.example", port: address.port, security: TestIdentity.bank.client)
            let transport = try CurlTransport(on: loop, to: origin, configuration: configuration) { _ in true }
            try await scenario(transport) { peers }
            transport.close()
            #expect(transport.openConnections == 0)
        }
    }

    @Test func `requests share one connection, and their answers look like all others`() throws {
        try live { loop in
            try await HTTP2Tests.playing(.ok("paid"), on: loop) { transport, peers in
                await loop.together(8) { index in
                    for _ in 0..<3 {
                        let request = index % 2 == 0 ? Requests.get("/\(index)") : Requests.post("/", byteCount: 500)
                        let answer = await outcome(transport, request, on: loop)
                        #expect(answer.response?.status == 200, "\(answer)")
                        #expect(answer.body == "paid")
                        #expect(answer.response?.field("x") == "two")
                        #expect(answer.response?.attempts == 1)
                    }
                }
                #expect(peers().map(\.requests) == [24])
                #expect(transport.counters.connectionsOpened == 1)
            }
        }
    }

    @Test func `no answer has a length over the bound`() throws {
        try live { loop in
            let text = String(repeating: "x", count: 4097)
            try await HTTP2Tests.playing(.ok(text), on: loop, { $0.wire.bodyBytes = 4096 }) { transport, _ in
                let error = await outcome(transport, Requests.get(), on: loop).error
                #expect(error?.cause == .malformed(.bodyTooLarge))
            }
        }
    }

    /// libcurl would send both again by itself. The server says that it has done nothing with the request, and the
    /// transport does not take its word for a payment.
    @Test(arguments: [Method.post, .get]) func `a refused stream is repeated only where that means the same`(
        method: Method
    ) throws {
        try live { loop in
            try await HTTP2Tests.playing(.refusedStream, on: loop) { transport, peers in
                let error = await outcome(transport, Requests.make(method, "/"), on: loop).error
                #expect(error?.mayHaveBeenSent == true, "\(String(describing: error))")
                #expect(peers().map(\.requests).reduce(0, +) == (method == .get ? 2 : 1))
            }
        }
    }

    @Test func `a connection that ends under a payment leaves it unknown`() throws {
        try live { loop in
            try await HTTP2Tests.playing(.silence, on: loop) { transport, peers in
                let error = await outcome(transport, Requests.post("/", "x"), on: loop).error
                #expect(error?.mayHaveBeenSent == true, "\(String(describing: error))")
                #expect(peers().map(\.requests) == [1])
            }
        }
    }

    @Test func `a server without HTTP/2 is spoken to as before`() throws {
        try live { loop in
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            var identity = TestIdentity.bank.server
            identity.applicationProtocols = ["http/1.1"]
            let address = try server.listen(on: .loopback(), securedBy: try TLSContext(.server(identity)))
            var configuration = CurlConfiguration()
            configuration.offersHTTP2 = true
            let origin = CurlOrigin(
                [address], hostName: "bank.example", port: address.port, security: TestIdentity.bank.client)
            let transport = try CurlTransport(on: loop, to: origin, configuration: configuration) { _ in true }
            for _ in 0..<3 { #expect(await outcome(transport, Requests.post("/", "x"), on: loop).body == "x") }
            #expect(transport.counters.connectionsOpened == 1)
            transport.close()
            await server.drain(until: loop.now + .seconds(5))
        }
    }

    @Test func `a client certificate is shown to who asks for it`() throws {
        try live { loop in
            var identity = TestIdentity.bank.server
            identity.clientCertificates = .required(authorities: TestIdentity.bank.authority.certificate)
            let server = HTTPServer(on: loop, handler: Handlers.plain)
            let address = try server.listen(on: .loopback(), securedBy: try TLSContext(.server(identity)))
            var security = TestIdentity.bank.client
            for hasCertificate in [true, false] {
                security.identity =
                    hasCertificate
                    ? try TestIdentity.bank.authority.clientIdentity(
                        commonName: "drill", validity: TestIdentity.validity) : nil
                let origin = CurlOrigin(
                    [address], hostName: "bank.example", port: address.port, security: security)
                let transport = try CurlTransport(on: loop, to: origin) { _ in true }
                let found = await outcome(transport, Requests.post("/", "x"), on: loop)
                #expect((found.body == "x") == hasCertificate, "\(found)")
                transport.close()
            }
            await server.drain(until: loop.now + .seconds(5))
            #expect(server.counters.requests == 1)
        }
    }
}
