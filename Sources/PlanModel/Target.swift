package import Diagnostics
package import PlanValues
package import Timebase

/// What the traffic goes to, and how.
package struct Target: Sendable {
    package let entry: Entry
    package let transport: Transport
    /// Only with `curl`.
    package let proxy: Located<ProxyAddress>?
    /// At most; waiting beyond them is measured.
    package let connections: Int
    /// At most so many open arrivals; beyond them arrivals are dropped, and counted.
    package let inFlight: Int
    package let tls: TLSFiles?
    /// Addresses that may be connected to; empty for loopback alone.
    package let allow: [Located<NetworkBlock>]
    package let timeout: TimeSpan

    package init(
        entry: Entry, transport: Transport, proxy: Located<ProxyAddress>?, connections: Int, inFlight: Int,
        tls: TLSFiles?, allow: [Located<NetworkBlock>], timeout: TimeSpan
    ) {
        self.entry = entry
        self.transport = transport
        self.proxy = proxy
        self.connections = connections
        self.inFlight = inFlight
        self.tls = tls
        self.allow = allow
        self.timeout = timeout
    }
}

/// Where requests go when a step names no service.
package enum Entry: Sendable {
    /// The reference stack, started by the drill.
    case embedded(at: SourceSpan)
    case url(Located<EntryAddress>)
    /// In the order of the text; steps name one.
    case services([(name: String, url: Located<EntryAddress>)])

    /// Each with its service's name; nil for the only one.
    package var addresses: [(service: String?, address: Located<EntryAddress>)] {
        switch self {
        case .embedded(let span): [(nil, Located(.embedded, at: span))]
        case .url(let address): [(nil, address)]
        case .services(let services): services.map { ($0.name, $0.url) }
        }
    }
}

/// Where an entry point is.
package enum EntryAddress: Sendable, Equatable {
    /// The reference stack; where it listens is known when it does.
    case embedded
    case url(HTTPAddress)
    /// A mock bank of the plan's `channels`, driven without a stack between; where it listens is known when it does.
    case channel(String)
}

package enum Transport: String, Sendable, CaseIterable {
    case http1, curl
}

/// Paths as written, relative to the plan.
package struct TLSFiles: Sendable {
    /// Who must have signed the server's certificate.
    package let authority: Located<String>?
    package let certificate: Located<String>?
    /// A path, or a reference to a secret of the environment.
    package let key: Template?

    package init(authority: Located<String>?, certificate: Located<String>?, key: Template?) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }
}
