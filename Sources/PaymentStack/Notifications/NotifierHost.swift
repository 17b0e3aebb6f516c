import Peers

/// One host that is told, and how much of it is under way.
struct NotifierHost {
    let destination: Destination
    private let roomMax: Int
    /// Attempts that may be under way. Halved by a failure, one more with each success.
    private(set) var room: Int
    private(set) var underWay = 0
    /// All of its notifications that are in memory.
    var inMemory = 0
    /// Those that are due and wait for room, the oldest first.
    private var line: [Int32] = []
    private var front = 0

    init(_ destination: Destination, room: Int) {
        self.destination = destination
        roomMax = room
        self.room = room
    }

    var hasRoom: Bool { underWay < room }

    mutating func begin() { underWay += 1 }

    mutating func ended(well: Bool?) {
        underWay -= 1
        guard let well else { return }
        room = well ? min(roomMax, room + 1) : max(1, room / 2)
    }

    mutating func lineUp(_ place: Int32) { line.append(place) }

    mutating func next() -> Int32? {
        guard hasRoom, front < line.count else { return nil }
        front += 1
        let place = line[front - 1]
        if front == line.count {
            line.removeAll(keepingCapacity: true)
            front = 0
        } else if front >= 1_024 {
            line.removeFirst(front)
            front = 0
        }
        return place
    }
}
