/// What a context is made from: a value that goes to every loop, each of which makes its own ``TLSContext``.
public enum TLSConfiguration: Sendable {
    case client(TLSClientConfiguration)
    case server(TLSServerConfiguration)
}

/// Whose word a client takes for a server's identity.
public enum TLSTrust: Sendable, Hashable {
    /// The system's certificate store.
    case systemAuthorities
    /// Only the given certificates.
    case authorities(PEMSource)
    /// Anyone may answer in the server's name. For experiments against a machine of one's own, never for a bank.
    case insecureWithoutVerification
}

public enum TLSVersion: Int32, Sendable, Hashable, Comparable, CaseIterable {
    case v1_2 = 0x0303
    case v1_3 = 0x0304

    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension TLSVersion: CustomStringConvertible {
    public var description: String {
        switch self {
        case .v1_2: "TLS 1.2"
        case .v1_3: "TLS 1.3"
        }
    }
}

/// A certificate with those between it and the authority, and its private key.
public struct TLSIdentity: Sendable, Hashable {
    public var certificateChain: PEMSource
    public var privateKey: PEMSource

    public init(certificateChain: PEMSource, privateKey: PEMSource) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}

public struct TLSClientConfiguration: Sendable {
    public var trust = TLSTrust.systemAuthorities
    /// Shown to servers that ask for a certificate.
    public var identity: TLSIdentity?
    /// Offered by ALPN, the preferred first: `["h2", "http/1.1"]`.
    public var applicationProtocols: [String] = []
    public var versions = TLSVersion.v1_2...TLSVersion.v1_3
    /// Whether a later session to the same peer continues an earlier one, which saves the certificates' part.
    public var resumesSessions = true
    /// When certificates must be valid; nil lets OpenSSL ask the system's clock at each handshake.
    public var verificationInstant: CertificateInstant?

    public init() {}
}

/// Whether a server asks for certificates, and who must have issued them.
public enum TLSClientCertificates: Sendable, Hashable {
    case notRequested
    case required(authorities: PEMSource)
    /// A client may come without; what it shows must be good.
    case optional(authorities: PEMSource)
}

public struct TLSServerConfiguration: Sendable {
    public var identity: TLSIdentity
    public var clientCertificates = TLSClientCertificates.notRequested
    /// Accepted by ALPN, the preferred first. A client that offers others only is refused; one that offers none is not.
    public var applicationProtocols: [String] = []
    public var versions = TLSVersion.v1_2...TLSVersion.v1_3
    public var issuesTickets = true
    /// Lets one loop's tickets be good at the others; nil makes every context have a key of its own.
    public var ticketKey: TLSTicketKey?
    /// When client certificates must be valid; nil lets OpenSSL ask the system's clock at each handshake.
    public var verificationInstant: CertificateInstant?

    public init(identity: TLSIdentity) {
        self.identity = identity
    }
}

/// The secret that a server seals its session tickets with.
public struct TLSTicketKey: Sendable {
    static let count = 80
    let bytes: [UInt8]

    public init(from entropy: SystemEntropy) {
        bytes = entropy.bytes(Self.count)
    }
}
