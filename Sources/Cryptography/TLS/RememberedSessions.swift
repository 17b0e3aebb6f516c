internal import COpenSSL

/// The sessions that a client may continue, the latest of each peer, at most `limit` of them.
@safe
struct RememberedSessions: ~Copyable {
    static let limit = 256
    private var sessions: [TLSPeer: OpaquePointer] = unsafe [:]
    /// The peers, the one remembered first at the front: it leaves first.
    private var order: [TLSPeer] = []

    deinit {
        for unsafe(_, session) in unsafe sessions { unsafe SSL_SESSION_free(session) }
    }

    /// Borrowed when read; taken over when set.
    subscript(peer: TLSPeer) -> OpaquePointer? {
        get {
            guard let session = unsafe sessions[peer], unsafe SSL_SESSION_is_resumable(session) == 1 else { return nil }
            return unsafe session
        }
        set {
            let former = unsafe sessions.removeValue(forKey: peer)
            unsafe SSL_SESSION_free(former)
            guard let newValue = unsafe newValue else {
                order.removeAll { $0 == peer }
                return
            }
            if unsafe former == nil { makeRoom(for: peer) }
            unsafe sessions[peer] = newValue
        }
    }

    private mutating func makeRoom(for peer: TLSPeer) {
        if order.count == Self.limit {
            unsafe SSL_SESSION_free(sessions.removeValue(forKey: order.removeFirst()))
        }
        order.append(peer)
    }
}
