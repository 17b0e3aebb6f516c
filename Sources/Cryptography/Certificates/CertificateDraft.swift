internal import COpenSSL

/// A certificate before it is signed.
struct CertificateDraft {
    enum Purpose {
        case authority
        case server
        case client
    }

    var purpose: Purpose
    var commonName: String
    var names: [String]
    var validity: CertificateValidity

    /// Makes a new key and signs with `signer`'s, or with the new one itself.
    func signed(by signer: TLSIdentity?) throws(TLSError) -> TLSIdentity {
        let extensions = try extensions()
        ERR_clear_error()
        guard let key = unsafe spillway_new_p256_key() else { throw failure(takeErrorText()) }
        defer { unsafe EVP_PKEY_free(key) }
        guard let certificate = unsafe X509_new() else { throw failure(takeErrorText()) }
        defer { unsafe X509_free(certificate) }
        unsafe try fill(certificate, key: key)
        if let signer {
            unsafe try signer.certificateChain.forFirstCertificate { issuer throws(TLSError) in
                unsafe try signer.privateKey.withPrivateKey { issuerKey throws(TLSError) in
                    unsafe try finish(certificate, extensions, issuer: issuer, issuerKey: issuerKey)
                }
            }
        } else {
            unsafe try finish(certificate, extensions, issuer: certificate, issuerKey: key)
        }
        return unsafe try identity(certificate, key: key)
    }

    private func fill(_ certificate: OpaquePointer, key: OpaquePointer) throws(TLSError) {
        let subject = unsafe X509_get_subject_name(certificate)
        // X509v3 is version 2, counted from 0.
        try check(unsafe X509_set_version(certificate, 2))
        try check(unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), Self.newSerial()))
        try check(
            unsafe X509_NAME_add_entry_by_NID(
                subject, NID_commonName, MBSTRING_UTF8, commonName, Int32(commonName.utf8.count), -1, 0))
        unsafe try set(X509_getm_notBefore(certificate), to: validity.from)
        unsafe try set(X509_getm_notAfter(certificate), to: validity.until)
        try check(unsafe X509_set_pubkey(certificate, key))
    }

    private func set(_ time: UnsafeMutablePointer<ASN1_TIME>?, to instant: CertificateInstant) throws(TLSError) {
        guard unsafe ASN1_TIME_set(time, Int(instant.secondsSinceEpoch)) != nil else {
            throw failure("a certificate cannot say \(instant)")
        }
    }

    private func finish(
        _ certificate: OpaquePointer, _ extensions: [Extension], issuer: OpaquePointer, issuerKey: OpaquePointer
    ) throws(TLSError) {
        try check(unsafe X509_set_issuer_name(certificate, X509_get_subject_name(issuer)))
        for part in extensions {
            guard unsafe spillway_certificate_extend(certificate, issuer, part.kind, part.value) else {
                throw failure(takeErrorText())
            }
        }
        // X509_sign returns the signature's size.
        guard unsafe X509_sign(certificate, issuerKey, EVP_sha256()) > 0 else { throw failure(takeErrorText()) }
    }

    /// The value in the text form of openssl.cnf(5).
    private typealias Extension = (kind: Int32, value: String)

    private func extensions() throws(TLSError) -> [Extension] {
        // The subject's key identifier comes first: the authority's is read from it where both are one.
        var extensions: [Extension] = [
            (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid:always"),
        ]
        switch purpose {
        case .authority:
            extensions += [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign")]
        case .server:
            extensions += [(NID_basic_constraints, "critical,CA:FALSE"), (NID_ext_key_usage, "serverAuth")]
        case .client:
            extensions += [(NID_basic_constraints, "critical,CA:FALSE"), (NID_ext_key_usage, "clientAuth")]
        }
        if !names.isEmpty { extensions.append((NID_subject_alt_name, try alternativeNames())) }
        return extensions
    }

    private func alternativeNames() throws(TLSError) -> String {
        var entries: [String] = []
        for name in names {
            // The text form gives commas a meaning, so a name may hold nothing but a name's characters.
            let isName = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "*"), UInt8(ascii: ":"):
                    true
                default:
                    false
                }
            }
            guard isName, !name.isEmpty else {
                throw TLSError(operation: .issueCertificate, peer: nil, cause: .unusableName(name))
            }
            entries.append(isAddress(name) ? "IP:\(name)" : "DNS:\(name)")
        }
        return entries.joined(separator: ",")
    }

    private func identity(_ certificate: OpaquePointer, key: OpaquePointer) throws(TLSError) -> TLSIdentity {
        let chain = unsafe MemoryBIO.gathering { unsafe PEM_write_bio_X509($0, certificate) == 1 }
        let privateKey = unsafe MemoryBIO.gathering {
            unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) == 1
        }
        guard let chain, let privateKey else { throw failure(takeErrorText()) }
        return TLSIdentity(certificateChain: .bytes(chain), privateKey: .bytes(privateKey))
    }

    /// Serials of one authority must differ, and 63 random bits do without a counter to keep.
    private static func newSerial() -> UInt64 {
        SystemEntropy().bytes(8).reduce(0) { $0 << 8 | UInt64($1) } >> 1
    }

    private func check(_ result: Int32) throws(TLSError) {
        guard result == 1 else { throw failure(takeErrorText()) }
    }

    private func failure(_ detail: String) -> TLSError {
        TLSError(operation: .issueCertificate, peer: nil, cause: .library(detail: detail))
    }
}
