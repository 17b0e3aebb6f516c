import Cryptography
import Glibc
import Testing

@Suite struct TLSFailureTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func errors(
        client: TLSContext, server: TLSContext, host: String = "bank.example"
    ) throws -> (client: TLSError?, server: TLSError?) {
        try SessionPair(client: client, server: server, host: host).handshake()
    }

    @Test(arguments: TLSVersion.allCases)
    func `an expired certificate is refused with its date`(version: TLSVersion) throws {
        let errors = try errors(
            client: authority.client { $0.versions = version...version },
            server: authority.server(validity: TestAuthority.past))
        guard case .certificateExpired(let certificate) = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(certificate.validUntil == TestAuthority.past.until)
        #expect(
            errors.client?.description
                == "TLS handshake with bank.example:443 failed: its certificate expired at 2030-03-16T17:46:40Z "
                + "(CN=bank.example)")
        #expect(errors.server?.cause == .ownCertificateRefused(detail: "sslv3 alert certificate expired"))
    }

    @Test func `a certificate of the future is refused with its date`() throws {
        let errors = try errors(client: authority.client(), server: authority.server(validity: TestAuthority.future))
        guard case .certificateNotYetValid(let certificate) = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(certificate.validFrom == TestAuthority.future.from)
        #expect(errors.client?.description.contains("not valid before 2030-03-18T17:46:40Z") == true)
    }

    @Test(arguments: [
        ("other.example", ["bank.example"]), ("bank.example", ["other.example"]),
        ("a.b.bank.example", ["*.bank.example"]), ("bank.example", ["*.bank.example"]),
        ("branch.bank.example", ["b*.bank.example"]), ("192.0.2.8", ["192.0.2.7", "bank.example"]),
        ("::2", ["::1"]), ("192.0.2.7", ["bank.example"]), ("bank.example.evil.example", ["bank.example"]),
    ])
    func `a certificate for another host is refused with the names it is for`(host: String, names: [String]) throws {
        let errors = try errors(client: authority.client(), server: authority.server(for: names), host: host)
        guard case .hostNameMismatch(let wanted, let certificate) = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(wanted == host && certificate.names == names)
        let shown = names.map { "'\($0)'" }.joined(separator: ", ")
        #expect(errors.client?.description.hasSuffix("its certificate is for \(shown), not for '\(host)'") == true)
    }

    @Test func `a certificate of an unknown authority is refused with the authority's name`() throws {
        let stranger = try TestAuthority()
        let errors = try errors(client: authority.client(), server: stranger.server())
        guard case .unknownAuthority(let certificate) = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(certificate.issuer == "CN=Test authority")
        #expect(errors.server?.cause.isOwnCertificateRefused == true)
    }

    @Test func `the system's authorities do not know a certificate of our own`() throws {
        let errors = try errors(client: authority.client { $0.trust = .systemAuthorities }, server: authority.server())
        guard case .unknownAuthority = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
    }

    @Test func `a self-signed certificate is refused as such`() throws {
        let identity = try CertificateAuthority.selfSignedIdentity(
            for: ["bank.example"], validity: TestAuthority.current)
        let errors = try errors(client: authority.client(), server: authority.server(with: identity))
        guard case .selfSignedCertificate(let certificate) = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(certificate.subject == "CN=bank.example")
    }

    @Test func `a client's certificate does not serve a server`() throws {
        let identity = try authority.authority.clientIdentity(commonName: "merchant", validity: TestAuthority.current)
        let errors = try errors(client: authority.client(), server: authority.server(with: identity))
        guard case .certificateRefused(_, let detail) = errors.client?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(detail.contains("purpose"))
    }

    @Test func `a missing client certificate is named on both sides in TLS 1.2`() throws {
        let errors = try errors(
            client: authority.client { $0.versions = .v1_2 ... .v1_2 },
            server: authority.server { $0.clientCertificates = .required(authorities: authority.authority.certificate) }
        )
        #expect(errors.client?.cause == .clientCertificateRequired)
        #expect(errors.server?.cause == .clientCertificateRequired)
    }

    @Test func `a missing client certificate is named at the client's first read in TLS 1.3`() throws {
        let pair = try SessionPair(
            client: authority.client(),
            server: authority.server { $0.clientCertificates = .required(authorities: authority.authority.certificate) }
        )
        let errors = pair.handshake()
        #expect(errors.client == nil)
        #expect(errors.server?.cause == .clientCertificateRequired)
        let error = #expect(throws: TLSError.self) { try pair.client.read(upTo: 10) }
        #expect(error?.operation == .read && error?.cause == .clientCertificateRequired)
    }

    @Test func `a write that fails names the alert that the peer left behind`() throws {
        let pair = try SessionPair(
            client: authority.client(),
            server: authority.server { $0.clientCertificates = .required(authorities: authority.authority.certificate) }
        )
        _ = pair.handshake()
        pair.sockets.closeSecond()
        let error = #expect(throws: TLSError.self) { try pair.client.write([1]) }
        #expect(error?.operation == .write && error?.cause == .clientCertificateRequired)
    }

    @Test(arguments: [TestAuthority.past, TestAuthority.future])
    func `a client certificate outside its time is refused`(validity: CertificateValidity) throws {
        let identity = try authority.authority.clientIdentity(commonName: "merchant", validity: validity)
        let errors = try errors(
            client: authority.client { $0.identity = identity },
            server: authority.server { $0.clientCertificates = .required(authorities: authority.authority.certificate) }
        )
        let certificate = try #require(errors.server?.cause.certificate)
        #expect(certificate.validFrom == validity.from && certificate.subject == "CN=merchant")
    }

    @Test(arguments: [true, false])
    func `a client certificate of another authority is refused, required or not`(isRequired: Bool) throws {
        let stranger = try TestAuthority()
        let identity = try stranger.authority.clientIdentity(commonName: "merchant", validity: TestAuthority.current)
        let trusted = authority.authority.certificate
        let errors = try errors(
            client: authority.client { $0.identity = identity },
            server: authority.server {
                $0.clientCertificates =
                    isRequired ? .required(authorities: trusted) : .optional(authorities: trusted)
            })
        guard case .unknownAuthority = errors.server?.cause else {
            Issue.record("\(errors)")
            return
        }
    }

    @Test(arguments: [(TLSVersion.v1_2, TLSVersion.v1_3), (.v1_3, .v1_2)])
    func `sides without a common version say so`(client: TLSVersion, server: TLSVersion) throws {
        let errors = try errors(
            client: authority.client { $0.versions = client...client },
            server: authority.server { $0.versions = server...server })
        #expect(errors.client?.cause == .noSharedVersion)
        #expect(errors.server?.cause == .noSharedVersion)
    }

    @Test func `sides without a common application protocol say so`() throws {
        let errors = try errors(
            client: authority.client { $0.applicationProtocols = ["h2"] },
            server: authority.server { $0.applicationProtocols = ["http/1.1"] })
        #expect(errors.client?.cause == .noSharedApplicationProtocol)
        #expect(errors.server?.cause == .noSharedApplicationProtocol)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "+OK ready\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0\0\0\0\0\0",
    ])
    func `a server that answers in plain text does not speak TLS`(answer: String) throws {
        let sockets = SocketPair()
        let session = try authority.client().session(over: sockets.first, peer: TLSPeer(host: "bank.example", port: 80))
        #expect(try session.handshake() == .wantsRead)
        sockets.second.send(Array(answer.utf8))
        let error = #expect(throws: TLSError.self) { try session.handshake() }
        #expect(
            error?.description
                == "TLS handshake with bank.example:80 failed: the peer does not speak TLS on this port")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "POST /pay HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n", "hello, hello",
    ])
    func `a client that asks in plain text does not speak TLS`(request: String) throws {
        let sockets = SocketPair()
        let session = try authority.server().session(over: sockets.first, peer: TLSPeer(host: "client"))
        sockets.second.send(Array(request.utf8))
        let error = #expect(throws: TLSError.self) { try session.handshake() }
        #expect(error?.cause == .peerDoesNotSpeakTLS)
    }

    @Test func `a connection that ends within the handshake is truncated`() throws {
        let sockets = SocketPair()
        let session = try authority.server().session(over: sockets.first, peer: TLSPeer(host: "client"))
        sockets.closeSecond()
        let error = #expect(throws: TLSError.self) { try session.handshake() }
        #expect(error?.operation == .handshake && error?.cause == .truncated)
    }

    @Test func `a client's greeting that stops at any byte is waited for, then truncated`() throws {
        let hello = try SocketPair().greeting(of: authority.client())
        let server = try authority.server()
        for count in 0..<hello.count {
            let sockets = SocketPair()
            let session = try server.session(over: sockets.first, peer: TLSPeer(host: "client"))
            sockets.second.send(Array(hello[..<count]))
            #expect(try session.handshake() == .wantsRead, "after \(count) bytes")
            shutdown(sockets.second, Int32(SHUT_WR))
            let error = #expect(throws: TLSError.self) { try session.handshake() }
            #expect(error?.cause == .truncated, "after \(count) bytes")
        }
    }

    @Test func `a connection that is reset within the handshake is named so`() throws {
        let sockets = SocketPair()
        let session = try authority.client().session(over: sockets.first, peer: TLSPeer(host: "bank.example"))
        #expect(try session.handshake() == .wantsRead)
        // Closing with unread bytes resets.
        sockets.closeSecond()
        let error = #expect(throws: TLSError.self) { try session.handshake() }
        #expect(error?.operation == .handshake && error?.cause == .connectionReset)
    }

    @Test func `writing to a peer that has gone is an error, not a signal`() throws {
        let pair = try SessionPair(client: authority.client(), server: authority.server())
        try pair.establish()
        pair.sockets.closeSecond()
        let error = #expect(throws: TLSError.self) { try pair.client.write([1]) }
        #expect(error?.operation == .write && error?.cause == .connectionReset)
    }

    @Test func `an operating error keeps the system's words`() throws {
        let session = try authority.client().session(over: -1, peer: TLSPeer(host: "bank.example"))
        let error = #expect(throws: TLSError.self) { try session.handshake() }
        #expect(error?.cause == .system(code: EBADF))
        #expect(error?.description == "TLS handshake with bank.example failed: Bad file descriptor")
    }

    @Test func `an alert of the peer is quoted`() throws {
        let sockets = SocketPair()
        let session = try authority.client().session(over: sockets.first, peer: TLSPeer(host: "bank.example"))
        #expect(try session.handshake() == .wantsRead)
        // A fatal alert 80, internal_error, in a TLS 1.2 record.
        sockets.second.send([21, 3, 3, 0, 2, 2, 80])
        let error = #expect(throws: TLSError.self) { try session.handshake() }
        #expect(error?.cause == .alert(detail: "tlsv1 alert internal error"))
    }

    @Test func `a failure leaves nothing behind for another session`() throws {
        let good = try SessionPair(client: authority.client(), server: authority.server())
        try good.establish()
        // Takes the ticket, whose handling would empty OpenSSL's queue of errors itself.
        #expect(try good.client.read(upTo: 10).outcome == .wantsRead)
        _ = try errors(client: authority.client(), server: authority.server(validity: TestAuthority.past))
        #expect(try good.client.read(upTo: 10).outcome == .wantsRead)
    }
}

extension SocketPair {
    /// The first bytes that a client sends.
    fileprivate func greeting(of client: TLSContext) throws -> [UInt8] {
        let session = try client.session(over: first, peer: TLSPeer(host: "bank.example"))
        #expect(try session.handshake() == .wantsRead)
        return second.receive()
    }
}

extension TLSError.Cause {
    fileprivate var isOwnCertificateRefused: Bool {
        if case .ownCertificateRefused = self { true } else { false }
    }

    fileprivate var certificate: CertificateSummary? {
        switch self {
        case .certificateExpired(let certificate), .certificateNotYetValid(let certificate): certificate
        default: nil
        }
    }
}
