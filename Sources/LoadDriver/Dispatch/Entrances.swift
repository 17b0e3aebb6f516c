import EventLoop
import HTTPService
import Journeys
import PlanModel
import Timebase

/// Where arrivals begin with a request at once: these need no runner before there is a connection for them.
///
/// A stall opens thousands of arrivals, and but for as many as there are connections they wait. What waits is an
/// `ArrivalWait` with its place in line, some 250 bytes, where a runner is 10 KB: its task's frames, its buffers, its
/// journey's values. It matters for the whole run: what was once open together the allocator keeps, in pieces between
/// what lives on.
struct Entrances {
    struct Entrance {
        let client: HTTPClient
        /// Of the first request, its wait for a connection included.
        let timeout: TimeSpan
    }

    private let journeys: [Entrance?]
    private let replays: Entrance?

    init(_ setting: DriverSetting) {
        journeys = setting.book.journeys.map { journey in
            // A twin stands in line beside its request.
            guard let step = journey.steps.first, case .request = step.kind, !step.isConditional,
                journey.duplicate == nil
            else { return nil }
            return setting.targets[step.service].client.map { Entrance(client: $0, timeout: step.timeout) }
        }
        replays = setting.targets.first?.client.map { Entrance(client: $0, timeout: setting.plan.target.timeout) }
    }

    @inline(__always)
    func entrance(of work: ArrivalWork) -> Entrance? { work.recorded == nil ? journeys[work.journey] : replays }
}

/// An arrival that has begun, and waits for its first connection.
final class ArrivalWait {
    let work: ArrivalWork
    let began: TimeSpan
    let deadline: Instant
    let second: OpenSlice
    let client: HTTPClient
    private let driver: LoadDriver

    init(_ work: ArrivalWork, at entrance: Entrances.Entrance, of driver: LoadDriver) {
        let now = driver.loop.now
        (self.work, self.driver, client) = (work, driver, entrance.client)
        (began, deadline) = (driver.timeline.runTime(at: now), now + entrance.timeout)
        second = driver.tally.arrivalBegan(
            due: work.due.nanoseconds, lag: (began - work.due).nanoseconds, stage: work.stage)
    }

    /// What is called holds this object and nothing beside it, and so takes no memory of its own.
    func standInLine() { client.standInLine(until: deadline) { [self] turn in goOn(turn) } }

    private func goOn(_ turn: ConnectionTurn) {
        let admission = Admission(wait: self, turn: turn)
        if turn.isRefused { driver.refuse(admission) } else { driver.nextRunner().take(work, admission) }
    }
}

/// What a runner is given with an arrival that has waited.
struct Admission {
    let wait: ArrivalWait
    let turn: ConnectionTurn

    /// Nothing was sent.
    func giveBack() { wait.client.giveBack(turn) }
}
