import EventLoop

/// So many at once, so many waiting in their order, and the rest turned away at the door.
final class DemoQueue {
    private let loop: EventLoop
    private let concurrency: Int
    private let waitingMax: Int
    private var busy = 0
    private var waiting: [Parking] = []
    private(set) var turnedAway = 0

    init(on loop: EventLoop, concurrency: Int, waitingMax: Int) {
        self.loop = loop
        self.concurrency = concurrency
        self.waitingMax = waitingMax
    }

    /// False: turned away. Whoever was let in leaves again.
    func enter() async throws(CancellationError) -> Bool {
        if busy < concurrency {
            busy += 1
            return true
        }
        guard waiting.count < waitingMax else {
            turnedAway += 1
            return false
        }
        let place = Parking(loop)
        waiting.append(place)
        // Whoever leaves hands its place on, so the count stays.
        if await place.wait() == .ready { return true }
        waiting.removeAll { $0 === place }
        throw CancellationError()
    }

    func leave() {
        while !waiting.isEmpty {
            if waiting.removeFirst().wake() { return }
        }
        busy -= 1
    }
}
