import SeededRandom
import Testing
import Timebase
import Traffic

@Suite struct MixTests {
    let schedule = ArrivalSchedule(
        RateCurve([Shapes.stage(.hold(rate: 5_000)), Shapes.stage(.spike(rate: 5_000))]), .uniform, seed: Shapes.seed)

    @Test func `journeys follow the weights of their stage`() {
        let mix = Mix([[70, 25, 5], [95, 5, 0]], seed: Shapes.seed)
        var seen = [[0, 0, 0], [0, 0, 0]]
        for arrival in Shapes.all(schedule) { seen[arrival.stage][mix.journey(of: arrival)] += 1 }
        #expect(Fit.frequencies(seen[0], are: [0.7, 0.25, 0.05]).holds)
        #expect(Fit.frequencies(seen[1], are: [0.95, 0.05, 0]).holds)
        #expect(!Fit.frequencies(seen[0], are: [0.66, 0.29, 0.05]).holds)
        #expect(seen[1][2] == 0)
    }

    @Test func `an arrival keeps its journey whoever asks, in whatever order`() {
        let mix = Mix([[1, 2, 3], [3, 2, 1]], seed: Shapes.seed)
        let arrivals = Shapes.all(schedule)
        let forwards = arrivals.map { mix.journey(of: $0) }
        let backwards = arrivals.reversed().map { Mix([[1, 2, 3], [3, 2, 1]], seed: Shapes.seed).journey(of: $0) }
        #expect(forwards == backwards.reversed())
        #expect(forwards.prefix(12) == [1, 1, 2, 2, 1, 2, 2, 1, 2, 1, 1, 2])
        #expect(forwards != arrivals.map { Mix([[1, 2, 3], [3, 2, 1]], seed: Seed(2)).journey(of: $0) })
    }

    @Test func `journeys of neighbours are independent`() {
        let mix = Mix([[1, 1], [1, 1]], seed: Shapes.seed)
        let journeys = Shapes.all(schedule).map { mix.journey(of: $0) }
        var pairs = [0, 0, 0, 0]
        for (one, next) in zip(journeys, journeys.dropFirst()) { pairs[one * 2 + next] += 1 }
        #expect(Fit.frequencies(pairs, are: [0.25, 0.25, 0.25, 0.25]).holds)
    }

    @Test func `every arrival and every turn of a user has data of its own`() {
        let mix = Mix([[1]], seed: Shapes.seed)
        let open = (0..<500).map { mix.dataSeed(of: $0) }
        let closed = (0..<20).flatMap { user in (0..<20).map { mix.dataSeed(user: user, turn: $0) } }
        #expect(Set(open + closed).count == 900)
        #expect(mix.journey(inStage: 0, user: 3, turn: 4) == 0)
    }
}

@Suite struct UserPopulationTests {
    let users = UserPopulation(
        count: 200, for: .seconds(60), rampUp: .seconds(10), rampDown: .seconds(20),
        think: .exponential(mean: .seconds(2)), seed: Shapes.seed)

    @Test func `users come and go evenly, first come first gone`() {
        #expect(users.present(at: .zero) == 0)
        #expect(users.present(at: .seconds(5)) == 100)
        #expect(users.present(at: .seconds(10)) == 200)
        #expect(users.present(at: .seconds(40)) == 200)
        #expect(users.present(at: .seconds(50)) == 100)
        #expect(users.present(at: .seconds(60)) == 0)
        #expect(users.presence(of: 0) == .milliseconds(25)..<(.milliseconds(40_050)))
        for tenth in 0..<600 {
            let instant = TimeSpan.milliseconds(Int64(tenth) * 100)
            #expect(users.present(at: instant) == (0..<200).count { users.presence(of: $0).contains(instant) })
        }
    }

    @Test func `without ramps all users are there from first to last`() {
        let users = UserPopulation(count: 3, for: .seconds(1), think: .none, seed: Shapes.seed)
        #expect((0..<3).allSatisfy { users.presence(of: $0) == .zero..<(.seconds(1)) })
        #expect(users.thinkTime(of: 0, afterTurn: 9) == .zero)
    }

    @Test func `think times fit their distribution, per user and turn`() {
        let seconds = (0..<100).flatMap { user in (0..<100).map { users.thinkTime(of: user, afterTurn: $0).seconds } }
        #expect(Fit.distribution(of: seconds) { 1 - exponential(-$0 / 2) }.holds)
        #expect(!Fit.distribution(of: seconds) { 1 - exponential(-$0 / 2.2) }.holds)
        #expect(users.thinkTime(of: 7, afterTurn: 3) == users.thinkTime(of: 7, afterTurn: 3))
        #expect(users.thinkTime(of: 7, afterTurn: 3) != users.thinkTime(of: 3, afterTurn: 7))
    }

    @Test func `other think times keep their bounds`() {
        let places = (0..<1_000).map { Shapes.seed.child($0) }
        let uniform = ThinkTime.uniform(from: .seconds(1), to: .seconds(3))
        #expect(Fit.distribution(of: places.map { uniform.sample(at: $0).seconds }) { ($0 - 1) / 2 }.holds)
        #expect(places.allSatisfy { ThinkTime.constant(.seconds(2)).sample(at: $0) == .seconds(2) })
        let capped = ThinkTime.logNormal(p50: .seconds(1), p99: .seconds(9), max: .seconds(4))
        let samples = places.map { capped.sample(at: $0) }
        #expect(samples.max() == .seconds(4))
        #expect(
            Fit.frequencies(
                [samples.count { $0 < .seconds(1) }, samples.count { $0 >= .seconds(1) }], are: [0.5, 0.5]
            ).holds)
    }

    private func exponential(_ x: Double) -> Double { DeterministicMath.exp(x) }
}
