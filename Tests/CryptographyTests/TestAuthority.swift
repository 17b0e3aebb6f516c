import Cryptography

/// Certificates around one instant, and contexts that take that instant for now.
struct TestAuthority {
    static let now = CertificateInstant(secondsSinceEpoch: 1_900_000_000)
    static let current = CertificateValidity(from: now.advanced(byDays: -1), until: now.advanced(byDays: 1))
    static let past = CertificateValidity(from: now.advanced(byDays: -2), until: now.advanced(byDays: -1))
    static let future = CertificateValidity(from: now.advanced(byDays: 1), until: now.advanced(byDays: 2))

    let authority: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority(commonName: "Test authority", validity: Self.current)
    }

    func server(
        for names: [String] = ["bank.example"], validity: CertificateValidity = Self.current,
        _ change: (inout TLSServerConfiguration) -> Void = { _ in }
    ) throws -> TLSContext {
        try server(with: authority.serverIdentity(for: names, validity: validity), change)
    }

    func server(
        with identity: TLSIdentity, _ change: (inout TLSServerConfiguration) -> Void = { _ in }
    ) throws -> TLSContext {
        var configuration = TLSServerConfiguration(identity: identity)
        configuration.verificationInstant = Self.now
        change(&configuration)
        return try TLSContext(.server(configuration))
    }

    func client(_ change: (inout TLSClientConfiguration) -> Void = { _ in }) throws -> TLSContext {
        var configuration = TLSClientConfiguration()
        configuration.trust = .authorities(authority.certificate)
        configuration.verificationInstant = Self.now
        change(&configuration)
        return try TLSContext(.client(configuration))
    }
}
