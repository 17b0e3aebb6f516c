package import Cryptography
package import EventLoop
package import PlanValues
package import Timebase

/// What may stand between the driver and its stack. Only a policy makes one, as with `PermittedOrigin`: a proxy gets
/// every byte, so it is judged like any other peer.
package struct PermittedProxy: Sendable {
    package let peer: PinnedPeer
    package let kind: ProxyAddress.Kind
    /// Nil but for an https proxy: whose word is taken for it. It never sees the certificate that is for the stack.
    package let security: TLSClientConfiguration?

    fileprivate init(peer: PinnedPeer, kind: ProxyAddress.Kind, security: TLSClientConfiguration?) {
        self.peer = peer
        self.kind = kind
        self.security = security
    }

    package var address: Address { peer.chosen }

    /// One connection, with its handshake, and nothing sent over it.
    package func connect(on loop: EventLoop, until deadline: Instant) async throws(StreamError) -> any ByteStream {
        try await peer.connect(securedBy: security, on: loop, until: deadline)
    }
}

extension PeerPolicy {
    /// Judges once more, as for an origin.
    package func permit(
        _ peer: PinnedPeer, as proxy: ProxyAddress, trust: TLSTrust
    ) throws(PeerRefusal) -> PermittedProxy {
        precondition(proxy.host == peer.host, "\(proxy) at the address of '\(peer.host)'")
        if case .refused(let refusal) = judgement(of: peer.chosen) { throw refusal }
        var security = TLSClientConfiguration()
        security.trust = trust
        return PermittedProxy(peer: peer, kind: proxy.kind, security: proxy.kind == .https ? security : nil)
    }
}
