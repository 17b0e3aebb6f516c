import SeededRandom
import Testing
import Timebase
import Traffic

@Suite struct ArrivalScheduleTests {
    @Test(arguments: Shapes.combinations.indices)
    func `arrivals are numbered in order of time and lie inside their stages`(combination: Int) {
        let schedule = schedule(combination)
        let arrivals = Shapes.all(schedule)
        #expect(arrivals.count == schedule.count)
        #expect(arrivals.map(\.index) == Array(0..<arrivals.count))
        #expect(zip(arrivals, arrivals.dropFirst()).allSatisfy { $0.nanoseconds <= $1.nanoseconds })
        for arrival in arrivals {
            let interval = schedule.curve.interval(ofStage: arrival.stage)
            #expect(interval.contains(TimeSpan(nanoseconds: arrival.nanoseconds)))
            #expect(schedule.curve.rate(at: TimeSpan(nanoseconds: arrival.nanoseconds)) > 0)
        }
    }

    @Test(arguments: Shapes.combinations.indices, [1, 2, 3, 7])
    func `shards are disjoint and together the whole schedule`(combination: Int, shards: Int) {
        let schedule = schedule(combination)
        let parts = (0..<shards).map { Shapes.drained(schedule.shard($0, of: shards).arrivals()) }
        #expect(parts.flatMap(\.self).sorted { $0.index < $1.index } == Shapes.all(schedule))
        #expect(parts.map(\.count) == (0..<shards).map { schedule.shard($0, of: shards).count })
        let counts = parts.map(\.count)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }

    @Test(arguments: Shapes.combinations.indices)
    func `a seek finds what a scan finds`(combination: Int) {
        let schedule = schedule(combination)
        let arrivals = Shapes.all(schedule)
        for instant in instants(of: schedule, arrivals) {
            let first = arrivals.firstIndex { $0.nanoseconds >= instant } ?? arrivals.count
            #expect(schedule.index(atOrAfter: TimeSpan(nanoseconds: instant)) == first, "at \(instant)")
        }
        for index in stride(from: 0, to: arrivals.count, by: 37) {
            #expect(schedule.arrival(index) == arrivals[index])
        }
    }

    @Test(arguments: Shapes.combinations.indices, [2, 3, 7])
    func `a shard is sought alone and reads on as the whole does`(combination: Int, shards: Int) {
        let schedule = schedule(combination)
        let arrivals = Shapes.all(schedule)
        let shard = schedule.shard(shards / 2, of: shards)
        let own = arrivals.filter { $0.index % shards == shards / 2 }
        for instant in instants(of: schedule, arrivals).suffix(8) {
            let rest = own.drop { $0.nanoseconds < instant }
            #expect(shard.ordinal(atOrAfter: TimeSpan(nanoseconds: instant)) == rest.startIndex)
            #expect(Shapes.drained(shard.arrivals(from: TimeSpan(nanoseconds: instant))) == Array(rest))
        }
        for ordinal in stride(from: 0, to: own.count, by: 41) { #expect(shard.arrival(ordinal) == own[ordinal]) }
    }

    @Test(arguments: Shapes.combinations.indices)
    func `windows count what lies in them`(combination: Int) {
        let schedule = schedule(combination)
        let arrivals = Shapes.all(schedule)
        let length = schedule.curve.length.nanoseconds
        for (from, to) in [(0, length), (length / 3, length / 2), (length / 2, length / 2), (length - 1, length)] {
            let window = TimeSpan(nanoseconds: from)..<TimeSpan(nanoseconds: to)
            let inside = arrivals.count { from <= $0.nanoseconds && $0.nanoseconds < to }
            #expect(schedule.count(in: window) == inside)
            #expect(
                schedule.shard(1, of: 3).count(in: window) + schedule.shard(0, of: 3).count(in: window)
                    + schedule.shard(2, of: 3).count(in: window) == inside)
        }
    }

    @Test func `a uniform stage gets exactly what it expects`() {
        let curve = RateCurve([
            Shapes.stage(.hold(rate: 200), for: .seconds(10)),
            Shapes.stage(.ramp(from: 200, to: 2_000, .linear), for: .seconds(60)),
            Shapes.stage(.pause), Shapes.stage(.hold(rate: 2_000), for: .seconds(3)),
        ])
        let schedule = ArrivalSchedule(curve, .uniform, seed: Shapes.seed)
        let counts = (0..<4).map { schedule.count(in: curve.interval(ofStage: $0)) }
        #expect(counts == [2_000, 66_000, 0, 6_000])
    }

    @Test func `a burst shares one instant`() {
        let schedule = ArrivalSchedule(
            RateCurve([Shapes.stage(.hold(rate: 100))]), .bursts(size: 50), seed: Shapes.seed)
        let arrivals = Shapes.all(schedule)
        #expect(
            arrivals.map(\.nanoseconds)
                == [250, 750, 1_250, 1_750].flatMap { Array(repeating: $0 * 1_000_000, count: 50) })
    }

    @Test func `a changed later stage leaves the arrivals before it alone`() {
        let first = Shapes.stage(.hold(rate: 2_000))
        for process in Shapes.processes {
            let short = ArrivalSchedule(RateCurve([first]), process, seed: Shapes.seed)
            let long = ArrivalSchedule(
                RateCurve([first, Shapes.stage(.spike(rate: 9_000))]), process, seed: Shapes.seed)
            #expect(Shapes.all(short) == Array(Shapes.all(long).prefix(short.count)))
        }
    }

    @Test func `another seed gives another poisson schedule and the same grid`() {
        let curve = RateCurve([Shapes.stage(.hold(rate: 500))])
        func instants(_ process: ArrivalProcess, _ seed: UInt64) -> [Int64] {
            Shapes.all(ArrivalSchedule(curve, process, seed: Seed(seed))).map(\.nanoseconds)
        }
        #expect(instants(.poisson, 1) != instants(.poisson, 2))
        #expect(instants(.poisson, 1) == instants(.poisson, 1))
        #expect(instants(.uniform, 1) == instants(.uniform, 2))
    }

    @Test func `a schedule of a hundred billion arrivals is sought at its end`() {
        let curve = RateCurve([Shapes.stage(.hold(rate: 1_000_000), for: .seconds(100_000))])
        let schedule = ArrivalSchedule(curve, .poisson, seed: Shapes.seed)
        let near = curve.length - .microseconds(100)
        let tail = Shapes.all(schedule, from: near)
        #expect(tail.map(\.index) == Array(schedule.index(atOrAfter: near)..<schedule.count))
        // Five deviations of the whole count.
        #expect((Double(schedule.count) - 1e11).magnitude < 5 * 1e11.squareRoot())
    }

    private func schedule(_ combination: Int) -> ArrivalSchedule {
        let (curve, process) = Shapes.combinations[combination]
        return ArrivalSchedule(curve, process, seed: Shapes.seed)
    }

    /// The edges of stages and of some arrivals, with their neighbours.
    private func instants(of schedule: ArrivalSchedule, _ arrivals: [Arrival]) -> [Int64] {
        let curve = schedule.curve
        let edges = curve.stages.indices.map { curve.interval(ofStage: $0).upperBound.nanoseconds } + [0]
        let some = stride(from: 0, to: arrivals.count, by: max(arrivals.count / 20, 1)).map { arrivals[$0].nanoseconds }
        return (edges + some).flatMap { [$0 - 1, $0, $0 + 1] } + [curve.length.nanoseconds * 2]
    }
}
