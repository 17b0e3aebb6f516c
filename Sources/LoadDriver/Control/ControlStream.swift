import EventLoop
import Evidence
import Journeys
import SeededRandom
import Timebase
import Traffic

/// Untagged twins beside the traffic.
///
/// **Goal.** Live work of which every key is known goes on beside the drill, so that an audit can show that it stayed
/// among the live, and that nothing else is there.
///
/// **Method.** A source of its own: the schedule of `ControlTraffic`, connections, kept values and courses of its own.
/// Each request is written into the evidence with `EvidenceFlags.isUntagged` before it is sent, and sent once: no retries,
/// no duplicates. The tally, guards, progress and the caps of the traffic never hear of it; it is counted here.
///
/// **Bounds.** So many courses may be open, and so many are begun in a run; the others are left out and counted. A pause
/// pauses it, a stop stops it. The rate that a person changes by hand is the traffic's alone.
final class ControlStream {
    static let openMax = 256

    let driver: LoadDriver
    let book: JourneyBook
    let targets: [ServiceTarget]
    let traffic: ControlTraffic
    let data: LoopData
    var counts = ControlCounts()
    private let clock: SourceClock
    /// One for each course that was ever open together with the others.
    private var courses: [(course: ControlCourse, task: SpawnedTask?)] = []
    private var idle: [Int] = []

    /// Nil where the plan or the caller has none.
    init?(_ setting: ControlSetting?, of driver: LoadDriver) {
        guard let setting, let traffic = driver.traffic.control else { return nil }
        self.driver = driver
        self.traffic = traffic
        (book, targets) = (setting.book, setting.targets)
        data = LoopData(setting.book)
        clock = SourceClock(driver)
    }

    /// Ends when the last of them has come to its end.
    func run() async {
        var cursor = traffic.schedule.shard(driver.shard, of: driver.shards).arrivals()
        while let arrival = cursor.next(), arrival.index < ControlTraffic.arrivalsMax {
            guard await clock.wait(forPlanned: TimeSpan(nanoseconds: arrival.nanoseconds)) else { break }
            counts.arrivals += 1
            begin(arrival)
        }
        for slot in courses { await slot.task?.join() }
        // They hold the stream, and it holds them.
        courses = []
    }

    private func begin(_ arrival: Arrival) {
        guard let place = takePlace() else {
            counts.leftOut += 1
            return
        }
        let course = courses[place].course
        let due = driver.timeline.runTime(ofPlan: TimeSpan(nanoseconds: arrival.nanoseconds))
        courses[place].task = driver.loop.spawn { [self] in
            await course.run(arrival, due: due)
            idle.append(place)
        }
    }

    private func takePlace() -> Int? {
        if let place = idle.popLast() { return place }
        guard courses.count < Self.openMax else { return nil }
        courses.append((ControlCourse(of: self), nil))
        return courses.count - 1
    }

    // MARK: Its end before its time

    func abandon() {
        for slot in courses { slot.task?.cancel() }
        for target in targets { target.abandon() }
    }

    func close() { for target in targets { target.close() } }

    /// Apart from the numbers of any schedule, of its copies and of users.
    static func number(of arrival: Arrival) -> Int { 1 << 61 | arrival.index }
}
