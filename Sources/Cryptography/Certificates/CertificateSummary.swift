internal import COpenSSL

/// What a certificate says of itself, for messages and reports.
public struct CertificateSummary: Sendable, Hashable {
    /// The subject in RFC 2253 form: `CN=bank.example,O=Bank`.
    public var subject: String
    public var issuer: String
    /// The DNS names and addresses that the certificate is for.
    public var names: [String]
    public var validFrom: CertificateInstant
    public var validUntil: CertificateInstant
}

extension CertificateSummary {
    /// `certificate` is an X509 that the caller keeps alive.
    init(_ certificate: OpaquePointer) {
        unsafe subject = Self.name(X509_get_subject_name(certificate))
        unsafe issuer = Self.name(X509_get_issuer_name(certificate))
        let lines = unsafe cText(capacity: 4096) { unsafe spillway_certificate_names(certificate, $0, $1) }
        names = lines.split(separator: "\n").map(String.init)
        unsafe validFrom = Self.instant(X509_get0_notBefore(certificate))
        unsafe validUntil = Self.instant(X509_get0_notAfter(certificate))
    }

    private static func name(_ name: OpaquePointer?) -> String {
        guard let name = unsafe name else { return "" }
        return unsafe cText(capacity: 512) { unsafe spillway_name_text(name, $0, $1) }
    }

    private static func instant(_ time: UnsafePointer<ASN1_TIME>?) -> CertificateInstant {
        var seconds: Int64 = 0
        _ = unsafe spillway_time_seconds(time, &seconds)
        return CertificateInstant(secondsSinceEpoch: seconds)
    }
}

/// The text that a C function leaves, closed by a NUL, in a buffer of `capacity` bytes.
func cText(capacity: Int, _ fill: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        unsafe start.pointee = 0
        unsafe fill(start, capacity)
        return unsafe String(cString: start)
    }
}
