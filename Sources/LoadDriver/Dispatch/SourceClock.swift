import EventLoop
import Timebase

/// Where one source of arrivals waits: for an instant of the plan, for a pause to end. A stop, a pause or a resumption
/// finds it there.
final class SourceClock {
    private let driver: LoadDriver
    private let parking: Parking
    /// Instants that were due already, one after another.
    private var unwaited = 0

    /// A source that has fallen behind gives way to the answers after so many arrivals.
    private static let unwaitedMax = 64

    init(_ driver: LoadDriver) {
        self.driver = driver
        parking = Parking(driver.loop)
        driver.clocks.append(self)
    }

    /// False when the run is to stop.
    func wait(forPlanned instant: TimeSpan) async -> Bool {
        while !driver.isStopping {
            if driver.timeline.isPaused {
                _ = await parking.wait()
                continue
            }
            let due = driver.timeline.due(instant)
            guard due > driver.loop.now else {
                unwaited += 1
                if unwaited < Self.unwaitedMax { return true }
                unwaited = 0
                _ = await parking.wait(until: driver.loop.now)
                return !driver.isStopping
            }
            unwaited = 0
            _ = await parking.wait(until: due)
        }
        return false
    }

    /// Waits for an instant that no pause moves.
    func wait(until instant: Instant) async -> Bool {
        while !driver.isStopping, driver.loop.now < instant { _ = await parking.wait(until: instant) }
        return !driver.isStopping
    }

    func call() { parking.wake() }
}
