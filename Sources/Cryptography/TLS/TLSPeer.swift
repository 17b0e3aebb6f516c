internal import COpenSSL

/// The other end of a session: what its certificate must be for, and how messages call it.
public struct TLSPeer: Sendable, Hashable {
    /// A DNS name, or an IP address in text form.
    public var host: String
    public var port: UInt16?

    public init(host: String, port: UInt16? = nil) {
        self.host = host
        self.port = port
    }
}

extension TLSPeer: CustomStringConvertible {
    public var description: String {
        guard let port else { return host }
        return host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension TLSPeer {
    /// The host as certificates write it: no brackets and zone at an IPv6 address, no dot at a name's end.
    var certificateName: String {
        var name = Substring(host)
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if name.contains(":"), let zone = name.firstIndex(of: "%") { name = name[..<zone] }
        if name.hasSuffix(".") { name.removeLast() }
        return name.lowercased()
    }
}

func isAddress(_ text: String) -> Bool {
    unsafe spillway_is_address(text)
}
