import CCurl
import Cryptography
import EventLoop
import HTTPService

extension EasyHandle {
    /// What all requests to an origin share.
    func prepare(for origin: CurlOrigin, _ configuration: CurlConfiguration) throws(CurlTransportError) {
        set(CURLOPT_URL, origin.url + "/")
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(configuration.client.connectTimeout.nanoseconds / 1_000_000)))
        // Chunks reach our own decoder as they are.
        set(CURLOPT_HTTP_TRANSFER_DECODING, 0)
        prepareRoute(to: origin, configuration)
        let usesHTTP2 = configuration.offersHTTP2 && origin.security != nil
        set(CURLOPT_HTTP_VERSION, usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        // The first connection says whether it carries several requests before others are opened.
        set(CURLOPT_PIPEWAIT, usesHTTP2 ? 1 : 0)
        do throws(SettingFault) {
            if let security = origin.security { try secure(security) }
            if let proxy = configuration.proxy, proxy.kind == .https { try trustProxy(proxy.trust) }
        } catch {
            throw CurlTransportError(origin: origin.url, words: error.words)
        }
    }

    private func prepareRoute(to origin: CurlOrigin, _ configuration: CurlConfiguration) {
        // Both are set always: an empty text keeps libcurl from asking the environment.
        set(CURLOPT_PROXY, configuration.proxy?.url ?? "")
        set(CURLOPT_NOPROXY, "")
        var pins: [String] = []
        if let proxy = configuration.proxy { pins.append(pin(proxy.hostName, proxy.port, proxy.addresses)) }
        if case .unix(let path) = origin.addresses.first {
            set(CURLOPT_UNIX_SOCKET_PATH, path)
        } else if configuration.proxy == nil {
            pins.append(pin(origin.hostName, origin.port, origin.addresses))
        }
        pin(pins)
    }

    /// `host:port:address,address`; the port is the name's, libcurl has no other.
    private func pin(_ host: String, _ port: UInt16, _ addresses: [Address]) -> String {
        let shown = addresses.map { address in
            let text = address.description
            return text.lastIndex(of: ":").map { String(text[..<$0]) } ?? text
        }
        return "\(CurlOrigin.bracketed(host)):\(port):\(shown.joined(separator: ","))"
    }

    // MARK: TLS

    private struct SettingFault: Error {
        let words: String
    }

    private func secure(_ security: TLSClientConfiguration) throws(SettingFault) {
        if security.verificationInstant != nil {
            throw SettingFault(words: "libcurl verifies certificates by the system's clock, not at a given instant")
        }
        try trust(security.trust)
        if let identity = security.identity {
            try load(identity.certificateChain, file: CURLOPT_SSLCERT, bytes: CURLOPT_SSLCERT_BLOB)
            try load(identity.privateKey, file: CURLOPT_SSLKEY, bytes: CURLOPT_SSLKEY_BLOB)
        }
        set(CURLOPT_SSLVERSION, lowest(security.versions.lowerBound) | highest(security.versions.upperBound))
        set(CURLOPT_SSL_SESSIONID_CACHE, security.resumesSessions ? 1 : 0)
    }

    private func trust(_ trust: TLSTrust) throws(SettingFault) {
        let isVerified = trust != .insecureWithoutVerification
        set(CURLOPT_SSL_VERIFYPEER, isVerified ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, isVerified ? 2 : 0)
        guard case .authorities(let source) = trust else { return }
        // Debian's libcurl has a folder of authorities beside its file, and would trust those too.
        set(CURLOPT_CAPATH, nil)
        set(CURLOPT_CAINFO, nil)
        try load(source, file: CURLOPT_CAINFO, bytes: CURLOPT_CAINFO_BLOB)
    }

    private func trustProxy(_ trust: TLSTrust) throws(SettingFault) {
        let isVerified = trust != .insecureWithoutVerification
        set(CURLOPT_PROXY_SSL_VERIFYPEER, isVerified ? 1 : 0)
        set(CURLOPT_PROXY_SSL_VERIFYHOST, isVerified ? 2 : 0)
        guard case .authorities(let source) = trust else { return }
        set(CURLOPT_PROXY_CAPATH, nil)
        set(CURLOPT_PROXY_CAINFO, nil)
        try load(source, file: CURLOPT_PROXY_CAINFO, bytes: CURLOPT_PROXY_CAINFO_BLOB)
    }

    private func load(_ source: PEMSource, file: CURLoption, bytes option: CURLoption) throws(SettingFault) {
        switch source {
        case .file(let path): set(file, path)
        case .bytes(let bytes):
            if !set(option, bytes) { throw SettingFault(words: "this libcurl takes no certificates from memory") }
        }
    }

    private func lowest(_ version: TLSVersion) -> Int {
        version == .v1_2 ? CURL_SSLVERSION_TLSv1_2 : CURL_SSLVERSION_TLSv1_3
    }

    private func highest(_ version: TLSVersion) -> Int {
        version == .v1_2 ? CURL_SSLVERSION_MAX_TLSv1_2 : CURL_SSLVERSION_MAX_TLSv1_3
    }
}
