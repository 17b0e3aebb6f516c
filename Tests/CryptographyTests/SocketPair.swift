import Glibc

/// Two connected, non-blocking stream sockets.
final class SocketPair {
    let first: Int32
    private(set) var second: Int32

    /// `bufferSize` bounds what each side may have under way; small values make writes come up short.
    init(bufferSize: Int32? = nil) {
        var descriptors: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        precondition(unsafe socketpair(AF_UNIX, type, 0, &descriptors) == 0, "socketpair failed")
        first = descriptors[0]
        second = descriptors[1]
        if var bufferSize {
            for descriptor in descriptors {
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bufferSize, socklen_t(MemoryLayout<Int32>.size))
            }
        }
    }

    deinit {
        close(first)
        closeSecond()
    }

    func closeSecond() {
        if second >= 0 { close(second) }
        second = -1
    }
}

extension Int32 {
    /// Sends bytes over this descriptor, which must have room for them.
    func send(_ bytes: [UInt8]) {
        let sent = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(self, $0.baseAddress, $0.count, 0) }
        precondition(sent == bytes.count, "sent \(sent) of \(bytes.count) bytes")
    }

    /// What has arrived at this descriptor.
    func receive() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 100_000)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(self, $0.baseAddress, $0.count, 0) }
        return Array(bytes.prefix(Swift.max(0, count)))
    }
}
