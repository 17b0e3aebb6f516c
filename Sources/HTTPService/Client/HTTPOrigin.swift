public import Cryptography
public import EventLoop

/// Whom a client talks to: a pinned address, the name that its certificate and the Host field carry, and TLS or not.
public struct HTTPOrigin {
    public let address: Address
    /// As the Host field says it: `pay.example.test` or `pay.example.test:8443`.
    public let host: String
    public let security: TLSContext?

    public init(_ address: Address, host: String? = nil, security: TLSContext? = nil) {
        self.address = address
        self.host = host ?? HTTPOrigin.host(of: address)
        self.security = security
    }

    private static func host(of address: Address) -> String {
        if case .unix = address { "localhost" } else { address.description }
    }

    /// Without the port.
    var hostName: String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return host.firstIndex(of: ":").map { String(host[..<$0]) } ?? host
    }

    var description: String { "\(security == nil ? "http" : "https")://\(host)" }
}
