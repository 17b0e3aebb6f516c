/// `https://pay.example.test:8443/base`: scheme, host, port, path.
package struct HTTPAddress: Sendable, Equatable, CustomStringConvertible {
    package let isSecure: Bool
    /// An IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Empty, or with a slash in front and none behind.
    package let path: String

    /// Nil for what is no absolute http or https URL, or has a user, a query or a fragment.
    package init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
        isSecure = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        guard !rest.contains(where: { "@?# \\".contains($0) || $0 < " " }) else { return nil }
        let authority = rest.prefix { $0 != "/" }
        guard let (host, port) = HostPort.split(authority, standardPort: isSecure ? 443 : 80) else { return nil }
        guard (1...65_535).contains(port) else { return nil }
        self.host = host
        self.port = port
        var path = rest[authority.endIndex...]
        while path.hasSuffix("/") { path = path.dropLast() }
        self.path = String(path)
    }

    package var description: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        let isStandard = port == (isSecure ? 443 : 80)
        return (isSecure ? "https://" : "http://") + shownHost + (isStandard ? "" : ":\(port)") + path
    }
}

/// `127.0.0.1:0`, `[::1]:8080`: where something listens.
package struct HostPort: Sendable, Equatable {
    package let host: String
    /// 0 for any that is free.
    package let port: Int

    package init?(_ text: String) {
        guard let (host, port) = Self.split(text[...], standardPort: nil) else { return nil }
        self.host = host
        self.port = port
    }

    /// The port of an address, a URL's as well, that is sound but for it.
    package static func strayPort(in text: String, from least: Int) -> String? {
        var authority = text[...]
        if let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") {
            authority = text[colon...].dropFirst(3)
        }
        authority = authority.prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"), split(authority[..<colon], standardPort: 0) != nil else {
            return nil
        }
        let port = authority[colon...].dropFirst()
        guard !port.isEmpty, port.allSatisfy({ "0"..."9" ~= $0 }) else { return nil }
        if let number = Int(port), (least...65_535).contains(number) { return nil }
        return String(port)
    }

    static func split(_ text: Substring, standardPort: Int?) -> (host: String, port: Int)? {
        let host: Substring
        var rest: Substring
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<close]
            rest = text[text.index(after: close)...]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else { return nil }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else {
                return nil
            }
        }
        if rest.isEmpty { return standardPort.map { (String(host), $0) } }
        rest = rest.dropFirst()
        guard !rest.isEmpty, rest.allSatisfy({ "0"..."9" ~= $0 }), let port = Int(rest), port <= 65_535 else {
            return nil
        }
        return (String(host), port)
    }
}
