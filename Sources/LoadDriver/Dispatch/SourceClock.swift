import EventLoop
import Timebase

/// Where one source of arrivals waits: for an instant of the plan, for a pause to end. A stop, a pause or a resumption
/// finds it there; so does the end of a run that is abandoned, and no wait here has to look for cancellation.
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

    /// Waits while the run is paused. False when it is to stop.
    @inline(__always)
    func waitToGoOn() async -> Bool {
        while driver.timeline.isPaused, !driver.isStopping { await parking.rest() }
        return !driver.isStopping
    }

    /// False when the run is to stop.
    func wait(forPlanned instant: TimeSpan) async -> Bool {
        while await waitToGoOn() {
            let due = driver.timeline.due(instant)
            guard due > driver.loop.now else { return await giveWay() }
            unwaited = 0
            // A pause meanwhile moves what was waited for.
            if await parking.rest(until: due) == .timedOut, driver.timeline.due(instant) == due,
                !driver.timeline.isPaused
            {
                return !driver.isStopping
            }
        }
        return false
    }

    private func giveWay() async -> Bool {
        unwaited += 1
        if unwaited < Self.unwaitedMax { return true }
        unwaited = 0
        await parking.rest(until: driver.loop.now)
        return !driver.isStopping
    }

    /// Waits for an instant that no pause moves.
    func wait(until instant: Instant) async -> Bool {
        while !driver.isStopping, driver.loop.now < instant { await parking.rest(until: instant) }
        return !driver.isStopping
    }

    func call() { parking.wake() }
}
