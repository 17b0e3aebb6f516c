/// Whoever waits for an instant.
public protocol TimerTarget: AnyObject {
    func timerFired(_ timer: TimerID)
}

/// Names one armed timer; a stale one is recognised by its generation and ignored.
public struct TimerID: Equatable, Sendable {
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32

    public static let none = TimerID(slot: .max, generation: .max)
}

/// A binary heap of deadlines with a slot table, so that a timer is cancelled where it stands: a request arms one and
/// cancels it 10 s early, and dead entries must not pile up. Equal deadlines fire in the order they were armed.
struct TimerHeap {
    private struct Entry {
        let deadline: Int64
        let sequence: UInt64
        let slot: UInt32

        func precedes(_ other: Entry) -> Bool {
            deadline < other.deadline || (deadline == other.deadline && sequence < other.sequence)
        }
    }

    private struct Slot {
        var generation: UInt32
        var position: Int32
        var target: (any TimerTarget)?
    }

    private var heap: [Entry] = []
    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private var nextSequence: UInt64 = 0

    var count: Int { heap.count }
    /// As many as were ever armed at one time.
    var slotCount: Int { slots.count }
    var nextDeadline: Instant? { heap.first.map { Instant(nanoseconds: $0.deadline) } }

    mutating func arm(_ deadline: Instant, _ target: any TimerTarget) -> TimerID {
        let slot = takeSlot(for: target)
        heap.append(Entry(deadline: deadline.nanoseconds, sequence: nextSequence, slot: slot))
        nextSequence += 1
        siftUp(heap.count - 1)
        return TimerID(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// False when the timer had fired or was cancelled before.
    @discardableResult
    mutating func cancel(_ timer: TimerID) -> Bool {
        guard timer.slot < slots.count, slots[Int(timer.slot)].generation == timer.generation,
            slots[Int(timer.slot)].target != nil
        else { return false }
        remove(at: Int(slots[Int(timer.slot)].position))
        releaseSlot(timer.slot)
        return true
    }

    /// The earliest timer whose deadline is not after `now`, taken out.
    mutating func popDue(_ now: Instant) -> (timer: TimerID, target: any TimerTarget, deadline: Instant)? {
        guard let first = heap.first, first.deadline <= now.nanoseconds else { return nil }
        let timer = TimerID(slot: first.slot, generation: slots[Int(first.slot)].generation)
        guard let target = slots[Int(first.slot)].target else {
            preconditionFailure("timer slot \(first.slot) stands in the heap without a target")
        }
        remove(at: 0)
        releaseSlot(first.slot)
        return (timer, target, Instant(nanoseconds: first.deadline))
    }

    private mutating func takeSlot(for target: any TimerTarget) -> UInt32 {
        if let slot = free.popLast() {
            slots[Int(slot)].target = target
            return slot
        }
        slots.append(Slot(generation: 0, position: 0, target: target))
        return UInt32(slots.count - 1)
    }

    private mutating func releaseSlot(_ slot: UInt32) {
        slots[Int(slot)].target = nil
        slots[Int(slot)].generation &+= 1
        free.append(slot)
    }

    private mutating func remove(at position: Int) {
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        siftDown(position)
        siftUp(position)
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        heap[position] = entry
        slots[Int(entry.slot)].position = Int32(truncatingIfNeeded: position)
    }

    private mutating func siftUp(_ start: Int) {
        let entry = heap[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.precedes(heap[parent]) else { break }
            place(heap[parent], at: position)
            position = parent
        }
        place(entry, at: position)
    }

    private mutating func siftDown(_ start: Int) {
        let entry = heap[start]
        var position = start
        while true {
            var child = position * 2 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(entry) else { break }
            place(heap[child], at: position)
            position = child
        }
        place(entry, at: position)
    }
}
