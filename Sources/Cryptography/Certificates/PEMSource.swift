internal import COpenSSL

/// Where certificates or a key are read from.
public enum PEMSource: Sendable, Hashable {
    case file(path: String)
    case bytes([UInt8])

    public static func text(_ text: String) -> Self {
        .bytes(Array(text.utf8))
    }
}

extension PEMSource: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let path): "'\(path)'"
        case .bytes(let bytes): "a PEM text of \(bytes.count) bytes"
        }
    }
}

extension PEMSource {
    /// Calls `body` with every certificate of the source, in order; at least one must be there.
    func forEachCertificate(_ body: (_ index: Int, _ certificate: OpaquePointer) -> Bool) throws(TLSError) {
        unsafe try withBIO { source throws(TLSError) in
            var count = 0
            while let certificate = unsafe spillway_pem_next_certificate(source) {
                defer { unsafe X509_free(certificate) }
                guard unsafe body(count, certificate) else { throw unusable(detail: takeErrorText()) }
                count += 1
            }
            guard spillway_pem_reached_end() else { throw unusable(detail: takeErrorText()) }
            guard count > 0 else { throw unusable(detail: "it holds no certificate") }
        }
    }

    /// Calls `body` with the source's first certificate.
    func forFirstCertificate<Result>(
        _ body: (OpaquePointer) throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        unsafe try withBIO { source throws(TLSError) in
            guard let certificate = unsafe spillway_pem_next_certificate(source) else {
                throw unusable(detail: takeErrorText())
            }
            defer { unsafe X509_free(certificate) }
            return unsafe try body(certificate)
        }
    }

    /// Calls `body` with the private key of the source.
    func withPrivateKey<Result>(
        _ body: (OpaquePointer) throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        unsafe try withBIO { source throws(TLSError) in
            var isEncrypted = false
            guard let key = unsafe spillway_pem_private_key(source, &isEncrypted) else {
                let hasEnded = spillway_pem_reached_end()
                let detail = hasEnded ? "it holds no private key that can be read" : takeErrorText()
                throw unusable(detail: isEncrypted ? "its private key is protected by a passphrase" : detail)
            }
            defer { unsafe EVP_PKEY_free(key) }
            return unsafe try body(key)
        }
    }

    func unusable(detail: String) -> TLSError {
        TLSError(operation: .configure, peer: nil, cause: .unusablePEM(source: description, detail: detail))
    }

    private func withBIO<Result>(
        _ body: (OpaquePointer) throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        ERR_clear_error()
        let source: OpaquePointer?
        switch self {
        case .file(let path):
            unsafe source = BIO_new_file(path, "r")
        case .bytes(let bytes):
            unsafe source = MemoryBIO.copying(bytes)
        }
        guard let source = unsafe source else { throw unusable(detail: takeErrorText()) }
        defer { unsafe _ = BIO_free(source) }
        return unsafe try body(source)
    }
}

/// Memory BIOs.
enum MemoryBIO {
    /// A memory BIO with its own copy of the bytes; nil when memory is short.
    static func copying(_ bytes: [UInt8]) -> OpaquePointer? {
        guard let memory = unsafe BIO_new(BIO_s_mem()), let count = Int32(exactly: bytes.count) else { return nil }
        if count > 0, unsafe bytes.withUnsafeBytes({ unsafe BIO_write(memory, $0.baseAddress, count) }) != count {
            unsafe BIO_free(memory)
            return nil
        }
        return unsafe memory
    }

    /// The bytes that `write` puts into a memory BIO; nil when it fails.
    static func gathering(_ write: (OpaquePointer) -> Bool) -> [UInt8]? {
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { return nil }
        defer { unsafe _ = BIO_free(memory) }
        guard unsafe write(memory) else { return nil }
        var start: UnsafePointer<UInt8>?
        let count = unsafe spillway_memory_text(memory, &start)
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
}

/// OpenSSL's words for the earliest entry of its error queue, which is left empty.
func takeErrorText() -> String {
    let code = ERR_peek_error()
    ERR_clear_error()
    return errorText(code)
}

/// OpenSSL's words for an error code, or the system's where the code carries an errno.
func errorText(_ code: UInt) -> String {
    guard code != 0 else { return "no reason was given" }
    if ERR_GET_LIB(code) == ERR_LIB_SYS { return systemErrorText(ERR_GET_REASON(code)) }
    guard let reason = unsafe ERR_reason_error_string(code) else { return "OpenSSL error \(code)" }
    return unsafe String(cString: reason)
}
