import Cryptography

/// A server's certificate for 127.0.0.1, and the authority that signed it.
struct TestIdentity: Sendable {
    let authority: [UInt8]
    private let server: TLSServerConfiguration

    static let good = TestIdentity(from: 1_600_000_000, until: 4_000_000_000)
    static let expired = TestIdentity(from: 1_600_000_000, until: 1_600_100_000)

    private init(from: Int64, until: Int64) {
        let always = Self.validity(1_600_000_000, 4_000_000_000)
        do throws(TLSError) {
            let authority = try CertificateAuthority(commonName: "Test authority", validity: always)
            guard case .bytes(let bytes) = authority.certificate else {
                preconditionFailure("an authority's certificate is made in memory")
            }
            self.authority = bytes
            server = TLSServerConfiguration(
                identity: try authority.serverIdentity(for: ["127.0.0.1"], validity: Self.validity(from, until)))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private static func validity(_ from: Int64, _ until: Int64) -> CertificateValidity {
        CertificateValidity(
            from: CertificateInstant(secondsSinceEpoch: from), until: CertificateInstant(secondsSinceEpoch: until))
    }

    func context() throws -> TLSContext { try TLSContext(.server(server)) }
}
