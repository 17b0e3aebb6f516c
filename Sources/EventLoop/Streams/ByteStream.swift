/// A connection that carries bytes both ways: TCP, a UNIX socket, TLS over either, or a simulated one.
///
/// One task at a time reads, and one at a time writes. Every wait ends by an absolute deadline.
public protocol ByteStream: AnyObject {
    var loop: EventLoop { get }
    var peer: Address { get }
    /// What ALPN chose; nil without TLS or without a choice.
    var applicationProtocol: String? { get }

    /// Takes what has arrived without waiting and appends it to the buffer's free room. Nil: nothing is there. Zero: the
    /// peer has ended its side.
    func readNow(into buffer: ByteBuffer) throws(StreamError) -> Int?

    /// Hands over what finds room without waiting; how many bytes that were.
    func writeNow(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int

    /// Where to wait until reading might give something. Nil: it might now.
    func placeOfBytes() throws(StreamError) -> Parking?

    /// Where to wait until a write that did not take everything might take more. Nil: it might now.
    func placeOfRoom() throws(StreamError) -> Parking?

    /// Ends this side; the other may still send.
    func finishWriting(until deadline: Instant) async throws(StreamError)

    /// For a connection that should be silent: the peer has ended it or said something unasked.
    var hasUnexpectedInput: Bool { get }

    /// Ends both sides. Closing twice is harmless; whoever waits here is woken.
    func close()

    /// Ends both sides so that the peer sees a reset, not an orderly end. A UNIX socket knows none: its peer reads the
    /// end.
    func reset()
}

extension ByteStream {
    public var applicationProtocol: String? { nil }

    /// Returns when reading might give something, or early: an idle connection needs no buffer until then.
    public func waitReadable(until deadline: Instant) async throws(StreamError) {
        guard let place = try placeOfBytes() else { return }
        let wake = await place.wait(until: deadline)
        if wake != .ready { throw StreamError(.read, peer.description, wake: wake) }
    }

    public func waitWritable(until deadline: Instant) async throws(StreamError) {
        guard let place = try placeOfRoom() else { return }
        let wake = await place.wait(until: deadline)
        if wake != .ready { throw StreamError(.write, peer.description, wake: wake) }
    }

    /// Appends what has arrived to the buffer's free room, waiting for at least one byte. Zero: the peer has ended
    /// its side.
    public func read(into buffer: ByteBuffer, until deadline: Instant) async throws(StreamError) -> Int {
        while true {
            if let count = try readNow(into: buffer) { return count }
            try await waitReadable(until: deadline)
        }
    }

    /// Returns when all of it is with the kernel.
    public func write(_ bytes: [UInt8], until deadline: Instant) async throws(StreamError) {
        var sent = try writeNow(bytes, from: 0)
        while sent < bytes.count {
            try await waitWritable(until: deadline)
            sent += try writeNow(bytes, from: sent)
        }
    }
}

/// Where connections arrive.
public protocol StreamListener: AnyObject {
    /// The address with the port that was chosen.
    var address: Address { get }
    func accept() async throws(StreamError) -> any ByteStream
    func close()
}
