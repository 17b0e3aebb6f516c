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
    /// Reads and writes since a task last had to wait here.
    private var streak = 0
    private let reader: Parking
    private var readerWantsRoom = false
    private var writerWantsBytes = false
    /// Most writes never wait.
    private var writer: Parking?

    /// Takes ownership of the descriptor, also when it throws. `isConnecting`: not writable until the kernel says so.
    init(_ number: Int32, on loop: EventLoop, isConnecting: Bool = false) throws(SystemError) {
        guard case .live(let poller) = loop.world else {
            preconditionFailure("a simulated loop has no descriptors")
        }
        self.number = number
        self.loop = loop
        self.poller = poller
        self.reader = Parking(loop, keepsTimer: true)
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
        // Both are woken: TLS may write only after it has read, and the other way round. Who finds nothing waits again.
        if readiness.isReadable, !isReadable {
            isReadable = true
            reader.wake()
            if writerWantsBytes {
                writerWantsBytes = false
                writer?.wake()
            }
        }
        if readiness.isWritable, !isWritable {
            isWritable = true
            writer?.wake()
            if readerWantsRoom {
                readerWantsRoom = false
                reader.wake()
            }
        }
    }

    /// Reading found nothing: the next edge is waited for.
    func drainedReads() { isReadable = false }

    /// Reading got less than there was room for. The kernel's edge for what comes later is still to come, unless the
    /// end of the stream was told with this one.
    func readShort() { if !isPeerEnded { isReadable = false } }

    /// Whether bytes or an end are there now. A read that filled its buffer, or TLS's own reads, may leave the flag up
    /// with nothing behind it; then the kernel is asked.
    func hasInput() -> Bool {
        guard isReadable, !isPeerEnded, !isClosed else { return isReadable }
        var byte: UInt8 = 0
        let count = retrying("recv") { unsafe recv(number, &byte, 1, Int32(MSG_PEEK)) }
        if count < 0, errno == EAGAIN { isReadable = false }
        return isReadable
    }

    // MARK: Waiting

    /// Where to wait for bytes; nil when there may be some.
    func placeOfBytes() -> Parking? {
        if isTurnOver { comeBackSoon() } else if isReadable { return nil }
        streak = 0
        return reader
    }

    /// Where to wait for room, after writing would have blocked.
    func placeOfRoom() throws(SystemError) -> Parking {
        if isTurnOver {
            comeBackSoon()
        } else {
            isWritable = false
            if !watchesWriting {
                // Modifying the interest reports what already holds, so no edge is lost here.
                try poller.watchWriting(self, registration: registration)
                watchesWriting = true
            }
        }
        streak = 0
        return writing
    }

    /// Where a reader waits that cannot go on before something is written: at its own place, or it would meet a writer
    /// that waits for room as well.
    func placeOfRoomForReader() throws(SystemError) -> Parking {
        _ = try placeOfRoom()
        readerWantsRoom = true
        return reader
    }

    /// The same for a writer that cannot go on before something is read.
    func placeOfBytesForWriter() -> Parking? {
        guard placeOfBytes() != nil else { return nil }
        writerWantsBytes = true
        return writing
    }

    private var writing: Parking {
        let parking = writer ?? Parking(loop)
        writer = parking
        return parking
    }

    /// A connection under way: writable once it stands or has failed.
    func waitConnected(until deadline: Instant) async -> Wake {
        isWritable ? .ready : await writing.wait(until: deadline)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        poller.forget(self)
        Glibc.close(number)
        reader.retire()
        writer?.wake(.closed)
    }

    /// The loop has ended: nobody who waits here can be woken any more.
    func abandon() {
        isClosed = true
        Glibc.close(number)
    }

    // MARK: Taking turns

    // A peer that always has bytes, or always takes them, would keep its task from ever waiting: no other task would
    // run, and neither deadline nor cancellation would reach it. So a long streak ends as if there were nothing to do.

    private static let longestStreak = 32

    /// Counts one more read or write that need not wait; false when it is the others' turn.
    func takesTurn() -> Bool {
        streak += 1
        return !isTurnOver
    }

    var isTurnOver: Bool { streak > PolledDescriptor.longestStreak }

    /// Wakes whoever waits here in the next turn, unless their deadline has passed, which is an earlier timer.
    private func comeBackSoon() { _ = loop.arm(loop.now, self) }
}

extension PolledDescriptor: TimerTarget {
    func timerFired(_ timer: TimerID) {
        reader.wake()
        writer?.wake()
    }
}
