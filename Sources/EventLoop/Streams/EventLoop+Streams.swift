import CLinux
import Glibc

extension EventLoop {
    /// Connects to an address, live or in the simulated network, whichever world this loop is.
    public func connect(to address: Address, until deadline: Instant) async throws(StreamError) -> any ByteStream {
        switch world {
        case .live: try await connectSocket(to: address, until: deadline)
        case .simulated(let simulation): try await simulation.connect(to: address, on: self, until: deadline)
        }
    }

    /// Listens at an address; port 0 lets the system choose. One that is shared may be listened at by others who say so
    /// too: the loops of one server (in simulation there is one loop).
    public func listen(on address: Address, isShared: Bool = false) throws(StreamError) -> any StreamListener {
        switch world {
        case .live: try SocketListener(on: address, isShared: isShared, loop: self)
        case .simulated(let simulation): try simulation.listen(on: address, loop: self)
        }
    }

    func connectSocket(to address: Address, until deadline: Instant) async throws(StreamError) -> SocketStream {
        let descriptor: PolledDescriptor
        do throws(SystemError) {
            let number = spillway_socket(address.family)
            if number < 0 { throw SystemError("socket") }
            number.setNoDelay(address)
            let isConnecting = try EventLoop.beginConnecting(number, to: address)
            descriptor = try PolledDescriptor(number, on: self, isConnecting: isConnecting)
        } catch {
            throw StreamError(.connect, address.description, .system(error.code))
        }
        let wake = await descriptor.waitConnected(until: deadline)
        let failure = wake == .ready ? EventLoop.pendingError(of: descriptor.number) : 0
        guard wake == .ready, failure == 0 else {
            descriptor.close()
            throw failure != 0
                ? StreamError(.connect, address.description, .system(failure))
                : StreamError(.connect, address.description, wake: wake)
        }
        return SocketStream(descriptor, peer: address)
    }

    /// True: under way. Closes the descriptor when it throws.
    private static func beginConnecting(_ number: Int32, to address: Address) throws(SystemError) -> Bool {
        let result = unsafe address.withSocketAddress { unsafe Glibc.connect(number, $0, $1) }
        if result == 0 { return false }
        if errno == EINPROGRESS || errno == EINTR { return true }
        let error = SystemError("connect")
        close(number)
        throw error
    }

    private static func pendingError(of number: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }
}
