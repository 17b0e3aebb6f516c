// Goal: certificates for tests and for `--tls self-signed`, made when they are needed, so that no key is ever stored.
// Method: P-256 keys, SHA-256 signatures; validity is an argument. An authority is a value (its certificate and key as
// PEM), which can be sent anywhere.
// Not here: revocation, requests (CSR), intermediate authorities.

internal import COpenSSL

/// The instants from and until which a certificate is good.
public struct CertificateValidity: Sendable, Hashable {
    public var from: CertificateInstant
    public var until: CertificateInstant

    public init(from: CertificateInstant, until: CertificateInstant) {
        self.from = from
        self.until = until
    }
}

public struct CertificateAuthority: Sendable {
    /// The authority's own certificate, which those who trust it need.
    public let certificate: PEMSource
    private let privateKey: PEMSource

    public init(commonName: String, validity: CertificateValidity) throws(TLSError) {
        let identity = try CertificateDraft(purpose: .authority, commonName: commonName, names: [], validity: validity)
            .signed(by: nil)
        certificate = identity.certificateChain
        privateKey = identity.privateKey
    }

    /// A server's certificate for DNS names (also `*.bank.example`) and IP addresses.
    public func serverIdentity(for names: [String], validity: CertificateValidity) throws(TLSError) -> TLSIdentity {
        try Self.serverDraft(names, validity).signed(by: signer)
    }

    public func clientIdentity(commonName: String, validity: CertificateValidity) throws(TLSError) -> TLSIdentity {
        try CertificateDraft(purpose: .client, commonName: commonName, names: [], validity: validity).signed(by: signer)
    }

    /// A server's certificate that no authority has signed.
    public static func selfSignedIdentity(
        for names: [String], validity: CertificateValidity
    ) throws(TLSError) -> TLSIdentity {
        try serverDraft(names, validity).signed(by: nil)
    }

    private static func serverDraft(_ names: [String], _ validity: CertificateValidity) -> CertificateDraft {
        CertificateDraft(purpose: .server, commonName: names.first ?? "server", names: names, validity: validity)
    }

    private var signer: TLSIdentity {
        TLSIdentity(certificateChain: certificate, privateKey: privateKey)
    }
}
