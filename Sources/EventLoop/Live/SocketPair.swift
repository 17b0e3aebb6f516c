import Glibc

/// Two connected sockets: one end for this process, the other for a child that is started with it. The numbers are the
/// caller's to close or to hand on (`EventLoop.adopt`).
public struct SocketPair: Sendable {
    /// Closed in every child.
    public let own: Int32
    /// Open in the children that are started while it is open here.
    public let childs: Int32

    public init() throws(SystemError) {
        var numbers: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &numbers) { bytes in
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, bytes.bindMemory(to: Int32.self).baseAddress)
        }
        guard result == 0 else { throw SystemError("socketpair") }
        (own, childs) = numbers
        _ = fcntl(own, F_SETFD, FD_CLOEXEC)
    }
}

extension EventLoop {
    /// Takes over a connected socket that was opened elsewhere, as by the process that started this one. It is closed
    /// with the stream, and also when this throws.
    public func adopt(socket number: Int32) throws(StreamError) -> any ByteStream {
        let peer = Address.unix(path: "")
        do throws(SystemError) {
            let flags = fcntl(number, F_GETFL)
            guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) == 0, fcntl(number, F_SETFD, FD_CLOEXEC) == 0
            else { throw SystemError("fcntl") }
            return SocketStream(try PolledDescriptor(number, on: self), peer: peer)
        } catch {
            throw StreamError(.connect, "socket \(number)", .system(error.code))
        }
    }
}
