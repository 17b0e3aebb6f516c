/// `socks5h://127.0.0.1:1080`: what stands between the driver and its stack.
package struct ProxyAddress: Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// `https` is TLS to the proxy; with `socks5h` the proxy resolves the names.
        case http, https, socks5h
    }

    package let kind: Kind
    /// An IPv6 address without its brackets.
    package let host: String
    package let port: Int

    /// Nil for what is not a kind, a host and a port.
    package init?(_ text: String) {
        guard let kind = Kind.allCases.first(where: { text.hasPrefix("\($0.rawValue)://") }) else { return nil }
        guard let (host, port) = HostPort.split(text.dropFirst(kind.rawValue.count + 3), standardPort: nil),
            port > 0
        else { return nil }
        self.kind = kind
        self.host = host
        self.port = port
    }

    package var description: String { "\(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
