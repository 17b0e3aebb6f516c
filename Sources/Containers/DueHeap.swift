public import Timebase

/// Places in the order in which they are due; those due at the same instant in the order of their numbers. A place is
/// taken out from anywhere.
public struct DueHeap: Sendable {
    private struct Entry {
        let due: Instant
        let number: UInt64
        let place: Int32

        func precedes(_ other: Entry) -> Bool { due < other.due || (due == other.due && number < other.number) }
    }

    private var entries: [Entry] = []
    /// Where a place stands among the entries; -1 for one that does not.
    private var positions: [Int32] = []

    public init() {}

    public var count: Int { entries.count }
    public var first: (place: Int32, due: Instant)? { entries.first.map { ($0.place, $0.due) } }

    public func countDue(by now: Instant) -> Int { entries.count { $0.due <= now } }

    public mutating func insert(_ place: Int32, due: Instant, number: UInt64) {
        while positions.count <= place { positions.append(-1) }
        precondition(positions[Int(place)] < 0, "place \(place) is due twice")
        entries.append(Entry(due: due, number: number, place: place))
        siftUp(entries.count - 1)
    }

    public mutating func remove(_ place: Int32) {
        let position = Int(positions[Int(place)])
        precondition(position >= 0, "place \(place) is not due")
        positions[Int(place)] = -1
        let last = entries.removeLast()
        guard position < entries.count else { return }
        entries[position] = last
        siftDown(position)
        siftUp(Int(positions[Int(last.place)]))
    }

    private mutating func put(_ entry: Entry, at position: Int) {
        entries[position] = entry
        positions[Int(entry.place)] = Int32(position)
    }

    private mutating func siftUp(_ start: Int) {
        let entry = entries[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            put(entries[parent], at: position)
            position = parent
        }
        put(entry, at: position)
    }

    private mutating func siftDown(_ start: Int) {
        let entry = entries[start]
        var position = start
        while true {
            var child = position * 2 + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            put(entries[child], at: position)
            position = child
        }
        put(entry, at: position)
    }
}
