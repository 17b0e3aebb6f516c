import Glibc

/// One end of a simulated connection.
final class SimulatedStream: ByteStream {
    let loop: EventLoop
    let peer: Address
    private let incoming: SimulatedPipe
    private let outgoing: SimulatedPipe
    private var isClosed = false

    init(loop: EventLoop, peer: Address, incoming: SimulatedPipe, outgoing: SimulatedPipe) {
        self.loop = loop
        self.peer = peer
        self.incoming = incoming
        self.outgoing = outgoing
    }

    var heldByteCount: Int { incoming.heldByteCount }

    func placeOfBytes() throws(StreamError) -> Parking? {
        if isClosed { throw StreamError(.read, peer.description, .closed) }
        return incoming.placeOfBytes()
    }

    func placeOfRoom() throws(StreamError) -> Parking? {
        if isClosed { throw StreamError(.write, peer.description, .closed) }
        return outgoing.placeOfRoom()
    }

    func readNow(into buffer: ByteBuffer) throws(StreamError) -> Int? {
        precondition(buffer.freeRoom > 0, "reading into a full buffer")
        if isClosed { throw StreamError(.read, peer.description, .closed) }
        guard incoming.isReadable else { return nil }
        if incoming.isReset, !incoming.hasUnread { throw StreamError(.read, peer.description, .system(ECONNRESET)) }
        return incoming.take(into: buffer)
    }

    func writeNow(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int {
        if isClosed { throw StreamError(.write, peer.description, .closed) }
        if incoming.isReset || outgoing.isRefused { throw StreamError(.write, peer.description, .system(ECONNRESET)) }
        if outgoing.isEnded { throw StreamError(.write, peer.description, .system(EPIPE)) }
        let count = outgoing.put(bytes, from: offset)
        // A connection breaks in both directions.
        if outgoing.isCut { incoming.cut() }
        return count
    }

    func finishWriting(until deadline: Instant) async throws(StreamError) {
        if isClosed { throw StreamError(.write, peer.description, .closed) }
        outgoing.end()
    }

    var hasUnexpectedInput: Bool { isClosed || incoming.isReadable }

    /// Like a socket's close: what was sent still arrives, and what arrives here unread resets the peer.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if incoming.hasUnread { outgoing.reset() } else { outgoing.end() }
        incoming.abandon()
        outgoing.release()
    }

    func reset() {
        guard !isClosed else { return }
        isClosed = true
        outgoing.reset()
        incoming.abandon()
        outgoing.release()
    }
}

/// Where simulated connections arrive.
final class SimulatedListener: StreamListener {
    let address: Address
    private unowned let simulation: Simulation
    private var waiting: [any ByteStream] = []
    private let parking: Parking
    private var isClosed = false

    private static let backlog = 4096

    init(address: Address, simulation: Simulation, loop: EventLoop) {
        self.address = address
        self.simulation = simulation
        self.parking = Parking(loop)
    }

    var hasRoom: Bool { waiting.count < SimulatedListener.backlog }

    func arrived(_ stream: any ByteStream) {
        waiting.append(stream)
        parking.wake()
    }

    func accept() async throws(StreamError) -> any ByteStream {
        while waiting.isEmpty {
            if isClosed { throw StreamError(.accept, address.description, .closed) }
            let wake = await parking.wait()
            if wake != .ready { throw StreamError(.accept, address.description, wake: wake) }
        }
        return waiting.removeFirst()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        simulation.forget(address)
        for stream in waiting { stream.reset() }
        waiting.removeAll()
        parking.wake(.closed)
    }
}
