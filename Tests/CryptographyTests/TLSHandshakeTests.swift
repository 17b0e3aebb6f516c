import Cryptography
import Testing

@Suite struct TLSHandshakeTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test(arguments: TLSVersion.allCases)
    func `a handshake negotiates the version and data flows both ways`(version: TLSVersion) throws {
        let pair = try SessionPair(
            client: authority.client { $0.versions = version...version }, server: authority.server())
        try pair.establish()
        #expect(pair.client.version == version && pair.server.version == version)
        #expect(pair.client.cipher == pair.server.cipher && !pair.client.cipher.isEmpty)
        #expect(try pair.client.write(Array("ping".utf8)) == .bytes(4))
        #expect(try pair.server.read(upTo: 100).bytes == Array("ping".utf8))
        #expect(try pair.server.write(Array("pong".utf8)) == .bytes(4))
        #expect(try pair.client.read(upTo: 100).bytes == Array("pong".utf8))
        #expect(try pair.client.read(upTo: 100).outcome == .wantsRead)
    }

    @Test func `the client sees whose certificate the server showed`() throws {
        let server = try authority.server(for: ["bank.example", "*.bank.example", "192.0.2.7", "2001:db8::7"])
        let pair = try SessionPair(client: authority.client(), server: server)
        try pair.establish()
        let certificate = try #require(pair.client.peerCertificate)
        #expect(certificate.subject == "CN=bank.example")
        #expect(certificate.issuer == "CN=Test authority")
        #expect(certificate.names == ["bank.example", "*.bank.example", "192.0.2.7", "2001:db8::7"])
        #expect(certificate.validFrom == TestAuthority.current.from)
        #expect(certificate.validUntil == TestAuthority.current.until)
        #expect(pair.server.peerCertificate == nil)
    }

    @Test(arguments: [
        "bank.example", "BANK.example", "bank.example.", "api.bank.example", "192.0.2.7", "2001:db8::7",
        "[2001:db8:0::7]", "2001:db8::7%eth0",
    ])
    func `a certificate is good for each of its names`(host: String) throws {
        let server = try authority.server(for: ["bank.example", "*.bank.example", "192.0.2.7", "2001:db8::7"])
        let pair = try SessionPair(client: authority.client(), server: server, host: host)
        try pair.establish()
    }

    @Test(arguments: [
        ("bank.example", "bank.example"), ("BANK.example.", "bank.example"), ("192.0.2.7", nil), ("::1", nil),
        ("[::1]", nil),
    ])
    func `the server sees the name that the client wants, never an address`(host: String, expected: String?) throws {
        let server = try authority.server(for: ["bank.example", "192.0.2.7", "::1"])
        for version in TLSVersion.allCases {
            let pair = try SessionPair(
                client: authority.client { $0.versions = version...version }, server: server, host: host)
            try pair.establish()
            #expect(pair.server.requestedServerName == expected)
        }
    }

    @Test(arguments: [
        (["h2", "http/1.1"], ["h2", "http/1.1"], "h2"),
        (["http/1.1", "h2"], ["h2", "http/1.1"], "h2"),
        (["http/1.1"], ["h2", "http/1.1"], "http/1.1"),
        ([], ["h2"], nil),
        (["h2"], [], nil),
    ])
    func `the server's preference decides among the protocols that both know`(
        offered: [String], accepted: [String], chosen: String?
    ) throws {
        let pair = try SessionPair(
            client: authority.client { $0.applicationProtocols = offered },
            server: authority.server { $0.applicationProtocols = accepted })
        try pair.establish()
        #expect(pair.client.applicationProtocol == chosen)
        #expect(pair.server.applicationProtocol == chosen)
    }

    @Test(arguments: TLSVersion.allCases)
    func `a client shows its certificate to a server that requires one`(version: TLSVersion) throws {
        let identity = try authority.authority.clientIdentity(commonName: "merchant 7", validity: TestAuthority.current)
        let pair = try SessionPair(
            client: authority.client {
                $0.versions = version...version
                $0.identity = identity
            },
            server: authority.server { $0.clientCertificates = .required(authorities: authority.authority.certificate) }
        )
        try pair.establish()
        #expect(pair.server.peerCertificate?.subject == "CN=merchant 7")
    }

    @Test func `a client may come without a certificate where one is optional`() throws {
        let pair = try SessionPair(
            client: authority.client(),
            server: authority.server { $0.clientCertificates = .optional(authorities: authority.authority.certificate) }
        )
        try pair.establish()
        #expect(pair.server.peerCertificate == nil)
    }

    @Test func `a client that does without verification accepts anyone`() throws {
        let identity = try CertificateAuthority.selfSignedIdentity(for: ["other.example"], validity: TestAuthority.past)
        let pair = try SessionPair(
            client: authority.client { $0.trust = .insecureWithoutVerification },
            server: authority.server(with: identity))
        try pair.establish()
    }

    @Test func `a self-signed certificate is good once it is trusted itself`() throws {
        let identity = try CertificateAuthority.selfSignedIdentity(
            for: ["bank.example"], validity: TestAuthority.current)
        let pair = try SessionPair(
            client: authority.client { $0.trust = .authorities(identity.certificateChain) },
            server: authority.server(with: identity))
        try pair.establish()
    }

    @Test func `a handshake says what it waits for and completes over the smallest buffers`() throws {
        let pair = try SessionPair(client: authority.client(), server: authority.server(), bufferSize: 1)
        #expect(try pair.server.handshake() == .wantsRead)
        #expect(try pair.client.handshake() == .wantsRead)
        try pair.establish()
        #expect(try pair.client.handshake() == .done)
    }
}
