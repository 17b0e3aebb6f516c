// Goal: one TLS connection over a non-blocking descriptor, without an event loop.
// Method: every call does what it can do now and says what it waits for. OpenSSL reads and writes the descriptor itself
// (cheaper than memory BIOs by one copy and one call for each record), ahead of the record it parses, so one recv(2)
// fetches a record with its header and mostly the next ones too.
// Not here: waiting, deadlines, closing the descriptor.
//
// How to drive it:
//   - `wantsRead` and `wantsWrite` mean that the kernel has just refused; wait for that event, then call again.
//   - After a `read` that gave bytes, ask `hasPending` before waiting: no event will report what was read ahead.
//   - A `write` that did not take all bytes must be followed by a `write` of the rest, at the same or another address:
//     TLS has already sealed some of them.

internal import COpenSSL

@safe
public final class TLSSession {
    public enum Progress: Sendable, Hashable {
        case done
        case wantsRead
        case wantsWrite
    }

    public enum ReadOutcome: Sendable, Hashable {
        case bytes(Int)
        case wantsRead
        case wantsWrite
        /// No more bytes will come. Not clean: the stream ended without close_notify, so its end may be an attacker's.
        case closed(clean: Bool)
    }

    public enum WriteOutcome: Sendable, Hashable {
        case bytes(Int)
        case wantsRead
        case wantsWrite
    }

    public let peer: TLSPeer
    private let tls: UnsafeMutablePointer<spillway_tls>
    /// Kept for what the SSL_CTX's callbacks use, and for the sessions it remembers.
    private let context: TLSContext
    public private(set) var isEstablished = false
    private var hasFailed = false
    /// TLS has sealed bytes that the descriptor did not take.
    private var hasUnfinishedWrite = false
    /// A client of TLS 1.3 gets its ticket some time after the handshake.
    private var awaitsTicket: Bool

    init(_ tls: UnsafeMutablePointer<spillway_tls>, context: TLSContext, peer: TLSPeer) {
        unsafe self.tls = unsafe tls
        self.context = context
        self.peer = peer
        awaitsTicket = context.remembersSessions
    }

    deinit {
        // Without this, OpenSSL takes a connection that is dropped without close_notify for a broken one and spoils the
        // session that later connections would resume.
        if !hasFailed, isEstablished {
            unsafe SSL_set_shutdown(tls.pointee.ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        }
        unsafe spillway_tls_free(tls)
    }

    // MARK: The connection

    public func handshake() throws(TLSError) -> Progress {
        let outcome = unsafe spillway_tls_handshake(tls)
        switch outcome {
        case .done:
            if !isEstablished { noteEstablished() }
            return .done
        case .wantsRead:
            return .wantsRead
        case .wantsWrite:
            return .wantsWrite
        default:
            if !isEstablished, !context.isServer { context.forgetSession(for: peer) }
            throw failure(.handshake, outcome)
        }
    }

    public func read(into bytes: UnsafeMutableRawBufferPointer) throws(TLSError) -> ReadOutcome {
        precondition(isEstablished, "read before the handshake with \(peer) was done")
        precondition(unsafe !bytes.isEmpty, "read into an empty buffer")
        var count = 0
        let outcome = unsafe spillway_tls_read(tls, bytes.baseAddress, bytes.count, &count)
        switch outcome {
        case .done:
            if awaitsTicket { rememberSession() }
            return .bytes(count)
        case .wantsRead:
            return .wantsRead
        case .wantsWrite:
            return .wantsWrite
        case .closed:
            if awaitsTicket { rememberSession() }
            return .closed(clean: true)
        case .truncated:
            hasFailed = true
            return .closed(clean: false)
        default:
            throw failure(.read, outcome)
        }
    }

    public func read(into bytes: inout MutableRawSpan) throws(TLSError) -> ReadOutcome {
        try unsafe bytes.withUnsafeMutableBytes { bytes throws(TLSError) in try unsafe read(into: bytes) }
    }

    /// Takes at most one record's worth (16 KiB) of the bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) -> WriteOutcome {
        precondition(isEstablished, "write before the handshake with \(peer) was done")
        if unsafe bytes.isEmpty { return .bytes(0) }
        var count = 0
        let outcome = unsafe spillway_tls_write(tls, bytes.baseAddress, bytes.count, &count)
        switch outcome {
        case .done:
            hasUnfinishedWrite = false
            return .bytes(count)
        case .wantsRead:
            hasUnfinishedWrite = true
            return .wantsRead
        case .wantsWrite:
            hasUnfinishedWrite = true
            return .wantsWrite
        default:
            throw failure(.write, outcome)
        }
    }

    public func write(_ bytes: RawSpan) throws(TLSError) -> WriteOutcome {
        try unsafe bytes.withUnsafeBytes { bytes throws(TLSError) in try unsafe write(bytes) }
    }

    /// Sends close_notify; `done` once it is out. The peer's own close_notify is then read as `closed(clean: true)`.
    ///
    /// A write that was refused and not repeated has cut its record off: nothing can be said after it, this is `done` at
    /// once, and the peer finds the stream truncated, which it is.
    public func shutdown() throws(TLSError) -> Progress {
        guard isEstablished, !hasFailed, !hasUnfinishedWrite else { return .done }
        let outcome = unsafe spillway_tls_shutdown(tls)
        switch outcome {
        case .done: return .done
        case .wantsRead: return .wantsRead
        case .wantsWrite: return .wantsWrite
        default: throw failure(.shutdown, outcome)
        }
    }

    /// Whether bytes that the descriptor no longer has are waiting here: read again before waiting for an event. They
    /// may be a part of a record only; the read then says `wantsRead`.
    public var hasPending: Bool {
        unsafe SSL_has_pending(tls.pointee.ssl) == 1
    }

    /// Gives the record buffers (33 KiB) back while nothing is in them; the next record takes new ones. For connections
    /// that go idle.
    public func releaseIdleBuffers() {
        unsafe _ = SSL_free_buffers(tls.pointee.ssl)
    }

    private func failure(_ operation: TLSError.Operation, _ outcome: spillway_tls_outcome) -> TLSError {
        hasFailed = true
        let cause = unsafe TLSError.Cause(after: tls.pointee, outcome: outcome, peer: peer)
        return TLSError(operation: operation, peer: peer, cause: cause)
    }
}

// MARK: - What was negotiated

extension TLSSession {
    public var version: TLSVersion? {
        unsafe TLSVersion(rawValue: SSL_version(tls.pointee.ssl))
    }

    /// OpenSSL's name of the cipher suite: `TLS_AES_256_GCM_SHA384`.
    public var cipher: String {
        unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(tls.pointee.ssl)))
    }

    /// The application protocol that ALPN chose.
    public var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(tls.pointee.ssl, &start, &count)
        guard let start = unsafe start, count > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    /// The name that the client asked for (SNI), at the server.
    public var requestedServerName: String? {
        guard let name = unsafe SSL_get_servername(tls.pointee.ssl, TLSEXT_NAMETYPE_host_name) else { return nil }
        return unsafe String(cString: name)
    }

    public var peerCertificate: CertificateSummary? {
        guard let certificate = unsafe SSL_get0_peer_certificate(tls.pointee.ssl) else { return nil }
        return unsafe CertificateSummary(certificate)
    }

    /// Whether the session continues an earlier one.
    public var isResumed: Bool {
        unsafe SSL_session_reused(tls.pointee.ssl) == 1
    }
}

// MARK: - Preparing and remembering

extension TLSSession {
    /// Names the server to itself, and says what its certificate must be for.
    func expect(_ peer: TLSPeer, verifiesHost: Bool) throws(TLSError) {
        let name = peer.certificateName
        let isAddress = isAddress(name)
        if !isAddress, unsafe !spillway_tls_set_server_name(tls, name) {
            ERR_clear_error()
            throw TLSError(operation: .configure, peer: peer, cause: .unusableName(name))
        }
        guard verifiesHost else { return }
        let parameters = unsafe SSL_get0_param(tls.pointee.ssl)
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isSet =
            isAddress
            ? unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
            : unsafe X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count)
        // An empty name would mean "any host" to OpenSSL.
        guard isSet == 1, !name.isEmpty else {
            ERR_clear_error()
            throw TLSError(operation: .configure, peer: peer, cause: .unusableName(name))
        }
    }

    func resume(_ session: OpaquePointer) {
        unsafe SSL_set_session(tls.pointee.ssl, session)
    }

    private func noteEstablished() {
        isEstablished = true
        if awaitsTicket, version == .v1_2 { rememberSession() }
    }

    private func rememberSession() {
        awaitsTicket = false
        guard let session = unsafe SSL_get1_session(tls.pointee.ssl) else { return }
        if unsafe SSL_SESSION_is_resumable(session) == 1 {
            unsafe context.remember(session, for: peer)
        } else {
            unsafe SSL_SESSION_free(session)
        }
    }
}
