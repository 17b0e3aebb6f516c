public import Timebase

/// When each of a number of places will be free, as a heap: the one that is free first is at the root.
public struct FreeTimes: Sendable {
    private var free: [Instant]

    public init(count: Int) {
        free = Array(repeating: .zero, count: count)
    }

    public var count: Int { free.count }
    /// There must be a place.
    public var first: Instant { free[0] }

    public func countTaken(at now: Instant) -> Int { free.count { $0 > now } }

    /// The place that is free first is taken until then.
    public mutating func takeFirst(until instant: Instant) {
        var place = 0
        while true {
            let left = 2 * place + 1
            guard left < free.count else { break }
            let right = left + 1
            let child = right < free.count && free[right] < free[left] ? right : left
            if instant <= free[child] { break }
            free[place] = free[child]
            place = child
        }
        free[place] = instant
    }
}
