import CLinux
import Glibc

/// TCP or a UNIX socket, non-blocking on a live loop.
final class SocketStream: ByteStream {
    let descriptor: PolledDescriptor
    let peer: Address

    var loop: EventLoop { descriptor.loop }

    /// Takes ownership of the descriptor, also when it throws.
    init(_ descriptor: PolledDescriptor, peer: Address) {
        self.descriptor = descriptor
        self.peer = peer
    }

    func waitReadable(until deadline: Instant) async throws(StreamError) {
        let wake = await descriptor.waitReadable(until: deadline)
        if wake != .ready { throw StreamError(.read, peer.description, wake: wake) }
    }

    func read(into buffer: ByteBuffer, until deadline: Instant) async throws(StreamError) -> Int {
        while true {
            try await waitReadable(until: deadline)
            if let count = try receive(into: buffer) { return count }
        }
    }

    /// Nil: nothing is there yet.
    private func receive(into buffer: ByteBuffer) throws(StreamError) -> Int? {
        let room = buffer.freeRoom
        precondition(room > 0, "reading into a full buffer")
        let count = unsafe buffer.fill { room in
            retrying("recv") { unsafe recv(descriptor.number, room.baseAddress, room.count, 0) }
        }
        if count > 0 {
            if count < room { descriptor.readShort() }
            return count
        }
        if count == 0 { return 0 }
        guard errno == EAGAIN else { throw StreamError(.read, peer.description, .system(errno)) }
        descriptor.drainedReads()
        return nil
    }

    func write(_ bytes: [UInt8], until deadline: Instant) async throws(StreamError) {
        var sent = 0
        if descriptor.isStreakLong() {
            let wake = await descriptor.letOthersRun(until: deadline)
            if wake != .ready { throw StreamError(.write, peer.description, wake: wake) }
        }
        while true {
            if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
            sent += try send(bytes, from: sent)
            if sent == bytes.count { return }
            try await waitWritable(until: deadline)
        }
    }

    private func send(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            retrying("send") {
                unsafe Glibc.send(
                    descriptor.number, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
        }
        if count >= 0 { return count }
        guard errno == EAGAIN else { throw StreamError(.write, peer.description, .system(errno)) }
        return 0
    }

    private func waitWritable(until deadline: Instant) async throws(StreamError) {
        let wake: Wake
        do throws(SystemError) {
            wake = try await descriptor.waitWritable(until: deadline)
        } catch {
            throw StreamError(.write, peer.description, .system(error.code))
        }
        if wake != .ready { throw StreamError(.write, peer.description, wake: wake) }
    }

    func finishWriting(until deadline: Instant) async throws(StreamError) {
        if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
        // The peer may have reset the connection already; then there is nothing left to end.
        if shutdown(descriptor.number, Int32(SHUT_WR)) != 0, errno != ENOTCONN {
            throw StreamError(.write, peer.description, .system(errno))
        }
    }

    var hasUnexpectedInput: Bool { descriptor.isClosed || descriptor.hasInput() }

    func close() { descriptor.close() }

    func reset() {
        if !descriptor.isClosed { descriptor.number.set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }
        close()
    }
}

extension Int32 {
    /// Sets an option of the socket with this number. The options used here cannot fail on an open socket of their
    /// family.
    func set<Value: BitwiseCopyable>(_ level: Int32, _ option: Int32, _ value: Value) {
        _ = unsafe withUnsafeBytes(of: value) { bytes in
            unsafe setsockopt(self, level, option, bytes.baseAddress, socklen_t(bytes.count))
        }
    }

    func setNoDelay(_ address: Address) {
        if address.family != AF_UNIX { set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1)) }
    }
}
