import CLinux
import Glibc

/// Where TCP or UNIX connections arrive on a live loop.
final class SocketListener: StreamListener {
    let address: Address
    private let descriptor: PolledDescriptor

    private static let backlog: Int32 = 4096

    init(on wanted: Address, isShared: Bool, loop: EventLoop) throws(StreamError) {
        let number = try SocketListener.open(wanted, isShared: isShared)
        address = SocketListener.boundAddress(of: number) ?? wanted
        do throws(SystemError) {
            descriptor = try PolledDescriptor(number, on: loop)
        } catch {
            throw StreamError(.listen, wanted.description, .system(error.code))
        }
    }

    /// `SO_REUSEPORT`: each loop has a listener of its own on the same port, and the kernel spreads connections. Nobody
    /// gets it unasked: two servers that do not know of each other would share a port, and half of what each is sent.
    private static func open(_ wanted: Address, isShared: Bool) throws(StreamError) -> Int32 {
        let number = spillway_socket(wanted.family)
        guard number >= 0 else { throw StreamError(.listen, wanted.description, .system(errno)) }
        if wanted.family != AF_UNIX {
            number.set(SOL_SOCKET, SO_REUSEADDR, Int32(1))
            if isShared { number.set(SOL_SOCKET, SO_REUSEPORT, Int32(1)) }
        }
        if wanted.family == AF_INET6 { number.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, Int32(1)) }
        guard bind(number, to: wanted), listen(number, backlog) == 0 else {
            let code = errno
            Glibc.close(number)
            throw StreamError(.listen, wanted.description, .system(code))
        }
        return number
    }

    /// A UNIX socket's file stays behind when its process is killed. If nobody answers there, it is in the way and
    /// nothing else.
    private static func bind(_ number: Int32, to wanted: Address) -> Bool {
        func attempt() -> Bool { unsafe wanted.withSocketAddress { unsafe Glibc.bind(number, $0, $1) } == 0 }
        if attempt() { return true }
        guard case .unix(let path) = wanted, errno == EADDRINUSE, isSocket(path), isAbandoned(wanted) else {
            return false
        }
        unsafe unlink(path)
        return attempt()
    }

    /// Connecting to a plain file is refused too, and that file is somebody's.
    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { return true }
        errno = EADDRINUSE
        return false
    }

    private static func isAbandoned(_ address: Address) -> Bool {
        let probe = spillway_socket(AF_UNIX)
        guard probe >= 0 else { return false }
        let refused = unsafe address.withSocketAddress { unsafe connect(probe, $0, $1) } != 0 && errno == ECONNREFUSED
        Glibc.close(probe)
        if !refused { errno = EADDRINUSE }
        return refused
    }

    private static func boundAddress(of number: Int32) -> Address? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes -> Address? in
            let pointer = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            guard unsafe getsockname(number, pointer, &length) == 0 else { return nil }
            return unsafe Address(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<Int(length)]))
        }
    }

    func accept() async throws(StreamError) -> any ByteStream {
        while true {
            if descriptor.isClosed { throw StreamError(.accept, address.description, .closed) }
            if let place = descriptor.placeOfBytes() {
                let wake = await place.wait()
                if wake != .ready { throw StreamError(.accept, address.description, wake: wake) }
                // A task that ran meanwhile may have closed it.
                continue
            }
            if descriptor.takesTurn(), let stream = try acceptOne() { return stream }
        }
    }

    /// Nil: nobody waits any more.
    private func acceptOne() throws(StreamError) -> SocketStream? {
        var storage = sockaddr_storage()
        var length = UInt32(MemoryLayout<sockaddr_storage>.size)
        let number = retrying("accept4") { unsafe spillway_accept(descriptor.number, &storage, &length) }
        guard number >= 0 else {
            switch errno {
            case EAGAIN:
                descriptor.drainedReads()
                return nil
            case ECONNABORTED:
                return nil
            default:
                throw StreamError(.accept, address.description, .system(errno))
            }
        }
        let peer = unsafe withUnsafeBytes(of: &storage) { bytes in
            unsafe Address(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<min(Int(length), bytes.count)]))
        }
        number.setNoDelay(address)
        // A UNIX client has no name of its own; messages then call it by the place where it came in.
        let named = peer == .unix(path: "") ? address : peer ?? address
        do throws(SystemError) {
            return SocketStream(try PolledDescriptor(number, on: descriptor.loop), peer: named)
        } catch {
            throw StreamError(.accept, address.description, .system(error.code))
        }
    }

    func close() {
        if !descriptor.isClosed, case .unix(let path) = address { unsafe unlink(path) }
        descriptor.close()
    }
}
