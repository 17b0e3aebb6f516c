/// Picks an index with a probability proportional to its weight, in O(1) for any number of them.
///
/// Alias method (Walker 1974, Vose 1991). Every index gets a column of equal width; what a light index leaves free in
/// its column is filled by one heavy index, its alias:
///
///     weights 1, 5, 3        |111|
///                            |111|222|   column 0: 1/3 own, alias 1
///                            |0  |   |   column 1, 2: ...
///
/// One draw decides both: its high part picks the column, the low part the place in it (a bias of count / 2^64).
package struct WeightedChoice: Distribution {
    private struct Column {
        /// The share of the column that its own index holds, in 2^-53.
        var own: UInt64
        var alias: Int
    }

    private let columns: [Column]

    package init(_ weights: [Double]) {
        let total = weights.reduce(0, +)
        precondition(total > 0 && total < .infinity && weights.allSatisfy { $0 >= 0 }, "a choice by weights \(weights)")
        var shares = weights.map { $0 / total * Double(weights.count) }
        var columns = weights.indices.map { Column(own: 1 << 53, alias: $0) }
        var light = weights.indices.filter { shares[$0] < 1 }
        var heavy = weights.indices.filter { shares[$0] >= 1 }
        while let filled = light.popLast() {
            guard let donor = heavy.last else {
                // Only rounding leaves a light one over: its share is 1, unless it has no weight at all.
                if weights[filled] == 0, let heaviest = weights.indices.max(by: { weights[$0] < weights[$1] }) {
                    columns[filled] = Column(own: 0, alias: heaviest)
                }
                continue
            }
            columns[filled] = Column(own: UInt64(shares[filled] * 0x1p53), alias: donor)
            shares[donor] -= 1 - shares[filled]
            if shares[donor] < 1 {
                heavy.removeLast()
                light.append(donor)
            }
        }
        self.columns = columns
    }

    package func sample(_ random: inout SeededRandom) -> Int {
        let place = random.next().multipliedFullWidth(by: UInt64(columns.count))
        let column = columns[Int(place.high)]
        return place.low &>> 11 < column.own ? Int(place.high) : column.alias
    }
}
