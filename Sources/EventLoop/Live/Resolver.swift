import Glibc

extension EventLoop {
    /// Every address of a host name, in the system's order, through the system's resolver on a thread of its own.
    /// Numbers need no thread.
    public func resolve(
        _ host: String, port: UInt16, until deadline: Instant
    ) async throws(StreamError) -> [Address] {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let address = Address(host: bare, port: port) { return [address] }
        if simulation != nil {
            throw StreamError(.resolve, host, .explained("a simulated network has no names; use an address"))
        }
        let outcome: Result<[Address], ResolverError>
        do throws(OffloadError) {
            outcome = try await offload("resolver", until: deadline) { lookUp(bare, port: port) }
        } catch {
            switch error {
            case .timedOut: throw StreamError(.resolve, host, .timedOut)
            case .cancelled: throw StreamError(.resolve, host, .cancelled)
            case .noThread(let cause): throw StreamError(.resolve, host, .system(cause.code))
            }
        }
        do {
            return try outcome.get()
        } catch {
            throw StreamError(.resolve, host, .explained(error.words))
        }
    }
}

private struct ResolverError: Error {
    let words: String
}

private func lookUp(_ host: String, port: UInt16) -> Result<[Address], ResolverError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else {
        return .failure(ResolverError(words: unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "\(code)"))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [Address] = []
    var next = unsafe list
    while let entry = unsafe next {
        let bytes = unsafe UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
        if let address = unsafe Address(decoding: bytes)?.with(port: port), !addresses.contains(address) {
            addresses.append(address)
        }
        unsafe next = entry.pointee.ai_next
    }
    return .success(addresses)
}
