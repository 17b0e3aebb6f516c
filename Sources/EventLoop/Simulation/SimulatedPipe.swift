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
    private var isEndSent = false
    private var isEndArrived = false
    private(set) var isReset = false
    private var isAbandoned = false
    private let reader: Parking
    private let writer: Parking

    init(simulation: Simulation, link: Link, loop: EventLoop) {
        self.simulation = simulation
        self.link = link
        self.loop = loop
        self.reader = Parking(loop)
        self.writer = Parking(loop)
    }

    // MARK: The writing end

    var isEnded: Bool { isEndSent }

    /// How many bytes found room.
    func put(_ bytes: [UInt8], from offset: Int) -> Int {
        let room = link.conditions.window - unreadAndOnTheWay
        let count = min(bytes.count - offset, max(0, room))
        var sent = 0
        while sent < count {
            let length = simulation.drawSegmentLength(link, of: count - sent)
            if simulation.drawsReset(link) {
                reset()
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
        link.conditions.window > unreadAndOnTheWay ? nil : writer
    }

    func end() {
        guard !isEndSent else { return }
        isEndSent = true
        send(.end)
    }

    func reset() {
        isEndSent = true
        send(.reset)
    }

    func release() { writer.wake(.closed) }

    private func send(_ content: Content) {
        guard !isAbandoned else {
            // Nobody is there any more. Bytes to a closed peer come back as a reset.
            if case .bytes = content { isReset = true }
            return
        }
        lastArrival = max(lastArrival, simulation.now + simulation.drawTransit(link))
        onTheWay.append((lastArrival, content))
        if timer == .none { timer = loop.arm(lastArrival, self) }
    }

    // MARK: Arrival

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        if link.conditions.isCutOff {
            self.timer = loop.arm(simulation.now + link.conditions.retransmission, self)
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
            self.timer = loop.arm(max(onTheWay[nextArrival].arrival, simulation.now), self)
        }
        reader.wake()
    }

    private func arrive(_ content: Content) {
        switch content {
        case .bytes(let bytes):
            simulation.trace.mix(bytes)
            if isAbandoned {
                isReset = true
                writer.wake()
            } else if arrived.isEmpty {
                arrived = bytes
            } else {
                arrived.append(contentsOf: bytes)
            }
        case .end:
            simulation.trace.mix(1 as UInt64)
            isEndArrived = true
        case .reset:
            simulation.trace.mix(2 as UInt64)
            isReset = true
            arrived.removeAll()
            taken = 0
            writer.wake()
        }
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
        reader.wake(.closed)
    }
}
