/// A TLS operation that failed: which one, with whom, and why.
public struct TLSError: Error, Sendable, Hashable {
    public enum Operation: Sendable, Hashable {
        case configure
        case handshake
        case read
        case write
        case shutdown
        case issueCertificate
    }

    public enum Cause: Sendable, Hashable {
        // The peer's certificate
        case certificateExpired(CertificateSummary)
        case certificateNotYetValid(CertificateSummary)
        case hostNameMismatch(wanted: String, certificate: CertificateSummary)
        case unknownAuthority(CertificateSummary)
        case selfSignedCertificate(CertificateSummary)
        case certificateRefused(CertificateSummary?, detail: String)
        /// We ask for a certificate and the peer has none, or the other way round.
        case clientCertificateRequired
        // What the peer answered
        case ownCertificateRefused(detail: String)
        case noSharedVersion
        case noSharedApplicationProtocol
        case peerDoesNotSpeakTLS
        case alert(detail: String)
        // The connection
        case connectionReset
        /// The byte stream ended without close_notify: an attacker may have cut it.
        case truncated
        /// The peer had already said close_notify, or we had.
        case closed
        case system(code: Int32)
        // Our own side
        case unusablePEM(source: String, detail: String)
        case unusableName(String)
        case library(detail: String)
    }

    public var operation: Operation
    public var peer: TLSPeer?
    public var cause: Cause
}

extension TLSError: CustomStringConvertible {
    /// `TLS handshake with bank.example:443 failed: its certificate expired at 2024-01-01T00:00:00Z (CN=bank.example)`.
    public var description: String {
        let subject = peer.map { "\(operation) with \($0)" } ?? "\(operation)"
        return "\(subject) failed: \(cause)"
    }
}

extension TLSError.Operation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .configure: "TLS configuration"
        case .handshake: "TLS handshake"
        case .read: "TLS read"
        case .write: "TLS write"
        case .shutdown: "TLS shutdown"
        case .issueCertificate: "issue of a certificate"
        }
    }
}

extension TLSError.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .certificateExpired(let certificate):
            "its certificate expired at \(certificate.validUntil) (\(certificate.subject))"
        case .certificateNotYetValid(let certificate):
            "its certificate is not valid before \(certificate.validFrom) (\(certificate.subject))"
        case .hostNameMismatch(let wanted, let certificate):
            "its certificate is for \(certificate.wording), not for '\(wanted)'"
        case .unknownAuthority(let certificate):
            "its certificate (\(certificate.subject)) was issued by an authority that is not trusted here "
                + "(\(certificate.issuer)); add that authority to the trusted ones if it should be"
        case .selfSignedCertificate(let certificate):
            "its certificate is self-signed (\(certificate.subject)); trust exactly that certificate if it should be"
        case .certificateRefused(let certificate, let detail):
            "its certificate\(certificate.map { " (\($0.subject))" } ?? "") is not acceptable: \(detail)"
        case .clientCertificateRequired:
            "the server requires a client certificate and got none"
        case .ownCertificateRefused(let detail):
            "the peer refused our certificate: \(detail)"
        case .noSharedVersion:
            "the two sides have no TLS version in common"
        case .noSharedApplicationProtocol:
            "the two sides have no application protocol (ALPN) in common"
        case .peerDoesNotSpeakTLS:
            "the peer does not speak TLS on this port"
        case .alert(let detail):
            "the peer gave up: \(detail)"
        case .connectionReset:
            "the peer reset the connection"
        case .truncated:
            "the connection ended without TLS's closing message, so its data may have been cut off"
        case .closed:
            "the session has been closed"
        case .system(let code):
            systemErrorText(code)
        case .unusablePEM(let source, let detail):
            "cannot use \(source): \(detail)"
        case .unusableName(let name):
            "'\(name)' is neither a DNS name nor an IP address"
        case .library(let detail):
            detail
        }
    }
}

extension CertificateSummary {
    /// What the certificate is for, in a sentence.
    fileprivate var wording: String {
        let shown = names.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        if names.isEmpty { return "no host (\(subject))" }
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }
}
