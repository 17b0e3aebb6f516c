import Glibc

/// A non-blocking descriptor of a live loop: owns it, knows whether reading and writing may succeed, and is where
/// tasks wait until they may.
final class PolledDescriptor {
    let number: Int32
    let loop: EventLoop
    private let poller: Poller
    private(set) var registration: UInt32 = 0
    private var watchesWriting: Bool
    private(set) var isReadable = false
    private var isWritable: Bool
    private(set) var isPeerEnded = false
    private(set) var isClosed = false
    private let reader: Parking
    private lazy var writer = Parking(loop)

    /// Takes ownership of the descriptor, also when it throws. `isConnecting`: not writable until the kernel says so.
    init(_ number: Int32, on loop: EventLoop, isConnecting: Bool = false) throws(SystemError) {
        guard case .live(let poller) = loop.world else {
            preconditionFailure("a simulated loop has no descriptors")
        }
        self.number = number
        self.loop = loop
        self.poller = poller
        self.reader = Parking(loop)
        self.isWritable = !isConnecting
        self.watchesWriting = isConnecting
        do {
            registration = try poller.register(self, writing: isConnecting)
        } catch {
            isClosed = true
            Glibc.close(number)
            throw error
        }
    }

    deinit {
        precondition(isClosed, "descriptor \(number) was let go without being closed")
    }

    func became(_ readiness: Readiness) {
        if readiness.isEnded { isPeerEnded = true }
        if readiness.isReadable, !isReadable {
            isReadable = true
            reader.wake()
        }
        if readiness.isWritable, !isWritable {
            isWritable = true
            writer.wake()
        }
    }

    /// Reading found nothing: the next edge is waited for.
    func drainedReads() { isReadable = false }

    /// Reading got less than there was room for. The kernel's edge for what comes later is still to come, unless the
    /// end of the stream was told with this one.
    func readShort() { if !isPeerEnded { isReadable = false } }

    /// Where to wait for bytes; nil when there may be some.
    func placeOfBytes() -> Parking? { isReadable ? nil : reader }

    /// Where to wait for room, after writing would have blocked.
    func placeOfRoom() throws(SystemError) -> Parking {
        isWritable = false
        if !watchesWriting {
            watchesWriting = true
            // Modifying the interest reports what already holds, so no edge is lost here.
            try poller.watchWriting(self, registration: registration)
        }
        return writer
    }

    /// A connection under way: writable once it stands or has failed.
    func waitConnected(until deadline: Instant) async -> Wake {
        isWritable ? .ready : await writer.wait(until: deadline)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        poller.forget(self)
        Glibc.close(number)
        reader.wake(.closed)
        writer.wake(.closed)
    }
}
