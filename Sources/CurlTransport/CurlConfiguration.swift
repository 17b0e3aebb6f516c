package import Cryptography
package import EventLoop
package import HTTPService

/// Whom a curl transport talks to: the name that the Host field and the certificate carry, and the addresses that it
/// is pinned to.
package struct CurlOrigin: Sendable {
    /// Tried in order. Empty only where a proxy resolves the name.
    package let addresses: [Address]
    /// Without a port; an IPv6 address has no brackets.
    package let hostName: String
    package let port: UInt16
    /// Nil for http.
    package let security: TLSClientConfiguration?

    package init(_ addresses: [Address], hostName: String, port: UInt16, security: TLSClientConfiguration? = nil) {
        self.addresses = addresses
        self.hostName = hostName
        self.port = port
        self.security = security
    }

    var authority: String { CurlOrigin.bracketed(hostName) + ":\(port)" }
    var url: String { (security == nil ? "http://" : "https://") + authority }

    static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

/// What stands between the transport and its origin.
package struct CurlProxy: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// CONNECT for https origins, absolute targets for http ones.
        case http
        /// The same, with TLS to the proxy.
        case https
        /// SOCKS 5; the proxy resolves the origin's name.
        case socks5h
    }

    package let kind: Kind
    package let hostName: String
    package let port: UInt16
    package let addresses: [Address]
    /// Whose word is taken for an https proxy's identity.
    package let trust: TLSTrust

    package init(
        _ kind: Kind, _ addresses: [Address], hostName: String, port: UInt16, trust: TLSTrust = .systemAuthorities
    ) {
        precondition(!addresses.isEmpty, "a proxy's name is resolved before the transport is made")
        self.kind = kind
        self.hostName = hostName
        self.port = port
        self.addresses = addresses
        self.trust = trust
    }

    var authority: String { CurlOrigin.bracketed(hostName) + ":\(port)" }
    var url: String { "\(kind.rawValue)://\(authority)" }
}

package struct CurlConfiguration: Sendable {
    /// The same bounds as the native client's. With HTTP/2 a request under way counts as a connection. Pipelining is
    /// not done.
    package var client = ClientConfiguration()
    package var proxy: CurlProxy?
    /// Offers HTTP/2 by ALPN to https origins, and takes HTTP/1.1 where it is not wanted.
    package var offersHTTP2 = false

    package init() {}
}

/// A transport that cannot be made, and why.
package struct CurlTransportError: Error, Equatable, CustomStringConvertible {
    package let origin: String
    package let words: String

    package var description: String { "curl transport to \(origin): \(words)" }
}
