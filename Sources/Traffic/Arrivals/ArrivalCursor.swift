/// Reads a schedule onwards: every m-th arrival from one place. The state is one leaf of points; no arrival allocates.
package struct ArrivalCursor: IteratorProtocol, Sendable {
    private let schedule: ArrivalSchedule
    private let step: Int
    /// The number of the arrival that `next` gives.
    private var index: Int
    private var piece = 0
    private var stage = 0
    private var stageEnd: Int64
    private var leaf = LeafInstants()

    init(_ schedule: ArrivalSchedule, from index: Int, every step: Int) {
        self.schedule = schedule
        self.index = index
        self.step = step
        stageEnd = schedule.curve.end(ofStage: 0)
    }

    package mutating func next() -> Arrival? {
        guard index < schedule.count else { return nil }
        let nanoseconds = instantOfNext()
        while nanoseconds >= stageEnd {
            stage &+= 1
            stageEnd = schedule.curve.end(ofStage: stage)
        }
        defer { index &+= step }
        return Arrival(index: index, nanoseconds: nanoseconds, stage: stage)
    }

    private mutating func instantOfNext() -> Int64 {
        switch schedule.points {
        case .grid(let size):
            let mass = (Double(size == 1 ? index : index / size) + 0.5) * Double(size)
            return schedule.curve.nanoseconds(atMass: mass, &piece)
        case .poisson(let process):
            if index >= leaf.end { leaf.load(holding: index, of: process, on: schedule.curve, &piece) }
            return leaf.instants[index &- leaf.first]
        }
    }
}

/// The arrivals of one leaf of a Poisson process.
///
/// The formulas rise with mass but for the last bit of a rounding; so that the instants never fall, each is at least
/// the one before it, and all lie between the instants of the leaf's own edges, which every shard knows alike.
private struct LeafInstants: Sendable {
    private(set) var first = 0
    private(set) var instants: [Int64] = []
    private var chunk: PoissonChunk?
    private var positions: [Double] = []

    var end: Int { first &+ instants.count }

    mutating func load(holding point: Int, of process: UnitPoisson, on curve: RateCurve, _ piece: inout Int) {
        if chunk?.holds(point) != true { chunk = process.chunk(ofPoint: point) }
        guard let chunk else { return }
        let leaf = chunk.leaf(ofPoint: point)
        first = chunk.first(ofLeaf: leaf)
        chunk.positions(ofLeaf: leaf, into: &positions)
        instants.removeAll(keepingCapacity: true)
        instants.reserveCapacity(positions.count)
        let start = chunk.start(ofLeaf: leaf)
        let end = start + UnitPoisson.leafMass
        var earliest = curve.nanoseconds(atMass: start, &piece)
        var own = piece
        for position in positions where position < curve.total {
            earliest = max(earliest, curve.nanoseconds(atMass: position, &own))
            instants.append(earliest)
        }
        piece = own
        guard end < curve.total else { return }
        let latest = curve.nanoseconds(atMass: end, &own)
        for place in instants.indices.reversed() where instants[place] > latest { instants[place] = latest }
    }
}

extension PoissonChunk {
    fileprivate func holds(_ point: Int) -> Bool {
        first <= point && point < first(ofLeaf: UnitPoisson.leavesPerChunk)
    }
}
