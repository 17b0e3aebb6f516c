import Cryptography
import Testing

@Suite struct TLSConfigurationTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func cause(trusting source: PEMSource) -> TLSError.Cause? {
        #expect(throws: TLSError.self) { try authority.client { $0.trust = .authorities(source) } }?.cause
    }

    @Test func `a file that is missing is named with the system's reason`() {
        let cause = cause(trusting: .file(path: "/nowhere/authority.pem"))
        #expect(cause == .unusablePEM(source: "'/nowhere/authority.pem'", detail: "No such file or directory"))
    }

    @Test(arguments: ["", "no certificate at all"])
    func `a text without a certificate is refused`(text: String) {
        let source = PEMSource.text(text)
        #expect(cause(trusting: source) == .unusablePEM(source: "\(source)", detail: "it holds no certificate"))
    }

    @Test func `a key is no certificate`() throws {
        let identity = try authority.authority.serverIdentity(for: ["bank.example"], validity: TestAuthority.current)
        let source = identity.privateKey
        #expect(cause(trusting: source) == .unusablePEM(source: "\(source)", detail: "it holds no certificate"))
    }

    @Test func `a damaged certificate is refused`() {
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        guard case .unusablePEM = cause(trusting: .text(text)) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func `a good certificate does not hide a damaged one behind it`() throws {
        guard case .bytes(let good) = authority.authority.certificate else { return }
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        guard case .unusablePEM = cause(trusting: .bytes(good + Array(text.utf8))) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func `any of several trusted authorities may have issued the certificate`() throws {
        let other = try TestAuthority()
        guard case .bytes(let first) = authority.authority.certificate,
            case .bytes(let second) = other.authority.certificate
        else { return }
        let client = try authority.client { $0.trust = .authorities(.bytes(first + second)) }
        try SessionPair(client: client, server: authority.server()).establish()
        try SessionPair(client: client, server: other.server()).establish()
    }

    @Test func `a key that is not the certificate's is refused`() throws {
        let names = ["bank.example"]
        let one = try authority.authority.serverIdentity(for: names, validity: TestAuthority.current)
        let other = try authority.authority.serverIdentity(for: names, validity: TestAuthority.current)
        let mixed = TLSIdentity(certificateChain: one.certificateChain, privateKey: other.privateKey)
        let error = #expect(throws: TLSError.self) { try authority.server(with: mixed) }
        guard case .unusablePEM(_, let detail) = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(detail.contains("key"))
    }

    @Test func `a certificate in the place of a key is refused`() throws {
        let identity = try authority.authority.serverIdentity(for: ["bank.example"], validity: TestAuthority.current)
        let mixed = TLSIdentity(certificateChain: identity.certificateChain, privateKey: identity.certificateChain)
        let error = #expect(throws: TLSError.self) { try authority.server(with: mixed) }
        guard case .unusablePEM(_, "it holds no private key that can be read") = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a key under a passphrase is refused without asking anyone`() throws {
        let identity = try authority.authority.serverIdentity(for: ["bank.example"], validity: TestAuthority.current)
        // The header alone decides: what follows need not be a key.
        let text = """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            -----END RSA PRIVATE KEY-----

            """
        let sealed = TLSIdentity(certificateChain: identity.certificateChain, privateKey: .text(text))
        let error = #expect(throws: TLSError.self) { try authority.server(with: sealed) }
        guard case .unusablePEM(_, "its private key is protected by a passphrase") = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["", String(repeating: "x", count: 256)])
    func `a protocol name that ALPN cannot carry is refused`(name: String) {
        #expect(throws: TLSError.self) { try authority.client { $0.applicationProtocols = ["h2", name] } }
    }

    @Test(arguments: ["", "."])
    func `a client must know whom it expects`(host: String) throws {
        let sockets = SocketPair()
        let client = try authority.client()
        let error = #expect(throws: TLSError.self) {
            try client.session(over: sockets.first, peer: TLSPeer(host: host))
        }
        #expect(error?.cause == .unusableName(""))
    }

    @Test(arguments: ["", "a,DNS:evil.example", "a b", "a\n"])
    func `an authority signs for names only`(name: String) {
        let error = #expect(throws: TLSError.self) {
            try authority.authority.serverIdentity(for: [name], validity: TestAuthority.current)
        }
        #expect(error?.operation == .issueCertificate && error?.cause == .unusableName(name))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_709_251_199, "2024-02-29T23:59:59Z"), (1_709_251_200, "2024-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func `an instant is written as a date`(seconds: Int64, expected: String) {
        #expect(CertificateInstant(secondsSinceEpoch: seconds).description == expected)
    }

    @Test(arguments: [
        (TLSPeer(host: "bank.example", port: 443), "bank.example:443"), (TLSPeer(host: "bank.example"), "bank.example"),
        (TLSPeer(host: "::1", port: 443), "[::1]:443"), (TLSPeer(host: "[::1]", port: 443), "[::1]:443"),
    ])
    func `a peer is called by host and port`(peer: TLSPeer, expected: String) {
        #expect(peer.description == expected)
    }

    @Test func `the system's entropy fills any count`() {
        for count in [0, 1, 256, 257, 1000] { #expect(SystemEntropy().bytes(count).count == count) }
        let bytes = SystemEntropy().bytes(1000)
        // A part left at zero would show as a run.
        #expect(bytes.suffix(100).contains { $0 != 0 } && bytes[250..<300].contains { $0 != 0 })
        #expect(bytes != SystemEntropy().bytes(1000))
    }
}
