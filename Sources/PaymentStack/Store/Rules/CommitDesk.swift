import EventLoop

/// Where callers wait for their changes, on the loop: a numbered place each, used again and again.
final class CommitDesk {
    private final class Place {
        let parking: Parking
        var isAwaited = false
        var answer: Result<CommitOutcome, StoreFailure>?

        init(_ loop: EventLoop) {
            parking = Parking(loop)
        }
    }

    private let loop: EventLoop
    private let waitingMax: Int
    private var places: [Place] = []
    private var free: [Int] = []
    var figures = StoreFigures()

    init(_ loop: EventLoop, waitingMax: Int) {
        self.loop = loop
        self.waitingMax = waitingMax
    }

    /// A place for one change, whose caller comes for its answer.
    func take() throws(StoreFailure) -> Int {
        guard figures.waiting < waitingMax else {
            figures.refusedBehind += 1
            throw StoreFailure(operation: "commit", cause: .behind(waiting: figures.waiting))
        }
        figures.waiting += 1
        let slot = free.popLast() ?? places.count
        if slot == places.count { places.append(Place(loop)) }
        places[slot].isAwaited = true
        return slot
    }

    /// Also for a task that was cancelled: a change under way is made, and its caller is to know.
    func answer(_ slot: Int) async throws(StoreFailure) -> CommitOutcome {
        let place = places[slot]
        while place.answer == nil { await place.parking.rest() }
        guard let answer = place.answer else { preconditionFailure("woken without an answer") }
        place.answer = nil
        free.append(slot)
        figures.waiting -= 1
        return try answer.get()
    }

    func deliver(_ answer: Result<CommitOutcome, StoreFailure>, to slot: Int) {
        let place = places[slot]
        precondition(place.isAwaited, "an answer for place \(slot), where nobody waits")
        place.isAwaited = false
        place.answer = answer
        place.parking.wake()
    }

    /// Whoever still waits hears this.
    func abandon(_ failure: StoreFailure) {
        for slot in places.indices where places[slot].isAwaited { deliver(.failure(failure), to: slot) }
    }
}

extension StoreFigures {
    mutating func count(_ outcome: CommitOutcome, rows: UInt64) {
        switch outcome {
        case .done:
            changes += 1
            self.rows += rows
        case .keyTaken: keysTaken += 1
        case .stale: stale += 1
        case .belowFloor: belowFloor += 1
        }
    }
}
