package import SeededRandom
package import Timebase

/// Goal: when every arrival of a drill is due, as a pure function of curve, process and seed; any arrival and any
/// instant found at once, and any number of workers able to share the schedule without talking.
///
/// Method: the curve's integral N turns our clock into one on which the planned rate is one arrival per unit ("mass").
/// On that clock a process lies that knows no curve: points k + 1/2 for the uniform grid, a Poisson process of rate one
/// (`UnitPoisson`), groups of n. Arrival k is due where N reaches point k. By the time-change theorem that makes a
/// Poisson process of exactly the planned, varying rate. Points and their numbers depend on the seed alone, so a
/// changed stage leaves the arrivals before it as they were.
///
/// Instants are whole nanoseconds, each inside its stage, and never fall from one arrival to the next. Shard i of m is
/// every m-th arrival from the i-th on: the same instants for every m, and evenly shared at any rate.
///
/// Cost: finding an arrival or an instant is O(log n); reading on takes tens of nanoseconds and no memory.
package struct ArrivalSchedule: Sendable {
    package let curve: RateCurve
    package let process: ArrivalProcess
    /// Arrivals of the whole schedule.
    package let count: Int
    let points: Points

    enum Points: Sendable {
        /// Groups of `size` at (j + 1/2) size.
        case grid(size: Int)
        case poisson(UnitPoisson)
    }

    /// `seed` is the plan's own; the schedule takes its place "arrivals" below it.
    package init(_ curve: RateCurve, _ process: ArrivalProcess, seed: Seed) {
        self.curve = curve
        self.process = process
        switch process {
        case .uniform: points = .grid(size: 1)
        case .bursts(let size):
            precondition(1...1 << 20 ~= size, "bursts of \(size)")
            points = .grid(size: size)
        case .poisson: points = .poisson(UnitPoisson(seed.split("arrivals")))
        }
        count = points.count(below: curve.total)
    }

    /// Arrival k, counted from 0.
    package func arrival(_ index: Int) -> Arrival {
        precondition(0 <= index && index < count, "arrival \(index) of \(count)")
        var cursor = ArrivalCursor(self, from: index, every: 1)
        return cursor.next()!
    }

    /// The number of the first arrival at this instant or later; `count` if there is none.
    package func index(atOrAfter instant: TimeSpan) -> Int {
        // The mass says where to look, the instants themselves decide: so a seek is what a scan would find, whatever was
        // rounded. Groups go whole, hence the walk is a step or two.
        let size = if case .grid(let size) = points { size } else { 1 }
        var index = min(points.count(below: curve.expected(before: instant)), count) / size * size
        while index > 0, arrival(index - 1).nanoseconds >= instant.nanoseconds { index -= size }
        while index < count, arrival(index).nanoseconds < instant.nanoseconds { index += size }
        return index
    }

    package func count(in window: Range<TimeSpan>) -> Int {
        index(atOrAfter: window.upperBound) - index(atOrAfter: window.lowerBound)
    }

    package func shard(_ number: Int, of shards: Int) -> ArrivalShard {
        precondition(0 <= number && number < shards, "shard \(number) of \(shards)")
        return ArrivalShard(schedule: self, number: number, shards: shards)
    }

    /// All arrivals at this instant or later, in order.
    package func arrivals(from instant: TimeSpan = .zero) -> ArrivalCursor {
        shard(0, of: 1).arrivals(from: instant)
    }
}

/// Every m-th arrival of a schedule.
package struct ArrivalShard: Sendable {
    package let schedule: ArrivalSchedule
    package let number: Int
    package let shards: Int

    package var count: Int { ownBelow(schedule.count) }

    /// The shard's own k-th arrival.
    package func arrival(_ ordinal: Int) -> Arrival { schedule.arrival(number + ordinal * shards) }

    /// How many of the shard's own arrivals come before this instant, which is the ordinal of the next.
    package func ordinal(atOrAfter instant: TimeSpan) -> Int { ownBelow(schedule.index(atOrAfter: instant)) }

    package func count(in window: Range<TimeSpan>) -> Int {
        ordinal(atOrAfter: window.upperBound) - ordinal(atOrAfter: window.lowerBound)
    }

    package func arrivals(from instant: TimeSpan = .zero) -> ArrivalCursor {
        ArrivalCursor(schedule, from: number + ordinal(atOrAfter: instant) * shards, every: shards)
    }

    /// Own numbers below this one: those with index = number modulo shards.
    private func ownBelow(_ index: Int) -> Int { max(index - number + shards - 1, 0) / shards }
}

extension ArrivalSchedule.Points {
    func count(below mass: Double) -> Int {
        switch self {
        // Groups j with j + 1/2 below mass / size.
        case .grid(let size): return Int(max((mass / Double(size) - 0.5).rounded(.up), 0)) * size
        case .poisson(let process): return process.count(below: mass)
        }
    }
}

extension UnitPoisson {
    /// The points below this place.
    func count(below mass: Double) -> Int {
        guard mass > 0 else { return 0 }
        let chunk = chunk(Int(mass / Self.chunkMass))
        let leaf = Int((mass - chunk.start(ofLeaf: 0)) / Self.leafMass)
        var positions: [Double] = []
        chunk.positions(ofLeaf: leaf, into: &positions)
        return chunk.first(ofLeaf: leaf) + positions.count { $0 < mass }
    }
}
