internal import COpenSSL

extension TLSError.Cause {
    /// Why a session's last call failed. The order matters: a refused certificate also leaves an entry in the error
    /// queue, and a reset connection may leave an alert that explains it.
    init(after session: spillway_tls, outcome: spillway_tls_outcome, peer: TLSPeer) {
        if outcome == .truncated {
            self = .truncated
        } else if outcome == .closed {
            self = .closed
        } else if unsafe session.verify_error != X509_V_OK {
            unsafe self.init(verification: session.verify_error, of: session.offender, peer: peer)
        } else if unsafe session.library_error != 0 {
            unsafe self.init(library: session.library_error, certificateWasRequested: session.certificate_was_requested)
        } else if unsafe session.system_error != 0 {
            let code = unsafe session.system_error
            self = isReset(code) ? .connectionReset : .system(code: code)
        } else {
            self = .truncated
        }
    }

    private init(verification code: Int32, of offender: OpaquePointer?, peer: TLSPeer) {
        let detail = unsafe String(cString: X509_verify_cert_error_string(Int(code)))
        guard let offender = unsafe offender else {
            self = .certificateRefused(nil, detail: detail)
            return
        }
        let certificate = unsafe CertificateSummary(offender)
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            self = .certificateExpired(certificate)
        case X509_V_ERR_CERT_NOT_YET_VALID:
            self = .certificateNotYetValid(certificate)
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            self = .hostNameMismatch(wanted: peer.certificateName, certificate: certificate)
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            self = .selfSignedCertificate(certificate)
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            self = .unknownAuthority(certificate)
        default:
            self = .certificateRefused(certificate, detail: detail)
        }
    }

    private init(library code: UInt, certificateWasRequested: Bool) {
        let detail = errorText(code)
        guard ERR_GET_LIB(code) == ERR_LIB_SSL else {
            self = .library(detail: detail)
            return
        }
        switch ERR_GET_REASON(code) {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG:
            self = .peerDoesNotSpeakTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_VERSION_TOO_LOW,
            SSL_R_VERSION_TOO_HIGH:
            self = .noSharedVersion
        case SSL_R_NO_APPLICATION_PROTOCOL, SSL_AD_REASON_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL:
            self = .noSharedApplicationProtocol
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            self = .clientCertificateRequired
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE where certificateWasRequested:
            // TLS 1.2 has no alert of its own for a missing certificate.
            self = .clientCertificateRequired
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA, SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
            SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
            self = .ownCertificateRefused(detail: detail)
        case SSL_R_PROTOCOL_IS_SHUTDOWN:
            self = .closed
        case let reason where reason > SSL_AD_REASON_OFFSET:
            self = .alert(detail: detail)
        default:
            self = .library(detail: detail)
        }
    }
}
