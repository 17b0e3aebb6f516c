/// A connection that carries bytes both ways: TCP, a UNIX socket, TLS over either, or a simulated one.
///
/// One task at a time reads, and one at a time writes. Every wait ends by an absolute deadline.
package protocol ByteStream: AnyObject {
    var loop: EventLoop { get }
    var peer: Address { get }
    /// What ALPN chose; nil without TLS or without a choice.
    var applicationProtocol: String? { get }

    /// Returns when reading might give something: an idle connection needs no buffer until then. It may return early.
    func waitReadable(until deadline: Instant) async throws(StreamError)

    /// Appends what has arrived to the buffer's free room, waiting for at least one byte. Zero: the peer has ended
    /// its side.
    func read(into buffer: ByteBuffer, until deadline: Instant) async throws(StreamError) -> Int

    /// Returns when all of it is with the kernel.
    func write(_ bytes: [UInt8], until deadline: Instant) async throws(StreamError)

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
    package var applicationProtocol: String? { nil }
}

/// Where connections arrive.
package protocol StreamListener: AnyObject {
    /// The address with the port that was chosen.
    var address: Address { get }
    func accept() async throws(StreamError) -> any ByteStream
    func close()
}
