package import Cryptography
package import EventLoop
package import HTTPService
package import PlanValues
package import Timebase

/// A peer that traffic may go to. Only a policy makes one, and what drives takes nothing else to connect to: so a peer
/// that was not judged gets no byte.
///
/// A value for every loop; each makes its own client from it.
package struct PermittedOrigin: Sendable {
    package let peer: PinnedPeer
    /// As the Host field says it: `pay.example.test` or `pay.example.test:8443`.
    package let authority: String
    /// Nil without TLS. `curl` reads its files' paths from here.
    package let security: TLSClientConfiguration?
    private let policy: PeerPolicy

    fileprivate init(peer: PinnedPeer, authority: String, security: TLSClientConfiguration?, policy: PeerPolicy) {
        self.peer = peer
        self.authority = authority
        self.security = security
        self.policy = policy
    }

    package var address: Address { peer.chosen }

    /// For a transport that opens its own sockets, and asks again at each (a proxy's address is judged like any other).
    package func judgement(of address: Address) -> PeerPolicy.Judgement { policy.judgement(of: address) }

    /// For one loop: TLS contexts do not cross threads.
    package func makeOrigin() throws(TLSError) -> HTTPOrigin {
        HTTPOrigin(
            address, host: authority,
            security: try security.map { (security) throws(TLSError) in
                try TLSContext(.client(security))
            })
    }

    package func makeClient(
        on loop: EventLoop, configuration: ClientConfiguration = .init()
    ) throws(TLSError) -> HTTPClient {
        HTTPClient(on: loop, to: try makeOrigin(), configuration: configuration)
    }

    /// One connection, with its handshake, and nothing sent over it.
    package func connect(on loop: EventLoop, until deadline: Instant) async throws(StreamError) -> any ByteStream {
        try await peer.connect(securedBy: security, on: loop, until: deadline)
    }
}

extension PinnedPeer {
    /// For what a policy permitted, and nobody else.
    func connect(
        securedBy security: TLSClientConfiguration?, on loop: EventLoop, until deadline: Instant
    ) async throws(StreamError) -> any ByteStream {
        guard let security else { return try await loop.connect(to: chosen, until: deadline) }
        let context: TLSContext
        do throws(TLSError) {
            context = try TLSContext(.client(security))
        } catch {
            throw StreamError(.connect, chosen.description, .tls(error))
        }
        return try await loop.connect(to: chosen, securedBy: context, as: host, until: deadline)
    }
}

extension PermittedOrigin: CustomStringConvertible {
    /// For reports: `http://127.0.0.1:8080`, and for a name also what it was pinned to,
    /// `https://pay.example.test at 10.1.2.3:443`.
    package var description: String {
        let url = "\(security == nil ? "http" : "https")://\(authority)"
        let isNumber = authority == address.description || Address(host: peer.host, port: address.port) == address
        return isNumber ? url : "\(url) at \(address)"
    }
}

extension PeerPolicy {
    /// Judges once more, so that no peer pinned under another policy slips in.
    package func permit(
        _ peer: PinnedPeer, as url: HTTPAddress, security: TLSClientConfiguration?
    ) throws(PeerRefusal) -> PermittedOrigin {
        precondition(url.isSecure == (security != nil), "\(url) with the other's security")
        precondition(url.host == peer.host, "\(url) at the address of '\(peer.host)'")
        if case .refused(let refusal) = judgement(of: peer.chosen) { throw refusal }
        return PermittedOrigin(peer: peer, authority: url.authority, security: security, policy: self)
    }

    /// A part of this run that listens on this machine, such as the embedded stack.
    package func permit(local address: Address) throws(PeerRefusal) -> PermittedOrigin {
        if case .refused(let refusal) = judgement(of: address) { throw refusal }
        let peer = PinnedPeer(host: "localhost", resolved: [address], chosen: address, refused: [])
        let authority = if case .unix = address { "localhost" } else { address.description }
        return PermittedOrigin(peer: peer, authority: authority, security: nil, policy: self)
    }
}

extension HTTPAddress {
    /// Host and port as the Host field says them, without the scheme's own port.
    var authority: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? shown : "\(shown):\(port)"
    }
}
