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
