import SeededRandom

/// One direction of a simulated connection: what is on its way, and what has arrived and waits to be read.
///
///     put --> |segments on their way, in order| --arrival--> |arrived bytes| --> take
///              `window` bounds the two together: a reader that does not read stops the writer.
final class SimulatedPipe: TimerTarget {
    private enum Content {
        case bytes([UInt8])
        case end
        case reset
        /// The answer to bytes that found nobody: on its way back to the writer.
        case refusal
    }

    private let loop: EventLoop
    private let simulation: Simulation
    private let link: Link
    private var onTheWay: [(arrival: Instant, content: Content)] = []
    private var nextArrival = 0
    private var timer = TimerID.none
    private var arrived: [UInt8] = []
    private var taken = 0
    private var unreadAndOnTheWay = 0
    private var lastArrival = Instant(nanoseconds: 0)
    /// The change of the link's conditions since which it knows this writer as one without room.
    private var stoppedSince: Int?
    private var isEndSent = false
    private var isEndArrived = false
    /// The connection broke on this way: what is put in now is lost, and the reader will find a reset.
    private(set) var isCut = false
    /// The reader has come to the reset.
    private(set) var isReset = false
    /// The writer knows that nobody reads.
    private(set) var isRefused = false
    private var isAbandoned = false
    private var isRefusalSent = false
    private let reader: Parking
    private let writer: Parking
    /// Who writes the other way at the reading end: a reset ends that wait too.
    private let oppositeWriter: Parking

    init(simulation: Simulation, link: Link, loop: EventLoop, writer: Parking, oppositeWriter: Parking) {
        self.simulation = simulation
        self.link = link
        self.loop = loop
        self.reader = Parking(loop, keepsTimer: true)
        self.writer = writer
        self.oppositeWriter = oppositeWriter
    }

    /// Everything that memory is spent on, arrived or not, taken or not.
    var heldByteCount: Int {
        onTheWay.reduce(arrived.count) { sum, segment in
            if case .bytes(let bytes) = segment.content { sum + bytes.count } else { sum }
        }
    }

    // MARK: The writing end

    var isEnded: Bool { isEndSent }

    /// How many bytes found room.
    func put(_ bytes: [UInt8], from offset: Int) -> Int {
        if isCut { return bytes.count - offset }
        let room = link.conditions.window - unreadAndOnTheWay
        let count = min(bytes.count - offset, max(0, room))
        var sent = 0
        while sent < count {
            let length = simulation.drawSegmentLength(link, of: count - sent)
            if simulation.drawsReset(link) {
                cut()
                return count
            }
            let start = offset + sent
            let isWhole = length == bytes.count
            send(.bytes(isWhole ? bytes : Array(bytes[start..<(start + length)])))
            sent += length
        }
        unreadAndOnTheWay += count
        return count
    }

    func placeOfRoom() -> Parking? {
        if link.conditions.window > unreadAndOnTheWay { return nil }
        if stoppedSince != link.changes {
            stoppedSince = link.changes
            link.stop(writer)
        }
        return writer
    }

    func end() {
        guard !isEndSent, !isCut else { return }
        isEndSent = true
        send(.end)
    }

    func reset() {
        isEndSent = true
        cut()
    }

    /// A reset is sent behind what is on its way.
    func cut() {
        guard !isCut else { return }
        isCut = true
        send(.reset)
    }

    func release() {
        if stoppedSince == link.changes { link.forget(writer) }
        writer.wake(.closed)
    }

    private func send(_ content: Content) {
        lastArrival = max(lastArrival, simulation.now + simulation.drawTransit(link))
        onTheWay.append((lastArrival, content))
        if timer == .none { timer = loop.arm(lastArrival, self) }
    }

    // MARK: Arrival

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        if link.conditions.isCutOff {
            self.timer = loop.arm(simulation.now + link.repetition, self)
            return
        }
        while nextArrival < onTheWay.count, onTheWay[nextArrival].arrival <= simulation.now {
            arrive(onTheWay[nextArrival].content)
            nextArrival += 1
        }
        if nextArrival == onTheWay.count {
            onTheWay.removeAll(keepingCapacity: true)
            nextArrival = 0
        } else {
            // A connection that is never silent must not keep what has arrived.
            if nextArrival > 32, nextArrival > onTheWay.count / 2 {
                onTheWay.removeFirst(nextArrival)
                nextArrival = 0
            }
            // A refusal sent meanwhile armed it for its own arrival.
            if self.timer != .none { loop.cancel(self.timer) }
            self.timer = loop.arm(onTheWay[nextArrival].arrival, self)
        }
        if isReadable { reader.wake() }
    }

    private func arrive(_ content: Content) {
        switch content {
        case .bytes(let bytes):
            simulation.trace.mix(bytes)
            if isAbandoned { refuse() } else { append(bytes) }
        case .end:
            simulation.trace.mix(1 as UInt64)
            isEndArrived = true
        case .reset:
            simulation.trace.mix(2 as UInt64)
            isReset = true
            oppositeWriter.wake()
        case .refusal:
            simulation.trace.mix(3 as UInt64)
            isRefused = true
            writer.wake()
        }
    }

    /// One answer is enough.
    private func refuse() {
        guard !isRefusalSent else { return }
        isRefusalSent = true
        send(.refusal)
    }

    private func append(_ bytes: [UInt8]) {
        if arrived.isEmpty {
            arrived = bytes
            return
        }
        if taken > arrived.count / 2 {
            arrived.removeFirst(taken)
            taken = 0
        }
        arrived.append(contentsOf: bytes)
    }

    // MARK: The reading end

    var hasUnread: Bool { taken < arrived.count }
    var isReadable: Bool { hasUnread || isEndArrived || isReset }

    func placeOfBytes() -> Parking? { isReadable ? nil : reader }

    /// Zero: the peer has ended its side.
    func take(into buffer: ByteBuffer) -> Int {
        let count = min(buffer.freeRoom, arrived.count - taken)
        guard count > 0 else { return 0 }
        if taken == 0, count == arrived.count {
            buffer.append(arrived)
        } else {
            buffer.append(Array(arrived[taken..<(taken + count)]))
        }
        taken += count
        unreadAndOnTheWay -= count
        if taken == arrived.count {
            arrived = []
            taken = 0
        }
        writer.wake()
        return count
    }

    /// The reading end is closed.
    func abandon() {
        isAbandoned = true
        reader.retire()
    }
}
