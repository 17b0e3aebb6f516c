import EventLoop
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock

@Suite struct ServiceLineTests {
    private static func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func `who finds a place begins at once`() {
        var line = ServiceLine(concurrency: 2, queue: 4)
        #expect(line.enter(at: Self.at(10), for: .milliseconds(5)) == .served(until: Self.at(15)))
        #expect(line.enter(at: Self.at(11), for: .milliseconds(5)) == .served(until: Self.at(16)))
    }

    @Test func `who finds none begins when the first place is free`() {
        var line = ServiceLine(concurrency: 2, queue: 4)
        _ = line.enter(at: Self.at(0), for: .milliseconds(30))
        _ = line.enter(at: Self.at(0), for: .milliseconds(10))
        #expect(line.enter(at: Self.at(1), for: .milliseconds(5)) == .served(until: Self.at(15)))
        #expect(line.enter(at: Self.at(1), for: .milliseconds(5)) == .served(until: Self.at(20)))
        #expect(line.waitingCount(at: Self.at(1)) == 2)
        #expect(line.waitingCount(at: Self.at(10)) == 1)
        #expect(line.waitingCount(at: Self.at(15)) == 0)
    }

    @Test func `the line has an end`() {
        var line = ServiceLine(concurrency: 1, queue: 2)
        for _ in 0..<3 { _ = line.enter(at: Self.at(0), for: .milliseconds(10)) }
        #expect(line.enter(at: Self.at(1), for: .milliseconds(10)) == .full(nextFree: Self.at(10)))
        #expect(line.refused == 1)
        // One has begun since, so one more may wait.
        #expect(line.enter(at: Self.at(10), for: .milliseconds(10)) == .served(until: Self.at(40)))
    }

    @Test func `without a bound everyone begins at once`() {
        var line = ServiceLine(concurrency: nil, queue: 0)
        for _ in 0..<1_000 {
            #expect(line.enter(at: Self.at(7), for: .milliseconds(5)) == .served(until: Self.at(12)))
        }
    }

    /// The same by the book: places and a queue that are kept, one event after the other.
    private struct Kept {
        var busy: [Instant] = []
        var queue: [TimeSpan] = []
        let places: Int, room: Int

        mutating func run(until now: Instant) {
            while let first = busy.min(), first <= now {
                busy.remove(at: busy.firstIndex(of: first)!)
                if !queue.isEmpty { busy.append(first + queue.removeFirst()) }
            }
        }

        /// When it would end if all that wait before it are served.
        mutating func enter(at now: Instant, for span: TimeSpan) -> Instant? {
            run(until: now)
            if busy.count < places {
                busy.append(now + span)
                return now + span
            }
            if queue.count == room { return nil }
            queue.append(span)
            var later = self
            while true {
                let next = later.busy.min()!
                let isLast = later.queue.count == 1
                later.busy.remove(at: later.busy.firstIndex(of: next)!)
                let own = later.queue.removeFirst()
                if isLast { return next + own }
                later.busy.append(next + own)
            }
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the computed line is the kept one`(seed: UInt64) {
        var random = Seed(seed).stream()
        let places = Int(random.integer(in: 1...4)), room = Int(random.integer(in: 0...5))
        var line = ServiceLine(concurrency: places, queue: room)
        var kept = Kept(places: places, room: room)
        var now = Instant.zero
        for step in 0..<500 {
            now = now + .microseconds(random.integer(in: 0...3_000))
            let span = TimeSpan.microseconds(random.integer(in: 0...8_000))
            let expected = kept.enter(at: now, for: span)
            let entry = line.enter(at: now, for: span)
            if let expected {
                #expect(entry == .served(until: expected), "seed \(seed), step \(step)")
            } else {
                guard case .full = entry else {
                    Issue.record("seed \(seed), step \(step): \(entry) instead of a full line")
                    return
                }
            }
        }
    }
}
