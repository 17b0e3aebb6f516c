import EventLoop
import SeededRandom
import Timebase
import Traffic

/// The open loop: starts every arrival of the schedule at its instant, whatever became of those before.
///
/// It looks one arrival ahead and no further, and waits in one place. What it starts runs on its own; nothing that a
/// target does can hold it up.
struct ScheduleSource {
    private let driver: LoadDriver
    private let clock: SourceClock
    private let seed: Seed
    private var cursor: ArrivalCursor

    init(_ driver: LoadDriver) {
        self.driver = driver
        clock = SourceClock(driver)
        seed = driver.seed.split("rate")
        cursor = driver.traffic.schedule.shard(driver.shard, of: driver.shards).arrivals()
    }

    mutating func run() async {
        var next = cursor.next()
        while let arrival = next {
            next = cursor.next()
            driver.scheduledUpTo = TimeSpan(nanoseconds: arrival.nanoseconds)
            guard await clock.wait(forPlanned: TimeSpan(nanoseconds: arrival.nanoseconds)) else { return }
            let copies = driver.scale.copies(of: arrival.index, seed: seed)
            if copies > 0 { begin(arrival) }
            if copies > 1, !(await beginCopies(of: arrival, copies, before: next)) { return }
        }
        driver.scheduledUpTo = driver.traffic.length
    }

    private func beginCopies(of arrival: Arrival, _ copies: Int, before next: Arrival?) async -> Bool {
        // A stage's copies stay within it: behind it may be a pause, and its counts are packed.
        let stageEnd = driver.traffic.stages[arrival.stage].span.upperBound.nanoseconds
        let gap = max(min(next?.nanoseconds ?? arrival.nanoseconds, stageEnd) - arrival.nanoseconds, 0)
        for copy in 1..<copies {
            let place = arrival.nanoseconds + gap / Int64(copies) * Int64(copy)
            guard await clock.wait(forPlanned: TimeSpan(nanoseconds: place)) else { return false }
            let index = RateScale.index(ofCopy: copy, of: arrival.index)
            begin(Arrival(index: index, nanoseconds: place, stage: arrival.stage))
        }
        return true
    }

    @inline(__always)
    private func begin(_ arrival: Arrival) {
        driver.begin(
            ArrivalWork(
                index: arrival.index, stage: arrival.stage, journey: driver.traffic.mix.journey(of: arrival),
                due: driver.timeline.runTime(ofPlan: TimeSpan(nanoseconds: arrival.nanoseconds)),
                seed: driver.traffic.mix.dataSeed(of: arrival.index)))
    }
}

/// One journey to be run.
struct ArrivalWork {
    let index: Int
    let stage: Int
    let journey: Int
    /// From the run's beginning.
    let due: TimeSpan
    /// Of its ids, amounts and cards.
    let seed: Seed
    /// In place of a journey.
    var recorded: RecordedWork?
}

/// A request of a recording. It is apart, since the work of every arrival is copied, and few have one.
final class RecordedWork {
    let request: RecordedRequest

    init(_ request: RecordedRequest) {
        self.request = request
    }
}
