// Goal: everything that sessions of one configuration share: keys, trusted authorities, protocols, remembered sessions.
// Method: an SSL_CTX, made once from a TLSConfiguration and not changed after. The configuration is the value that
// crosses threads; each loop makes its own context from it, so nothing here needs a lock or is Sendable.
// Not here: descriptors and their events, which belong to the loop.

internal import COpenSSL

@safe
public final class TLSContext {
    let handle: OpaquePointer
    let isServer: Bool
    private let protocols: UnsafeMutablePointer<spillway_alpn_list>?
    private let verifiesHost: Bool
    private let remembers: Bool
    private var remembered = RememberedSessions()

    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        switch configuration {
        case .client(let client):
            isServer = false
            unsafe handle = try Self.makeHandle(isServer: false, versions: client.versions)
            unsafe protocols = nil
            verifiesHost = client.trust != .insecureWithoutVerification
            remembers = client.resumesSessions
            try configure(client)
        case .server(let server):
            isServer = true
            let wire = try Self.wireForm(server.applicationProtocols)
            unsafe handle = try Self.makeHandle(isServer: true, versions: server.versions)
            unsafe protocols = wire.isEmpty ? nil : spillway_alpn_list_new(wire, wire.count)
            verifiesHost = false
            remembers = false
            try configure(server)
        }
    }

    deinit {
        unsafe SSL_CTX_free(handle)
        unsafe spillway_alpn_list_free(protocols)
    }

    /// A session over a connected, non-blocking descriptor, which stays the caller's. A client verifies that the
    /// certificate is for `peer.host`; for a server, `peer` only names the client in messages.
    public func session(over descriptor: Int32, peer: TLSPeer) throws(TLSError) -> TLSSession {
        ERR_clear_error()
        guard let tls = unsafe spillway_tls_new(handle, descriptor, isServer) else {
            throw TLSError(operation: .configure, peer: peer, cause: .library(detail: takeErrorText()))
        }
        let session = unsafe TLSSession(tls, context: self, peer: peer)
        if !isServer {
            try session.expect(peer, verifiesHost: verifiesHost)
            if remembers { unsafe remembered[peer].map { unsafe session.resume($0) } }
        }
        return session
    }

    func remember(_ session: OpaquePointer, for peer: TLSPeer) {
        unsafe remembered[peer] = session
    }

    func forgetSession(for peer: TLSPeer) {
        unsafe remembered[peer] = nil
    }

    var remembersSessions: Bool { remembers }

    /// Of how many peers a client keeps a session to continue.
    public static let rememberedPeersLimit = RememberedSessions.limit
}

extension TLSContext {
    private static func makeHandle(isServer: Bool, versions: ClosedRange<TLSVersion>) throws(TLSError) -> OpaquePointer
    {
        ERR_clear_error()
        guard let handle = unsafe spillway_tls_context_new(isServer) else { throw configurationError() }
        guard
            unsafe spillway_tls_context_set_versions(
                handle, versions.lowerBound.rawValue, versions.upperBound.rawValue)
        else {
            unsafe SSL_CTX_free(handle)
            throw configurationError()
        }
        return unsafe handle
    }

    private static func configurationError() -> TLSError {
        TLSError(operation: .configure, peer: nil, cause: .library(detail: takeErrorText()))
    }

    private func configure(_ client: TLSClientConfiguration) throws(TLSError) {
        unsafe spillway_tls_context_set_verification(handle, verifiesHost, false)
        switch client.trust {
        case .systemAuthorities:
            guard unsafe SSL_CTX_set_default_verify_paths(handle) == 1 else { throw Self.configurationError() }
        case .authorities(let source):
            try trust(source)
        case .insecureWithoutVerification:
            break
        }
        if let identity = client.identity { try use(identity) }
        let wire = try Self.wireForm(client.applicationProtocols)
        // The one function of its family that returns 0 for success.
        if !wire.isEmpty, unsafe SSL_CTX_set_alpn_protos(handle, wire, UInt32(wire.count)) != 0 {
            throw Self.configurationError()
        }
        unsafe spillway_tls_context_set_tickets(handle, client.resumesSessions)
        verify(at: client.verificationInstant)
    }

    private func configure(_ server: TLSServerConfiguration) throws(TLSError) {
        try use(server.identity)
        switch server.clientCertificates {
        case .notRequested:
            unsafe spillway_tls_context_set_verification(handle, false, false)
        case .required(let authorities):
            unsafe spillway_tls_context_set_verification(handle, true, true)
            try accept(clientsOf: authorities)
        case .optional(let authorities):
            unsafe spillway_tls_context_set_verification(handle, true, false)
            try accept(clientsOf: authorities)
        }
        if let protocols = unsafe protocols { unsafe spillway_tls_context_select_protocol(handle, protocols) }
        unsafe spillway_tls_context_set_tickets(handle, server.issuesTickets)
        if let key = server.ticketKey, unsafe !spillway_tls_context_set_ticket_key(handle, key.bytes) {
            throw Self.configurationError()
        }
        verify(at: server.verificationInstant)
    }

    private func trust(_ source: PEMSource) throws(TLSError) {
        let store = unsafe SSL_CTX_get_cert_store(handle)
        unsafe try source.forEachCertificate { _, certificate in
            unsafe X509_STORE_add_cert(store, certificate) == 1
        }
    }

    /// Trusts the authorities and tells clients whose certificates are wanted.
    private func accept(clientsOf source: PEMSource) throws(TLSError) {
        try trust(source)
        unsafe try source.forEachCertificate { _, certificate in
            unsafe SSL_CTX_add_client_CA(handle, certificate) == 1
        }
    }

    private func use(_ identity: TLSIdentity) throws(TLSError) {
        unsafe try identity.certificateChain.forEachCertificate { index, certificate in
            index == 0
                ? unsafe SSL_CTX_use_certificate(handle, certificate) == 1
                : unsafe spillway_tls_context_add_chain_certificate(handle, certificate)
        }
        unsafe try identity.privateKey.withPrivateKey { key throws(TLSError) in
            guard unsafe SSL_CTX_use_PrivateKey(handle, key) == 1 else {
                throw identity.privateKey.unusable(detail: takeErrorText())
            }
        }
        guard unsafe SSL_CTX_check_private_key(handle) == 1 else {
            throw identity.privateKey.unusable(detail: "the key is not that of \(identity.certificateChain)")
        }
    }

    private func verify(at instant: CertificateInstant?) {
        guard let instant else { return }
        unsafe X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(handle), Int(instant.secondsSinceEpoch))
    }

    /// ALPN's list: each name behind a byte of its length.
    private static func wireForm(_ protocols: [String]) throws(TLSError) -> [UInt8] {
        var wire: [UInt8] = []
        for name in protocols {
            guard (1...255).contains(name.utf8.count) else {
                let detail = "'\(name)' is no ALPN name: one has 1 to 255 bytes"
                throw TLSError(operation: .configure, peer: nil, cause: .library(detail: detail))
            }
            wire.append(UInt8(name.utf8.count))
            wire.append(contentsOf: name.utf8)
        }
        return wire
    }
}
