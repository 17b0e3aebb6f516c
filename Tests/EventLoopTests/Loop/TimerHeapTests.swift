import SeededRandom
import Testing

@testable import EventLoop

@Suite struct TimerHeapTests {
    private final class Target: TimerTarget {
        let name: Int

        init(_ name: Int) { self.name = name }

        func timerFired(_ timer: TimerID) {}
    }

    /// The same by sorting a list.
    private struct Model {
        var armed: [(deadline: Int64, sequence: Int, name: Int, timer: TimerID)] = []
        private var sequence = 0

        mutating func arm(_ deadline: Int64, _ name: Int, _ timer: TimerID) {
            armed.append((deadline, sequence, name, timer))
            sequence += 1
        }

        mutating func cancel(_ timer: TimerID) -> Bool {
            guard let index = armed.firstIndex(where: { $0.timer == timer }) else { return false }
            armed.remove(at: index)
            return true
        }

        mutating func popDue(_ now: Int64) -> (deadline: Int64, name: Int)? {
            let first = armed.indices.filter { armed[$0].deadline <= now }
                .min { (armed[$0].deadline, armed[$0].sequence) < (armed[$1].deadline, armed[$1].sequence) }
            guard let first else { return nil }
            let entry = armed.remove(at: first)
            return (entry.deadline, entry.name)
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `random operations agree with a sorted list`(seed: UInt64) {
        var random = Seed(seed).stream()
        var heap = TimerHeap()
        var model = Model()
        var known: [TimerID] = []
        var now: Int64 = 0
        for step in 0..<400 {
            switch random.integer(in: 0...9) {
            case 0...4:
                // Few different deadlines, so that many are equal.
                let deadline = now + random.integer(in: -3...20)
                let timer = heap.arm(Instant(nanoseconds: deadline), Target(step))
                model.arm(deadline, step, timer)
                known.append(timer)
            case 5...7 where !known.isEmpty:
                // Also those that have fired or were cancelled: stale names must be harmless.
                let timer = known[Int(random.integer(in: 0...Int64(known.count - 1)))]
                let (done, expected) = (heap.cancel(timer), model.cancel(timer))
                #expect(done == expected, "step \(step) of seed \(seed)")
            default:
                now += random.integer(in: 0...5)
                while true {
                    let due = heap.popDue(Instant(nanoseconds: now))
                    let expected = model.popDue(now)
                    #expect(due?.deadline.nanoseconds == expected?.deadline, "step \(step) of seed \(seed)")
                    #expect((due?.target as? Target)?.name == expected?.name, "step \(step) of seed \(seed)")
                    if due == nil || expected == nil { break }
                }
            }
            #expect(heap.count == model.armed.count, "step \(step) of seed \(seed)")
            #expect(heap.nextDeadline?.nanoseconds == model.armed.map(\.deadline).min(), "step \(step) of seed \(seed)")
        }
    }

    @Test func `a timer's name is worth nothing once it has fired, also when its slot is used again`() {
        var heap = TimerHeap()
        let first = heap.arm(Instant(nanoseconds: 1), Target(1))
        let due = heap.popDue(Instant(nanoseconds: 1))
        #expect(due?.timer == first)
        let second = heap.arm(Instant(nanoseconds: 2), Target(2))
        #expect(first != second)
        let outcomes = [first, second, second, .none].map { timer in heap.cancel(timer) }
        #expect(outcomes == [false, true, false, false])
    }

    @Test func `equal deadlines fire in the order they were armed, whatever was cancelled between`() {
        var heap = TimerHeap()
        let timers = (0..<100).map { heap.arm(Instant(nanoseconds: 5), Target($0)) }
        for index in stride(from: 0, to: 100, by: 3) { heap.cancel(timers[index]) }
        var fired: [Int] = []
        while let due = heap.popDue(Instant(nanoseconds: 5)) { fired.append((due.target as? Target)?.name ?? -1) }
        #expect(fired == (0..<100).filter { $0 % 3 != 0 })
    }

    @Test func `far deadlines armed and cancelled leave nothing behind`() {
        var heap = TimerHeap()
        weak var last: Target?
        for round in 0..<100_000 {
            let target = Target(round)
            let timer = heap.arm(Instant(nanoseconds: 10_000_000_000 + Int64(round)), target)
            heap.cancel(timer)
            last = target
        }
        #expect(heap.count == 0)
        #expect(heap.slotCount == 1)
        #expect(last == nil)
    }

    @Test func `slots grow with the timers armed at one time only`() {
        var heap = TimerHeap()
        for _ in 0..<20 {
            let timers = (0..<500).map { heap.arm(Instant(nanoseconds: Int64($0)), Target($0)) }
            for timer in timers { heap.cancel(timer) }
        }
        #expect(heap.slotCount == 500)
    }
}
