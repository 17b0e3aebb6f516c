/// Picks an index with a probability proportional to its weight, in O(1) for any number of them.
///
/// Alias method (Walker 1974, Vose 1991). Every index gets a column of equal height; what a light index leaves free in
/// its column is filled by one heavy index, its alias. For the weights 1, 5, 3:
///
///     1 1 2
///     1 1 2
///     0 1 2      column 0: a third is its own, the rest is 1's
///
/// One draw decides both: its high part picks the column, the low part the place in it (a bias of count / 2^64).
public struct WeightedChoice: Distribution {
    private struct Column {
        /// The share of the column that its own index holds, in 2^-53.
        var own: UInt64
        var alias: Int
    }

    private let columns: [Column]

    public init(_ weights: [Double]) {
        let total = weights.reduce(0, +)
        // The bound keeps the rounding of all subtractions from one share below 2^20 * 2^20 * 2^-53.
        precondition(1...1 << 20 ~= weights.count, "a choice among \(weights.count)")
        precondition(total > 0 && total < .infinity && weights.allSatisfy { $0 >= 0 }, "a choice by weights \(weights)")
        var shares = weights.map { $0 / total * Double(weights.count) }
        var columns = weights.indices.map { Column(own: 1 << 53, alias: $0) }
        var light = weights.indices.filter { shares[$0] < 1 }
        var heavy = weights.indices.filter { shares[$0] > 1 }
        // What is left over without a heavy one has a share of 1 but for rounding, and keeps its column.
        while let filled = light.popLast(), let donor = heavy.last {
            columns[filled] = Column(own: UInt64(shares[filled] * 0x1p53), alias: donor)
            shares[donor] -= 1 - shares[filled]
            if shares[donor] <= 1 { heavy.removeLast() }
            if shares[donor] < 1 { light.append(donor) }
        }
        self.columns = columns
    }

    public func sample(_ random: inout SeededRandom) -> Int {
        let place = random.next().multipliedFullWidth(by: UInt64(columns.count))
        let column = columns[Int(place.high)]
        return place.low &>> 11 < column.own ? Int(place.high) : column.alias
    }
}
