import EventLoop
import Timebase

/// Where a handler waits for the end of a first attempt, which may come before it waits.
final class FirstAttempt {
    private let place: Parking
    private var isEnded = false

    init(_ loop: EventLoop) { place = Parking(loop) }

    func isOver() {
        isEnded = true
        place.wake()
    }

    func wait(until deadline: Instant) async {
        if !isEnded { _ = await place.wait(until: deadline) }
    }
}
