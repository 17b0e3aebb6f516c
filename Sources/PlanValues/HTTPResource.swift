/// `https://pay.example.test/export/refunds?of=today`: something to ask a server for.
package struct HTTPResource: Sendable, Equatable, CustomStringConvertible {
    /// The server's; its path is the resource's, without the query.
    package let address: HTTPAddress
    /// Path and query, as a request names them.
    package let target: String

    /// Nil for what is no absolute http or https URL, or has a user or a fragment.
    package init?(_ text: String) {
        let base = text.prefix { $0 != "?" }
        guard let address = HTTPAddress(String(base)), let scheme = base.firstRange(of: "://") else { return nil }
        let query = text[base.endIndex...]
        guard query.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") }) else { return nil }
        let path = base[scheme.upperBound...].drop { $0 != "/" }
        self.address = address
        target = (path.isEmpty ? "/" : String(path)) + query
    }

    /// The query may hold a secret, and is left out.
    package var description: String { address.description }
}
