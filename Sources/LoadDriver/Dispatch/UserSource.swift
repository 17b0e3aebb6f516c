import EventLoop
import Evidence
import SeededRandom
import Timebase
import Traffic

/// The closed loop: users who take one journey after another, with time to think between. Here a slow target slows its
/// users, as a plan asks for when it says `users`; their journeys are due when they begin.
struct UserSource {
    let driver: LoadDriver
    let population: UserPopulation
    let stage: Int

    /// A turn that took no time (its journey was skipped), without a thought behind it, must not keep the loop to itself.
    private static let restMin = TimeSpan.milliseconds(1)

    func run() async {
        let clock = SourceClock(driver)
        let begins = driver.traffic.stages[stage].span.lowerBound
        var users: [SpawnedTask] = []
        for user in stride(from: driver.shard, to: population.count, by: driver.shards) {
            let presence = population.presence(of: user)
            guard await clock.wait(forPlanned: begins + presence.lowerBound) else { break }
            let task = driver.loop.spawn { await live(user, until: begins + presence.upperBound) }
            users.append(task)
            driver.add(user: task)
        }
        for user in users { await user.join() }
    }

    private func live(_ user: Int, until end: TimeSpan) async {
        let clock = SourceClock(driver)
        let runner = Runner(driver)
        var turn = 0
        while await clock.waitToGoOn() {
            let now = driver.loop.now
            guard driver.timeline.planTime(at: now) < end else { return }
            let began = driver.timeline.runTime(at: now)
            await runner.take(asUser: work(user, turn, due: began))
            let rest = population.thinkTime(of: user, afterTurn: turn)
            turn += 1
            let hasWaited = runner.endedAt > began
            if rest == .zero, hasWaited { continue }
            guard await clock.wait(until: driver.loop.now + max(rest, hasWaited ? .zero : Self.restMin)) else { return }
        }
    }

    private func work(_ user: Int, _ turn: Int, due: TimeSpan) -> ArrivalWork {
        let mix = driver.traffic.mix
        return ArrivalWork(
            index: ArrivalNumber.of(user: user, turn: turn, stage: stage), stage: stage,
            journey: mix.journey(inStage: stage, user: user, turn: turn),
            due: due, seed: mix.dataSeed(user: user, turn: turn))
    }
}
