package import Cryptography
package import CurlTransport
package import EventLoop
import HTTPService
package import Peers
package import PlanModel
import PlanValues

/// One of the plan's entry points, as this loop reaches it. It is made of a permitted origin, of a permitted proxy where
/// the plan has one, and of nothing else, so that no byte goes where no policy looked.
package struct ServiceTarget {
    /// The hot path holds the concrete client; what libcurl carries is slower by far anyhow.
    private enum Carrier {
        case native(HTTPClient)
        case other(any HTTPTransport)
    }

    private let carrier: Carrier
    /// As the Host field says it.
    let authority: String

    /// Over HTTP/1.1 on this loop.
    package init(_ origin: PermittedOrigin, of target: Target, on loop: EventLoop) throws(TLSError) {
        authority = origin.authority
        var configuration = Self.configuration(of: target)
        configuration.heedsCancellation = false
        carrier = .native(try origin.makeClient(on: loop, configuration: configuration))
    }

    /// Over libcurl, as the plan's `transport: curl` asks. Every address that libcurl connects to is judged again.
    package init(
        curl origin: PermittedOrigin, through proxy: PermittedProxy?, of target: Target, on loop: EventLoop
    ) throws(CurlTransportError) {
        authority = origin.authority
        var configuration = CurlConfiguration()
        configuration.client = Self.configuration(of: target)
        configuration.proxy = proxy.map(CurlProxy.init)
        configuration.offersHTTP2 = origin.security != nil
        let curlOrigin = CurlOrigin(
            [origin.address], hostName: origin.peer.host, port: UInt16(origin.address.port), security: origin.security)
        carrier = .other(
            try CurlTransport(on: loop, to: curlOrigin, configuration: configuration) { address in
                origin.judgement(of: address).isAllowed
            })
    }

    private static func configuration(of target: Target) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.connectionsMax = target.connections
        // Each open arrival has one request under way, or two where it sends a twin.
        configuration.waitingMax = 2 * target.inFlight
        configuration.connectTimeout = target.timeout
        // A driver counts each attempt; none may hide behind another.
        configuration.repeatsIdempotent = false
        return configuration
    }

    /// `turn` is of this target's own client.
    @inline(__always)
    func send(
        _ request: HTTPRequest, in turn: ConnectionTurn? = nil, until deadline: Instant
    ) async throws(HTTPClientError) -> HTTPResponse {
        switch carrier {
        case .native(let client): try await client.send(request, in: turn, until: deadline)
        case .other(let transport): try await send(request, over: transport, until: deadline)
        }
    }

    /// Apart, so that its frame does not weigh on the others.
    @inline(never)
    private func send(
        _ request: HTTPRequest, over transport: any HTTPTransport, until deadline: Instant
    ) async throws(HTTPClientError) -> HTTPResponse {
        try await transport.send(request, until: deadline)
    }

    /// Nil where it is not HTTP/1.1 on this loop.
    var client: HTTPClient? { if case .native(let client) = carrier { client } else { nil } }

    var counters: ClientCounters {
        switch carrier {
        case .native(let client): client.counters
        case .other(let transport): transport.counters
        }
    }

    /// Ends what is under way, together with the tasks' cancellation, which the native client does not look at.
    func abandon() {
        if case .native(let client) = carrier { client.close() }
    }

    func close() {
        switch carrier {
        case .native(let client): client.close()
        case .other(let transport): transport.close()
        }
    }
}

extension CurlProxy {
    fileprivate init(_ proxy: PermittedProxy) {
        let kind: Kind =
            switch proxy.kind {
            case .http: .http
            case .https: .https
            case .socks5h: .socks5h
            }
        self.init(
            kind, [proxy.address], hostName: proxy.peer.host, port: proxy.address.port,
            trust: proxy.security?.trust ?? .systemAuthorities)
    }
}
