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

    func placeOfBytes() throws(StreamError) -> Parking? {
        if descriptor.isClosed { throw StreamError(.read, peer.description, .closed) }
        return descriptor.placeOfBytes()
    }

    func placeOfRoom() throws(StreamError) -> Parking? {
        if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
        do throws(SystemError) {
            return try descriptor.placeOfRoom()
        } catch {
            throw StreamError(.write, peer.description, .system(error.code))
        }
    }

    /// A full read may have left more behind, so reading is tried again; a short one has not.
    func readNow(into buffer: ByteBuffer) throws(StreamError) -> Int? {
        if descriptor.isClosed { throw StreamError(.read, peer.description, .closed) }
        guard descriptor.isReadable, descriptor.takesTurn() else { return nil }
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

    func writeNow(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int {
        if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
        guard descriptor.takesTurn() else { return 0 }
        let count = unsafe bytes.withUnsafeBytes { bytes in
            retrying("send") {
                unsafe send(
                    descriptor.number, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
        }
        if count >= 0 { return count }
        guard errno == EAGAIN else { throw StreamError(.write, peer.description, .system(errno)) }
        return 0
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
