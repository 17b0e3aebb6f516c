import SeededRandom

/// Goal: a Poisson process of rate one on [0, 2^40), any part of which is found in O(log) steps: how many points lie
/// below a place, and where point k lies. Both are pure functions of the seed; no curve comes in, so a longer plan
/// keeps the points of the shorter one.
///
/// Method: the counts are fixed from the top down. The line is cut into blocks that double,
///
///     0   512  1024      2048                4096
///     |-0-|-1--|----2----|---------3---------|--- ...
///
/// and each block has a Poisson count of its own. A block is halved until chunks of mass 512, a chunk until leaves
/// of mass 16: given n points in an interval, each lies in the left half like a fair coin falls, so the left half has
/// heads-of-n, drawn at the node's own place in the seed tree. In a leaf the points lie uniformly.
///
///     block 3          n
///                    /   \          left ~ heads(n), seed.child(3).child(1)
///     chunks 4...7  a     n - a     left ~ heads(a), seed.child(3).child(2); heads(n - a), .child(3)
///
/// That is the Poisson process exactly (counts in disjoint intervals independent, given them uniform): there is no bias
/// from the cells, only that of the arithmetic (a position is rounded to 2^-49 of a mean gap at first, at point 2^30 to
/// 2^-22). It costs 40 draws to find one point, and 2 draws a point to read on.
struct UnitPoisson: Sendable {
    static let leafMass = 16.0
    static let leavesPerChunk = 32
    static let chunkMass = 512.0
    private static let blocks = 32

    private let seed: Seed
    /// The number of the first point of each block; one more for the end.
    private let firsts: [Int]

    init(_ seed: Seed) {
        self.seed = seed
        var firsts = [0]
        for block in 0..<Self.blocks {
            var random = seed.child(block).child(0).stream()
            let mass = Self.chunkMass * (block == 0 ? 1 : Double(1 << (block - 1)))
            firsts.append(firsts[block] + LargeCounts.poisson(mass, &random))
        }
        self.firsts = firsts
    }

    /// The chunk with this number, its counts drawn.
    func chunk(_ number: Int) -> PoissonChunk {
        var node = root(ofBlock: number == 0 ? 0 : Int.bitWidth - number.leadingZeroBitCount)
        while node.level > 0 {
            node.level -= 1
            step(&node, right: number >> node.level & 1 == 1, left: left(of: node))
        }
        return expanded(node, number: number)
    }

    /// The chunk that holds point k.
    func chunk(ofPoint point: Int) -> PoissonChunk {
        precondition(0 <= point && point < firsts[Self.blocks], "point \(point)")
        let block = firsts.lastIndex { $0 <= point }!
        var node = root(ofBlock: block)
        var number = block == 0 ? 0 : 1
        while node.level > 0 {
            node.level -= 1
            let left = left(of: node)
            let right = point - node.first >= left
            step(&node, right: right, left: left)
            number = number * 2 + (right ? 1 : 0)
        }
        return expanded(node, number: number)
    }

    /// A node of a block's tree, numbered as in a heap: the root is 1, the children of h are 2h and 2h + 1.
    private struct Node {
        let block: Int
        var heap = 1
        var level: Int
        var first: Int
        var count: Int
    }

    private func root(ofBlock block: Int) -> Node {
        Node(block: block, level: max(block - 1, 0), first: firsts[block], count: firsts[block + 1] - firsts[block])
    }

    private func left(of node: Node) -> Int {
        var random = seed.child(node.block).child(node.heap).stream()
        return LargeCounts.heads(node.count, &random)
    }

    private func step(_ node: inout Node, right: Bool, left: Int) {
        node.heap = node.heap * 2 + (right ? 1 : 0)
        node.first += right ? left : 0
        node.count = right ? node.count - left : left
    }

    private func expanded(_ node: Node, number: Int) -> PoissonChunk {
        let seed = seed.child(node.block)
        var counts = InlineArray<32, Int>(repeating: 0)
        counts[0] = node.count
        var heap = node.heap
        var width = Self.leavesPerChunk
        while width > 1 {
            for leaf in stride(from: 0, to: Self.leavesPerChunk, by: width) {
                var random = seed.child(heap + leaf / width).stream()
                let left = LargeCounts.heads(counts[leaf], &random)
                counts[leaf + width / 2] = counts[leaf] - left
                counts[leaf] = left
            }
            width /= 2
            heap *= 2
        }
        return PoissonChunk(number: number, block: seed, firstHeap: heap, first: node.first, counts: counts)
    }
}

/// 32 leaves with their counts.
struct PoissonChunk: Sendable {
    let number: Int
    let block: Seed
    /// The heap number of leaf 0.
    let firstHeap: Int
    let first: Int
    let counts: InlineArray<32, Int>

    func first(ofLeaf leaf: Int) -> Int {
        var sum = first
        for earlier in 0..<leaf { sum += counts[earlier] }
        return sum
    }

    func leaf(ofPoint point: Int) -> Int {
        var (leaf, left) = (0, point - first)
        while left >= counts[leaf] {
            left -= counts[leaf]
            leaf += 1
        }
        return leaf
    }

    func start(ofLeaf leaf: Int) -> Double {
        Double(number) * UnitPoisson.chunkMass + Double(leaf) * UnitPoisson.leafMass
    }

    /// Where the leaf's points lie, in order.
    func positions(ofLeaf leaf: Int, into positions: inout [Double]) {
        positions.removeAll(keepingCapacity: true)
        positions.reserveCapacity(counts[leaf])
        var random = block.child(firstHeap + leaf).stream()
        let start = start(ofLeaf: leaf)
        for _ in 0..<counts[leaf] {
            positions.append(start + random.unit() * UnitPoisson.leafMass)
            // Sorting by insertion: a leaf holds about sixteen.
            var place = positions.count - 1
            while place > 0, positions[place - 1] > positions[place] {
                positions.swapAt(place - 1, place)
                place -= 1
            }
        }
    }
}
